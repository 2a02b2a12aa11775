using DaskVine.Histograms.Axes;

namespace DaskVine.Histograms.Tests;

public class HistPickingTests
{
    // Cells: underflow 1, bins 2 … 11, overflow 12.
    private readonly Hist _ten = Counted(Hist.New.Reg(10, 0, 10, name: "x").Int64(), bin => bin + 2);

    [Fact]
    public void Range_OfBins_MovesTheRestToTheFlow()
    {
        var part = _ten[2..5];
        Assert.Equal([1 + 2 + 3, 4, 5, 6, 7 + 8 + 9 + 10 + 11 + 12], part.Values(flow: true));
        Assert.Equal(new RegularAxis(3, 2, 5, "x"), part.Axes[0]);
        Assert.Equal(part, _ten[Pick.Loc(2.0, 5.5)]);
        Assert.Equal(part, _ten.On("x", 2..^5));
        Assert.Equal([1, 2, 3, 4, 68], _ten[Pick.Loc(null, 3)].Values(flow: true));
        Assert.Equal(_ten, _ten[Pick.All]);
    }

    [Fact]
    public void Range_OnAnAxisWithoutFlow_DropsTheRest()
    {
        var hist = Counted(Hist.New.Var([0, 1, 2, 4, 8], underflow: false, overflow: false).Weight(), bin => bin + 1);
        Assert.Equal([2, 3], hist[1..3].Values(flow: true));
        Assert.Equal([1, 2, 4], ((VariableAxis)hist[1..3].Axes[0]).Edges());
    }

    [Fact]
    public void Rebin_OfAnAxis_MergesBinsAndMovesThoseLeftOverToTheOverflow()
    {
        Assert.Equal([1, 2 + 3 + 4, 5 + 6 + 7, 8 + 9 + 10, 11 + 12], _ten[Pick.Rebin(3)].Values(flow: true));
        Assert.Equal(new RegularAxis(3, 0, 9, "x"), _ten[Pick.Rebin(3)].Axes[0]);
        Assert.Equal(new RegularAxis(5, 0, 10, "x"), _ten[Pick.Rebin(2)].Axes[0]);
    }

    [Fact]
    public void At_OfPicksOnEveryAxis_IsWhatTheCellsHold()
    {
        Assert.Equal(new Bin(5, 5), _ten.At(3));
        Assert.Equal(11, _ten.At(^1).Value);
        Assert.Equal(1, _ten.At(Pick.Underflow).Value);
        Assert.Equal(12, _ten.At(Pick.Overflow).Value);
        Assert.Equal(5, _ten.At(Pick.Loc(3.7)).Value);
        Assert.Equal(78, _ten.At(Pick.Sum).Value);
        Assert.Equal(65, _ten.At(Pick.SumOf(..)).Value);
        Assert.Equal(5, _ten.At(Pick.SumOf(..2)).Value);
    }

    [Fact]
    public void Picks_OnSeveralAxes_KeepThoseThatAreLeft()
    {
        var hist = Hist.New.Reg(3, 0, 3, name: "x").StrCat(["a", "b", "c"], name: "s").Int(0, 2, name: "n").Weight();
        hist.Fill(new[] { 0.5, 1.5, 1.5, 7 }, new[] { "a", "b", "c", "z" }, new[] { 0, 1, 1, 1 }, weight: new[] { 1.0, 2, 4, 8 });
        Assert.Equal([0, 2, 0], hist[.., "b", Pick.Sum].Values());
        Assert.Equal(hist[1..3, "b", ..], hist.On("x", 1..3).On("s", "b"));
        Assert.Equal([1, 0, 0, 6, 0, 0], hist[Pick.All, Pick.SumOf(..)].Values());
        Assert.Equal([4, 1, 2 + 8], hist.Project("s")[Pick.Categories("c", "a")].Values(flow: true));
        Assert.Equal([1, 14], hist.Project("n").Values());
        Assert.Equal(["n", "x"], hist.Project("n", "x").Axes.Select(axis => axis.Name));
        Assert.Equal(hist.Project("x", "n").At(1, 1), hist.Project("n", "x").At(1, 1));
        Assert.Equal(hist.Project(0), hist.Project("x"));
    }

    [Fact]
    public void Categories_OfARange_DropTheRestWhenTheAxisGrows()
    {
        var hist = Hist.New.StrCat([], name: "s", growth: true).Int64().Fill(new[] { "b", "a", "b", "c" });
        Assert.Equal([1, 1], hist[1..].Values(flow: true));
        Assert.Equal(["a", "b", "c"], ((StrCategoryAxis)hist.Sort("s").Axes[0]).Categories);
        Assert.Equal([1, 2, 1], hist.Sort("s").Values());
    }

    [Fact]
    public void Picks_ThatTheAxisHasNot_AreRefused()
    {
        Assert.Equal("There is no bin 10 on axis \"x\", which has 10.", Refused(() => _ten.At(10)));
        Assert.Contains("There is no bin", Refused(() => _ten.At(-1)));
        Assert.Contains("There is no bin in 3..3", Refused(() => _ten[3..3]));
        Assert.Contains("No bin of axis \"x\" holds 10.5", Refused(() => _ten.At(Pick.Loc(10.5))));
        Assert.Contains("No whole bin", Refused(() => _ten[Pick.Loc(20, 30)]));
        Assert.Contains("leave no axis", Refused(() => _ten[3]));
        Assert.Contains("At needs", Refused(() => _ten.At(..)));
        Assert.Contains("2 picks came for 1 axes", Refused(() => _ten[.., 3]));
        Assert.Contains("takes numbers, not string", Refused(() => _ten["a"]));
        Assert.Contains("no axis \"y\"", Refused(() => _ten.Project("y")));
        Assert.Contains("different axes", Refused(() => _ten.Project(0, 0)));
        Assert.Contains("cannot be merged by 11", Refused(() => _ten[Pick.Rebin(11)]));
        Assert.Contains("No bin of axis 0 (string category) holds \"b\"", Refused(() => Hist.New.StrCat(["a"]).Int64().At("b")));
        Assert.Contains("no overflow", Refused(() => Hist.New.Bool().Int64().At(Pick.Overflow)));
        Assert.Contains("cannot be cut", Refused(() => Hist.New.Bool().Int64()[..1]));
        Assert.Contains("has no categories", Refused(() => _ten.Sort("x")));
    }

    /// <summary>Fills each cell so often as `count` says of its bin, where -1 is the underflow.</summary>
    private static Hist Counted(Hist hist, Func<int, int> count)
    {
        var axis = (NumericAxis)hist.Axes[0];
        for (var bin = axis.HasUnderflow ? -1 : 0; bin < axis.Size + (axis.HasOverflow ? 1 : 0); bin++)
        {
            var value = bin < 0 ? axis.Edge(0) - 1 : axis.Edge(bin);
            hist.Fill(Enumerable.Repeat(value, count(bin)).ToArray());
        }

        return hist;
    }

    private static string Refused(Func<object> pick) => Assert.Throws<HistogramException>(pick).Message;
}
