namespace DaskVine.Histograms.Tests;

public sealed class EventColumnTests
{
    private static readonly EventColumn s_met = EventColumn.Of([10, 20, 30, double.NaN]);
    private static readonly EventColumn s_pt = EventColumn.Of([5, 1, 2, 8, 3, 9], [0, 2, 2, 5, 6]);

    [Fact]
    public void Arithmetic_WithNumbers_IsOnEachSide()
    {
        Assert.Equal([8.0, 18, 28, double.NaN], (s_met - 2).ToDoubles());
        Assert.Equal([-8.0, -18, -28, double.NaN], (2 - s_met).ToDoubles());
        Assert.Equal([0.2, 0.1, 2 / 30.0, double.NaN], (2 / s_met).ToDoubles());
        Assert.Equal([-10.0, -20, -30, double.NaN], (-s_met).ToDoubles());
        Assert.Equal([10.0, 15, 15, double.NaN], s_met.AtMost(15).ToDoubles());
        Assert.Equal([15.0, 20, 30, double.NaN], s_met.AtLeast(15).ToDoubles());
    }

    [Fact]
    public void Arithmetic_ObjectsWithEvents_TakesTheEventsValueForEachObject()
    {
        var sum = s_pt + s_met;

        Assert.Equal([15.0, 11, 32, 38, 33, double.NaN], sum.ToDoubles());
        Assert.Equal(s_pt.Offsets, sum.Offsets);
        Assert.Equal(sum.ToDoubles(), (s_met + s_pt).ToDoubles());
    }

    [Fact]
    public void Comparison_OfNaN_IsFalse()
    {
        Assert.Equal([false, true, true, false], (s_met > 10).Span<bool>());
        Assert.Equal([true, true, false, false], (s_met <= 20).Span<bool>());
        Assert.Equal([false, false, true, false], s_met.EqualTo(30).Span<bool>());
        Assert.Equal([false, false, true, true], (!(s_met < 25)).Span<bool>());
    }

    [Fact]
    public void Where_EventMask_KeepsEventsWithTheirObjects()
    {
        var kept = s_pt[(s_met > 15) | (s_met < 15)];

        Assert.Equal(3, kept.EventCount);
        Assert.Equal([0, 2, 2, 5], kept.Offsets);
        Assert.Equal([5.0, 1, 2, 8, 3], kept.ToDoubles());
        Assert.Equal([20.0], s_met[s_met.EqualTo(20)].ToDoubles());
    }

    [Fact]
    public void Where_ObjectMask_KeepsAllEvents()
    {
        var kept = s_pt[s_pt > 2.5];

        Assert.Equal([0, 1, 1, 3, 4], kept.Offsets);
        Assert.Equal([5.0, 8, 3, 9], kept.ToDoubles());
    }

    [Fact]
    public void Reductions_OfEventsWithoutObjects_HaveTheirOwnAnswer()
    {
        Assert.Equal([2, 0, 3, 1], s_pt.Count().Span<int>());
        Assert.Equal([6.0, 0, 13, 9], s_pt.Sum().ToDoubles());
        Assert.Equal([5.0, double.NaN, 8, 9], s_pt.Max().ToDoubles());
        Assert.Equal([1.0, double.NaN, 2, 9], s_pt.Min().ToDoubles());
        Assert.Equal([0, -1, 1, 0], s_pt.ArgMax().Span<int>());
        Assert.Equal([1, -1, 0, 0], s_pt.ArgMin().Span<int>());
        Assert.Equal([1, 0, 2, 1], (s_pt > 2.5).Sum().Span<int>());
        Assert.Equal([true, false, true, true], (s_pt > 2.5).Any().Span<bool>());
        Assert.Equal([false, true, false, true], (s_pt > 2.5).All().Span<bool>());
    }

    [Fact]
    public void At_Place_IsNaNWhereThereIsNone()
    {
        Assert.Equal([5.0, double.NaN, 2, 9], s_pt.At(0).ToDoubles());
        Assert.Equal([1.0, double.NaN, 8, double.NaN], s_pt.At(1).ToDoubles());
        Assert.Equal(s_pt.Max().ToDoubles(), s_pt.At(s_pt.ArgMax()).ToDoubles());
    }

    [Fact]
    public void Columns_ThatDoNotGoTogether_AreRefused()
    {
        var three = EventColumn.Of([1, 2, 3]);
        var others = EventColumn.Of([1, 2, 3, 4, 5, 6], [0, 1, 2, 5, 6]);

        Assert.Contains("4 events does not go with one of 3", Refused(() => s_met + three));
        Assert.Contains("different numbers", Refused(() => s_pt * others));
        Assert.Contains("same objects", Refused(() => s_pt[others > 1]));
        Assert.Contains("true and false", Refused(() => s_pt[s_pt]));
        Assert.Contains("true and false", Refused(() => s_met & s_met));
        Assert.Contains("column of objects", Refused(() => s_met.Sum()));
        Assert.Contains("holds double, not Single", Refused(() => s_met.Span<float>().ToArray()));
        Assert.Contains("Offsets begin with 0", Refused(() => EventColumn.Of([1, 2], [0, 2, 1, 2])));
    }

    private static string Refused(Func<object> make) => Assert.Throws<HistogramException>(make).Message;
}
