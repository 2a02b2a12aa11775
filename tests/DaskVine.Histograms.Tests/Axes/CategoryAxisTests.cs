using DaskVine.Histograms.Axes;

namespace DaskVine.Histograms.Tests.Axes;

public class CategoryAxisTests
{
    private static readonly string[] Names = ["e", "mu"];

    [Fact]
    public void Fill_OfUnknownText_GoesToTheOverflow()
    {
        var hist = Hist.New.StrCat(Names).Int64().Fill(new[] { "mu", "tau", "mu", "e", null! });
        Assert.Equal([1, 2, 2], hist.Values(flow: true));
        Assert.Equal([1, 2], hist.Values());
    }

    [Fact]
    public void Fill_OfUnknownTextWithoutOverflow_DropsIt() =>
        Assert.Equal([1, 2], Hist.New.StrCat(Names, overflow: false).Int64().Fill(new[] { "mu", "tau", "mu", "e" }).Values(flow: true));

    [Fact]
    public void Fill_OfAnAxisThatGrows_AddsCategoriesInOrder()
    {
        var hist = Hist.New.StrCat([], name: "sample", growth: true).Reg(2, 0, 2, overflow: false, underflow: false).Weight();
        hist.Fill(new[] { "b", "a", "b" }, new[] { 0.5, 0.5, 1.5 });
        hist.Fill("c", new[] { 1.5, 1.5 }, weight: 2.0);
        Assert.Equal(["b", "a", "c"], ((StrCategoryAxis)hist.Axis("sample")).Categories);
        Assert.Equal([1, 1, 1, 0, 0, 4], hist.Values(flow: true));
        Assert.Equal([1, 1, 1, 0, 0, 8], hist.Variances(flow: true)!);
        Assert.False(hist.Axes[0].HasOverflow);
    }

    [Fact]
    public void Fill_OfRowsThatTheMaskLeavesOut_AddsNoCategory()
    {
        var hist = Hist.New.StrCat([], growth: true).Int64();
        hist.Fill(new[] { "a", "b", "a" }, mask: new[] { true, false, true });
        hist.Fill("c", mask: new[] { false, false });
        Assert.Equal(["a"], ((StrCategoryAxis)hist.Axes[0]).Categories);
        Assert.Equal([2], hist.Values());
    }

    [Fact]
    public void Fill_OfAGrowingAxisWithNull_NamesTheRow() =>
        Assert.Contains("Row 1", Assert.Throws<HistogramException>(
            () => Hist.New.StrCat([], growth: true).Int64().Fill(new[] { "a", null! })).Message);

    [Theory]
    [InlineData(3L)]
    [InlineData(1_000_000_000L)]
    public void Fill_OfIntegerCategories_FindsThemNearAndFarApart(long far)
    {
        var hist = Hist.New.IntCat([far, -5, 0]).Int64();
        hist.Fill(new[] { -5L, far, far, 7, long.MinValue, long.MaxValue }).Fill(new[] { 0, -5 });
        Assert.Equal([2, 2, 1, 3], hist.Values(flow: true));
        var growing = Hist.New.IntCat([far], growth: true).Int64().Fill(new[] { 4, 4, -9 });
        Assert.Equal([far, 4, -9], ((IntCategoryAxis)growing.Axes[0]).Categories);
        Assert.Equal([0, 2, 1], growing.Values(flow: true));
    }

    [Fact]
    public void New_WithoutCategoriesOrWithOneTwice_IsRefused()
    {
        Assert.Contains("at least one category", Assert.Throws<HistogramException>(() => new StrCategoryAxis([])).Message);
        Assert.Contains("e is there twice", Assert.Throws<HistogramException>(() => new StrCategoryAxis(["e", "e"])).Message);
    }

    [Fact]
    public void Fill_OfTextWithNumbersAndBack_IsRefused()
    {
        Assert.Contains("takes texts, not double", Assert.Throws<HistogramException>(
            () => Hist.New.StrCat(Names).Int64().Fill(new[] { 1.0 })).Message);
        Assert.Contains("takes numbers, not string", Assert.Throws<HistogramException>(
            () => Hist.New.Reg(1, 0, 1).Int64().Fill(new[] { "a" })).Message);
        Assert.Contains("takes whole numbers, not float", Assert.Throws<HistogramException>(
            () => Hist.New.IntCat([1]).Int64().Fill(new[] { 1f })).Message);
        Assert.Contains("takes bools, not double", Assert.Throws<HistogramException>(
            () => Hist.New.Bool().Int64().Fill(new[] { 1.0 })).Message);
    }

    [Fact]
    public void Fill_OfABooleanAxis_CountsFalseAndTrue() =>
        Assert.Equal([2, 3], Hist.New.Bool().Int64().Fill(new[] { true, false, true }).Fill(new[] { 0, 7 }).Values(flow: true));
}
