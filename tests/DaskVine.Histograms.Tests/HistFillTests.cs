namespace DaskVine.Histograms.Tests;

public class HistFillTests
{
    private static readonly double[] X = [0.5, 1.5, 1.6, 9];
    private static readonly double[] Y = [10, 20, 30, 10];

    [Fact]
    public void Fill_ByNames_FindsTheAxesInAnyOrder()
    {
        var byPlace = Grid().Fill(X, Y);
        Assert.Equal(byPlace, Grid().Fill(("y", Y), ("x", X)));
        Assert.Equal(byPlace, Grid().Fill(new Dictionary<string, Array> { ["y"] = Y, ["x"] = X }));
        Assert.Equal(4, byPlace.Sum(flow: true));
    }

    [Fact]
    public void Fill_OfSpans_TakesThemAsTheyAre() =>
        Assert.Equal(Grid().Fill(X[1..], Y[1..]), Grid().Fill(X.AsSpan(1), (ReadOnlySpan<double>)Y.AsSpan(1)));

    [Fact]
    public void Fill_OfEachType_CountsTheSameNumbers()
    {
        var expected = Hist.New.Reg(4, 0, 4).Int64().Fill(new[] { 0.0, 1.0, 1.0, 5.0 });
        Assert.Equal(expected, expected.Empty().Fill(new[] { 0f, 1f, 1f, 5f }));
        Assert.Equal(expected, expected.Empty().Fill(new[] { 0, 1, 1, 5 }));
        Assert.Equal(expected, expected.Empty().Fill(new[] { 0L, 1L, 1L, 5L }));
        Assert.Equal([1, 2], Hist.New.Reg(2, 0, 2).Int64().Fill(new[] { true, false, true }).Values());
    }

    [Fact]
    public void Fill_OfManyRowsOfEachType_IsThatOfDoubles()
    {
        var whole = Enumerable.Range(0, 1_777).Select(row => row * 7 % 60 - 5).ToArray();
        var expected = Hist.New.Reg(11, 0, 50).Int64().Fill(Array.ConvertAll(whole, value => (double)value));
        Assert.Equal(expected, expected.Empty().Fill(whole));
        Assert.Equal(expected, expected.Empty().Fill(Array.ConvertAll(whole, value => (float)value)));
        Assert.Equal(expected, expected.Empty().Fill(Array.ConvertAll(whole, value => (long)value)));
    }

    [Fact]
    public void Fill_WithOneValueForAllRows_RepeatsIt()
    {
        var hist = Hist.New.Reg(4, 0, 4, name: "x").StrCat(["a", "b"], name: "sample").Weight();
        hist.Fill(X, "b", weight: 0.5);
        Assert.Equal([0, 0.5, 0, 1, 0, 0, 0, 0], hist.Values());
        Assert.Equal(0.25, hist.At(0, "b").Variance);
        Assert.Equal(hist, hist.Empty().Fill(("sample", "b"), ("x", X), weight: 0.5));
        Assert.Equal(1, hist.Empty().Fill(2.5, "a").Sum());
    }

    [Fact]
    public void Fill_WithWeightsOfAnyNumber_AddsThem()
    {
        var hist = Hist.New.Reg(1, 0, 10).Double();
        hist.Fill(X, weight: new[] { 1f, 2f, 3f, 4f }).Fill(X, weight: new[] { 1, 2, 3, 4 }).Fill(X, weight: 2);
        Assert.Equal([28], hist.Values());
        Assert.Null(hist.Variances());
        Assert.Equal([4], hist.Empty().Fill(X).Values());
    }

    [Fact]
    public void Fill_OfMoreCellsThanPlanesTake_CountsEachRow()
    {
        var hist = Hist.New.Reg(300, 0, 300).Reg(300, 0, 300).Weight();
        var x = Enumerable.Range(0, 400_000).Select(row => row % 300 + 0.5).ToArray();
        hist.Fill(x, x, weight: 2.0).Fill(x, x);
        Assert.Equal(3 * 400_000.0, hist.Sum());
        Assert.Equal(5 * 1_334, hist.At(7, 7).Variance);
    }

    [Fact]
    public void Fill_OfNoRows_ChangesNothing()
    {
        Assert.Equal(Grid(), Grid().Fill(Array.Empty<double>(), Array.Empty<double>(), mask: Array.Empty<bool>()));
        Assert.Equal(new double[4], Hist.New.Reg(2, 0, 1).Weight().Fill(Array.Empty<double>(), weight: Array.Empty<double>()).Values(flow: true));
    }

    [Fact]
    public void Fill_WithAnotherNumberOfColumns_IsRefused()
    {
        Assert.Equal("The histogram has 2 axes, and 1 column came.", Refused(hist => hist.Fill(X)));
        Assert.Equal("The histogram has 2 axes, and 3 columns came.", Refused(hist => hist.Fill(X, Y, X)));
        Assert.Equal("The histogram has 2 axes, and 1 column came.", Refused(hist => hist.Fill(new Dictionary<string, Array> { ["x"] = X })));
    }

    [Fact]
    public void Fill_WithColumnsOfUnequalLength_IsRefused()
    {
        Assert.Equal(
            "The column for axis \"y\" has 3 rows, but the column for axis \"x\" has 4.", Refused(hist => hist.Fill(X, Y[1..])));
        Assert.Contains("The column of weights has 1 rows", Refused(hist => hist.Fill(X, Y, weight: new[] { 1.0 })));
        Assert.Contains("The mask has 0 rows", Refused(hist => hist.Fill(X, Y, mask: Array.Empty<bool>())));
    }

    [Fact]
    public void Fill_WithNamesThatDoNotFit_IsRefused()
    {
        Assert.Equal("There is no axis \"z\". Known are \"x\", \"y\".", Refused(hist => hist.Fill(("x", X), ("z", Y))));
        Assert.Equal("There is no axis \"z\". Known are \"x\", \"y\".", Refused(hist => hist.Fill(new Dictionary<string, Array> { ["x"] = X, ["z"] = Y })));
        Assert.Equal("The column \"x\" is there twice.", Refused(hist => hist.Fill(("x", X), ("x", Y))));
        Assert.Equal("Either all columns of a fill have a name, or none.", Refused(hist => hist.Fill(X, ("y", Y))));
        var nameless = Assert.Throws<HistogramException>(() => Hist.New.Reg(1, 0, 1).Int64().Fill(("x", X)));
        Assert.Equal("There is no axis \"x\". The axes have no names.", nameless.Message);
    }

    [Fact]
    public void Fill_WithWeightsOrMasksOfAnotherKind_IsRefused()
    {
        Assert.Contains("takes no weights", Refused(hist => hist.Fill(X, Y, weight: X)));
        Assert.Contains("Weights are numbers", Refused(hist => hist.Fill(X, Y, weight: "a")));
        Assert.Contains("column of bools", Refused(hist => hist.Fill(X, Y, mask: X)));
        Assert.Contains("not Decimal", Refused(hist => hist.Fill(new Dictionary<string, Array> { ["x"] = X, ["y"] = new decimal[4] })));
    }

    [Fact]
    public void Fill_ThatIsRefused_LeavesAGrowingAxisAsItWas()
    {
        var hist = Hist.New.StrCat([], growth: true).Int(0, 2).Int64();
        Assert.Throws<HistogramException>(() => hist.Fill(new[] { "a" }, new[] { 0.5 }));
        Assert.Equal(0, hist.Axes[0].Size);
    }

    private static Hist Grid() => Hist.New.Reg(4, 0, 4, name: "x").Var([0, 15, 40], name: "y").Int64();

    private static string Refused(Action<Hist> fill) => Assert.Throws<HistogramException>(() => fill(Grid())).Message;
}
