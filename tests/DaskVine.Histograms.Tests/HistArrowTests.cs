using DaskVine.Arrow;

namespace DaskVine.Histograms.Tests;

public class HistArrowTests
{
    public static TheoryData<string> Kinds => [.. Histograms().Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Table_OfAHistogram_GivesItBackFromItsBytes(string kind)
    {
        var hist = Histograms()[kind];
        var back = Hist.FromArrow(ArrowTable.ReadStream(hist.ToArrow().ToStream()));
        Assert.Equal(hist, back);
        Assert.Equal(hist.Variances(), back.Variances());
        Assert.Equal(hist + hist, back + hist);
    }

    [Fact]
    public void Table_OfAHistogram_HasARowForEachCell()
    {
        var table = Hist.New.Reg(2, 0, 2, name: "x").Weight().Fill(new[] { 0.5, 0.5, 7 }, weight: 2).ToArrow();
        Assert.Equal([0, 4, 0, 2], ((PrimitiveArray<double>)table.Combined("values")).Values);
        Assert.Equal([0, 8, 0, 4], ((PrimitiveArray<double>)table.Combined("variances")).Values);
        Assert.Equal(
            """{"version":1,"storage":"Weight","variances":true,"axes":[{"kind":"regular","name":"x","label":"","bins":2,"stop":2,"underflow":true,"overflow":true}]}""",
            table.Schema.Metadata["daskvine.histogram"]);
    }

    [Fact]
    public void Column_OfAnArrowArray_FillsItsValues()
    {
        var hist = Hist.New.Reg(2, 0, 2).StrCat(["a", "b"]).Bool().Weight();
        ArrowArray x = new[] { 0.5, 1.5, 1.5 };
        ArrowArray codes = ArrowArray.Dictionary(new[] { 0, 1, 1 }, new[] { "a", "b" });
        var expected = hist.Copy().Fill(new[] { 0.5, 1.5, 1.5 }, new[] { "a", "b", "b" }, new[] { true, false, true });
        Assert.Equal(expected, hist.Copy().Fill(Column.OfArrow(x), Column.OfArrow(codes), Column.OfArrow(new[] { true, false, true })));
        Assert.Equal(expected, hist.Copy().Fill(Column.OfArrow(x), Column.OfArrow(new[] { "a", "b", "b" }), new[] { true, false, true }));
    }

    [Fact]
    public void Column_OfAnArrowArrayWithNullsOrAnotherType_IsRefused()
    {
        Assert.Contains("\"x\" has 1 nulls", Assert.Throws<HistogramException>(() => Column.OfArrow(ArrowArray.From<double>([0.5, null]), "x").Length).Message);
        Assert.Contains("A column holds", Assert.Throws<HistogramException>(() => Column.OfArrow(ArrowArray.From(new byte[] { 1 })).Length).Message);
    }

    [Fact]
    public void FromArrow_OfAnotherTable_IsRefused()
    {
        var good = Hist.New.Reg(2, 0, 2).Int64().ToArrow().Schema.Metadata["daskvine.histogram"]!;
        Assert.Contains("not one of a histogram", Refused(ArrowTable.Of(("values", new[] { 1L }))));
        Assert.Contains("not that of a histogram", Refused(Table("{", new long[4])));
        Assert.Contains("has no axes", Refused(Table("null", new long[4])));
        Assert.Contains("form 2", Refused(Table(good.Replace("\"version\":1", "\"version\":2", StringComparison.Ordinal), new long[4])));
        Assert.Contains("no storage \"7\"", Refused(Table(good.Replace("Int64", "7", StringComparison.Ordinal), new long[4])));
        Assert.Contains("kind \"round\"", Refused(Table(good.Replace("regular", "round", StringComparison.Ordinal), new long[4])));
        Assert.Contains("at least one bin", Refused(Table(good.Replace("\"bins\":2", "\"bins\":-2", StringComparison.Ordinal), new long[4])));
        Assert.Contains("3 rows, and the histogram 4 cells", Refused(Table(good, new long[3])));
        Assert.Contains("no column \"values\" of Int64", Refused(Table(good, new double[4])));
    }

    private static Dictionary<string, Hist> Histograms()
    {
        double[] x = [0.1, 0.7, double.NaN, -3, 1e300];
        double[] weight = [0.1, -0.3, 1e-300, 7, double.PositiveInfinity];
        return new Dictionary<string, Hist>
        {
            ["counts"] = Hist.New.Reg(3, 0.1, 0.8, "x", "x [GeV]").Int64().Fill(x),
            ["sums"] = Hist.New.Var([double.NegativeInfinity, 0.1, 1 / 3.0, double.PositiveInfinity], overflow: false).Double().Fill(x, weight: weight),
            ["weights"] = Hist.New.Int(-2, 3, "n").Reg(2, 0, 1, underflow: false).Weight().Fill(new[] { -2, 0, 1, 2, 3 }, x, weight: weight),
            ["texts"] = Hist.New.StrCat(["ü", "\"<&"]).StrCat([], "grows", growth: true).Int64().Fill("ü", new[] { "b", "a", "b" }),
            ["numbers"] = Hist.New.IntCat([long.MinValue, 5]).IntCat([], growth: true).Bool("b").Weight().Fill(5, long.MaxValue, true),
        };
    }

    private static ArrowTable Table(string metadata, ArrowArray values) =>
        ArrowTable.Of(Metadata.Of(("daskvine.histogram", metadata)), ("values", values));

    private static string Refused(ArrowTable table) => Assert.Throws<HistogramException>(() => Hist.FromArrow(table)).Message;
}
