using DaskVine.Histograms.Axes;

namespace DaskVine.Histograms.Tests.Axes;

public class IntegerAxisTests
{
    [Theory]
    [InlineData(long.MinValue, -1)]
    [InlineData(-3, -1)]
    [InlineData(-2, 0)]
    [InlineData(2, 4)]
    [InlineData(3, 5)]
    [InlineData(long.MaxValue, 5)]
    public void Index_OfAWholeNumber_IsItsBin(long value, int bin) => Assert.Equal(bin, new IntegerAxis(-2, 3).Index(value));

    [Fact]
    public void Fill_WithIntsLongsAndBools_CountsThem()
    {
        var hist = Hist.New.Int(0, 3).Int64();
        hist.Fill(new[] { -1, 0, 2, 3 }).Fill(new[] { 1L, long.MinValue, long.MaxValue }).Fill(new[] { true, false, true });
        Assert.Equal([2, 2, 3, 1, 2], hist.Values(flow: true));
    }

    [Fact]
    public void Fill_WithDoubles_IsRefused()
    {
        var found = Assert.Throws<HistogramException>(() => Hist.New.Int(0, 3, name: "n").Int64().Fill(new[] { 1.0 }));
        Assert.Equal("Axis \"n\" (integer) takes whole numbers, not double.", found.Message);
    }

    [Fact]
    public void New_WithoutABin_IsRefused() =>
        Assert.Contains("from 3 to 3", Assert.Throws<HistogramException>(() => new IntegerAxis(3, 3)).Message);
}
