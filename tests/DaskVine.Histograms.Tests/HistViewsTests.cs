namespace DaskVine.Histograms.Tests;

public class HistViewsTests
{
    [Fact]
    public void Values_OfTwoAxes_RunOverTheLastAxisFirst()
    {
        var hist = Hist.New.Reg(2, 0, 2).Reg(3, 0, 3).Int64().Fill(new[] { 0.5, 1.5, 1.5, -1 }, new[] { 2.5, 0.5, 0.5, 9 });
        Assert.Equal([2, 3], hist.Shape());
        Assert.Equal([4, 5], hist.Shape(flow: true));
        Assert.Equal([0, 0, 1, 2, 0, 0], hist.Values());
        Assert.Equal([0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0], hist.Values(flow: true));
        Assert.Equal((3, 4), (hist.Sum(), hist.Sum(flow: true)));
    }

    [Fact]
    public void Variances_OfEachStorage_AreThoseOfItsRows()
    {
        double[] x = [0.5, 0.5, 1.5];
        double[] weight = [2, 4, 0];
        Assert.Equal([2, 1], Hist.New.Reg(2, 0, 2).Int64().Fill(x).Variances()!);
        Assert.Equal([2, 1], Hist.New.Reg(2, 0, 2).Double().Fill(x).Variances()!);
        Assert.Null(Hist.New.Reg(2, 0, 2).Double().Fill(x, weight: weight).Variances());
        Assert.Null((Hist.New.Reg(2, 0, 2).Double().Fill(x) * 2).Variances());
        Assert.Equal(double.NaN, Hist.New.Reg(2, 0, 2).Double().Fill(x, weight: weight).At(0).Variance);
        var sums = Hist.New.Reg(2, 0, 2).Weight().Fill(x, weight: weight);
        Assert.Equal([20, 0], sums.Variances()!);
        Assert.Equal([36 / 20.0, 0], sums.Counts());
        Assert.Equal([2, 1], Hist.New.Reg(2, 0, 2).Int64().Fill(x).Counts());
    }

    [Fact]
    public void ToString_OfAHistogram_NamesAxesAndStorage() =>
        Assert.Equal(
            "Hist(axis \"met\": regular, 2 bins, axis 1 (boolean): boolean, 2 bins; Weight, sum 0)",
            Hist.New.Reg(2, 0, 2, name: "met").Bool().Weight().ToString());

    [Fact]
    public void New_WithBadAxes_IsRefused()
    {
        Assert.Contains("at least one axis", Assert.Throws<HistogramException>(() => Hist.New.Int64()).Message);
        Assert.Contains("Two axes are called \"x\"", Assert.Throws<HistogramException>(
            () => Hist.New.Bool("x").Reg(1, 0, 1, "x").Int64()).Message);
        Assert.Contains("cells", Assert.Throws<HistogramException>(
            () => Hist.New.Reg(100_000, 0, 1).Reg(100_000, 0, 1).Int64()).Message);
    }
}
