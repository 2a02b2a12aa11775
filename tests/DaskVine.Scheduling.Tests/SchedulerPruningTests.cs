namespace DaskVine.Scheduling.Tests;

/// <summary>How long results are kept beyond their last consumer.</summary>
public sealed class SchedulerPruningTests : IDisposable
{
    private readonly SchedulerEnvironment _env = new();

    public void Dispose() => _env.MustWantNothing();

    [Theory]
    [InlineData(0, "", "", "")]
    [InlineData(1, "w1 release a", "w1 release b", "w1 release c")]
    [InlineData(2, "", "w1 release a", "w1 release b")]
    [InlineData(3, "", "", "w1 release a")]
    public void Result_OfAChain_GoesWithTheConsumersOfItsConsumers(int depth, string afterB, string afterC, string afterD)
    {
        var worker = _env.Worker();
        _env.Graph().PruneDepth(depth).Task("a").Task("b", "a").Task("c", "b").Task("d", "c").Task("e", "d").Wanted("e");
        worker.CompletesLarge("a");
        _env.Drain();
        foreach (var (key, released) in new[] { ("b", afterB), ("c", afterC), ("d", afterD) })
        {
            worker.CompletesLarge(key);
            Assert.Equal(released.Length == 0 ? [] : [released], _env.Drain().Where(line => line.Contains("release", StringComparison.Ordinal)));
        }

        worker.Completes("e");
        _env.Drain();
        _env.MustHoldNothing();
    }
}
