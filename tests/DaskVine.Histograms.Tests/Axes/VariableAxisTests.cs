using DaskVine.Histograms.Axes;

namespace DaskVine.Histograms.Tests.Axes;

public class VariableAxisTests
{
    [Theory]
    [InlineData(double.NegativeInfinity, -1)]
    [InlineData(0.5, -1)]
    [InlineData(1.0, 0)]
    [InlineData(2.0, 1)]
    [InlineData(4.5, 1)]
    [InlineData(5.0, 2)]
    [InlineData(double.PositiveInfinity, 2)]
    [InlineData(double.NaN, 2)]
    public void Index_OfAValue_IsThatOfBoostHistogram(double value, int bin) =>
        Assert.Equal(bin, new VariableAxis([1, 2, 5]).Index(value));

    [Fact]
    public void Index_AtTheLastEdgeWithoutOverflow_IsTheLastBin() =>
        Assert.Equal(1, new VariableAxis([1, 2, 5], overflow: false).Index(5.0));

    [Fact]
    public void New_WithEdgesThatDoNotIncrease_IsRefused()
    {
        Assert.Contains("2 comes after 2", Assert.Throws<HistogramException>(() => new VariableAxis([1, 2, 2])).Message);
        Assert.Contains("1 comes after 3", Assert.Throws<HistogramException>(() => new VariableAxis([3, 1])).Message);
        Assert.Contains("NaN", Assert.Throws<HistogramException>(() => new VariableAxis([1, double.NaN])).Message);
        Assert.Contains("two edges, not 1", Assert.Throws<HistogramException>(() => new VariableAxis([1])).Message);
    }
}
