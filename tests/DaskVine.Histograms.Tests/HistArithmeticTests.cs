using DaskVine.Histograms.Axes;

namespace DaskVine.Histograms.Tests;

public class HistArithmeticTests
{
    [Fact]
    public void Add_OfCategoriesThatGrewApart_MatchesThemByName()
    {
        var empty = Hist.New.StrCat([], name: "s", growth: true).Reg(2, 0, 2, name: "x").Weight();
        var left = empty.Copy().Fill(new[] { "a", "b" }, 0.5, weight: 2.0);
        var right = empty.Copy().Fill(new[] { "c", "b" }, 1.5, weight: 3.0);
        var sum = left + right;
        Assert.Equal(["a", "b", "c"], ((StrCategoryAxis)sum.Axes[0]).Categories);
        Assert.Equal([2, 0, 2, 3, 0, 3], sum.Values());
        Assert.Equal([4, 0, 4, 9, 0, 9], sum.Variances()!);
        Assert.NotEqual(sum, right + left);
        Assert.Equal(sum.Sort("s"), (right + left).Sort("s"));
        Assert.Equal(["a", "b"], ((StrCategoryAxis)left.Axes[0]).Categories);
        Assert.Equal(sum, empty + sum);
        Assert.Equal(sum, left.Add(right));
        Assert.Equal(sum, left);
    }

    [Fact]
    public void Add_OfHistogramsThatDiffer_IsRefused()
    {
        var hist = Hist.New.Reg(2, 0, 2, name: "x").Double();
        Assert.Equal("A histogram of Int64 storage cannot be added to one of Double.", Refused(Hist.New.Reg(2, 0, 2, name: "x").Int64()));
        Assert.Equal("A histogram of 2 axes cannot be added to one of 1.", Refused(Hist.New.Reg(2, 0, 2, name: "x").Bool().Double()));
        foreach (var other in new[]
        {
            Hist.New.Reg(3, 0, 2, name: "x").Double(), Hist.New.Reg(2, 0, 2, name: "y").Double(),
            Hist.New.Reg(2, 0, 2, name: "x", overflow: false).Double(), Hist.New.Var([0, 1, 2], name: "x").Double(),
        })
        {
            Assert.Contains("axis \"x\" has other bins", Refused(other));
        }

        Assert.Equal(hist, hist + Hist.New.Reg(2, 0, 2, name: "x", label: "GeV").Double());
        Assert.Throws<HistogramException>(() => Hist.New.StrCat(["a"]).Int64() + Hist.New.StrCat(["b"]).Int64());

        string Refused(Hist other) => Assert.Throws<HistogramException>(() => hist + other).Message;
    }

    [Fact]
    public void Scale_OfEachStorage_ScalesValuesAndVariances()
    {
        double[] x = [0.5, 0.6];
        Assert.Equal([5], (Hist.New.Reg(1, 0, 1).Double().Fill(x) * 2.5).Values());
        Assert.Equal([6], (3 * Hist.New.Reg(1, 0, 1).Int64().Fill(x)).Values());
        var scaled = Hist.New.Reg(1, 0, 1).Weight().Fill(x).Scale(3);
        Assert.Equal(new Bin(6, 18), scaled.At(0));
        var refused = Assert.Throws<HistogramException>(() => Hist.New.Reg(1, 0, 1).Int64() * 0.5);
        Assert.Contains("cannot be scaled by 0.5", refused.Message);
    }

    [Fact]
    public void Equals_OfHistograms_IsExact()
    {
        var hist = Hist.New.Reg(2, 0, 2).Double().Fill(0.5, weight: 0.1);
        Assert.Equal(hist, hist.Copy());
        Assert.Equal(hist.GetHashCode(), hist.Copy().GetHashCode());
        Assert.NotEqual(hist, hist.Copy().Fill(0.5, weight: 1e-16));
        Assert.NotEqual(hist, Hist.New.Reg(2, 0, 2).Weight().Fill(0.5, weight: 0.1));
        Assert.NotEqual(hist, Hist.New.Reg(2, 0, 2, label: "GeV").Double().Fill(0.5, weight: 0.1));
        Assert.NotEqual(hist, hist.Copy().Fill(-1, weight: 1));
        var nan = Hist.New.Reg(2, 0, 2).Double().Fill(0.5, weight: double.NaN);
        Assert.Equal(nan, nan.Copy());
        Assert.False(hist.Equals(null));
    }
}
