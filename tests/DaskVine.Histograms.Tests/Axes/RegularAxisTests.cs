using DaskVine.Histograms.Axes;

namespace DaskVine.Histograms.Tests.Axes;

public class RegularAxisTests
{
    [Theory]
    [InlineData(double.NegativeInfinity, -1)]
    [InlineData(-1e-300, -1)]
    [InlineData(0.0, 0)]
    [InlineData(1.9999999999999998, 0)]
    [InlineData(2.0, 1)]
    [InlineData(199.99999999999997, 99)]
    [InlineData(200.0, 100)]
    [InlineData(double.PositiveInfinity, 100)]
    [InlineData(double.NaN, 100)]
    public void Index_OfAValue_IsThatOfBoostHistogram(double value, int bin) =>
        Assert.Equal(bin, new RegularAxis(100, 0, 200).Index(value));

    [Fact]
    public void Index_AtTheStopWithoutOverflow_IsTheLastBin()
    {
        var axis = new RegularAxis(10, 0, 1, overflow: false);
        Assert.Equal(9, axis.Index(1.0));
        Assert.Equal(10, axis.Index(Math.BitIncrement(1.0)));
        Assert.Equal(-1, axis.SlotOf(axis.Index(double.NaN)));
    }

    [Fact]
    public void Edges_OfAnAxis_BeginEvenlyAndEndAtTheStop()
    {
        var axis = new RegularAxis(4, 1, 2);
        Assert.Equal([1, 1.25, 1.5, 1.75, 2], axis.Edges());
        Assert.Equal([1.125, 1.375, 1.625, 1.875], axis.Centers());
        Assert.Equal("[1.25, 1.5)", axis.Describe(1));
        Assert.Equal("below 1", axis.Describe(-1));
        Assert.Equal("2 and above", axis.Describe(4));
    }

    [Theory]
    [InlineData(0, 0, 1, "at least one bin, not 0")]
    [InlineData(-3, 0, 1, "at least one bin, not -3")]
    [InlineData(10, 1, 1, "start < stop, not from 1 to 1")]
    [InlineData(10, 2, 1, "start < stop, not from 2 to 1")]
    [InlineData(10, double.NaN, 1, "start < stop, not from NaN to 1")]
    [InlineData(10, 0, double.PositiveInfinity, "finite range")]
    [InlineData(10, -1e308, 1e308, "finite range")]
    public void New_WithoutBinsOrRange_IsRefused(int bins, double start, double stop, string message) =>
        Assert.Contains(message, Assert.Throws<HistogramException>(() => new RegularAxis(bins, start, stop)).Message);

    [Fact]
    public void Equals_OfAxes_TakesNameLabelBinsAndFlow()
    {
        var axis = new RegularAxis(4, 1, 2, "x", "GeV");
        Assert.Equal(axis, new RegularAxis(4, 1, 2, "x", "GeV"));
        Assert.NotEqual(axis, new RegularAxis(4, 1, 2, "y", "GeV"));
        Assert.NotEqual(axis, new RegularAxis(4, 1, 2, "x", "TeV"));
        Assert.NotEqual(axis, new RegularAxis(4, 1, 2.5, "x", "GeV"));
        Assert.NotEqual(axis, new RegularAxis(4, 1, 2, "x", "GeV", overflow: false));
        Assert.False(axis.Equals(new VariableAxis(axis.Edges(), "x", "GeV")));
    }
}
