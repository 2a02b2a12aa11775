using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>Files that several workers hold: one of them may be lost, or be one too many.</summary>
public sealed class SchedulerReplicasTests : IDisposable
{
    private readonly SchedulerEnvironment _env = new(new SchedulerOptions { BacklogTasks = 1 });
    private readonly TestWorker _second;
    private readonly TestWorker _third;

    /// <summary>The first two hold a; the third gets it from the second.</summary>
    public SchedulerReplicasTests()
    {
        var first = _env.Worker(peer: true);
        _env.Graph().Task("a").Task("b", "a").Task("c", "a").Task("d", "a").Wanted("b", "c", "d");
        _env.Drain();
        TestWorker? second = null;
        _env.AtOnce(() =>
        {
            first.CompletesLarge("a");
            second = _env.Worker(peer: true);
        });
        _second = second!;
        _second.Gets("a");
        _env.Drain();
        _third = _env.Worker(peer: true);
        _env.Expect("w3 function f", "w3 get a from w2", "w3 run d(@a)");
    }

    public void Dispose() => _env.MustWantNothing();

    [Fact]
    public void Source_ThatLeaves_IsReplacedByAnotherHolder()
    {
        _second.Leaves();
        _env.Expect("w3 get a from w1");
    }

    [Theory]
    [InlineData(TransferFailureKind.Corrupt)]
    [InlineData(TransferFailureKind.NotThere)]
    public void Source_ThatHasNotWhatItShould_GetsItAnewFromAnotherHolder(TransferFailureKind failure)
    {
        _third.CannotGet("a", failure);
        _env.Expect("w2 release a", "w2 get a from w1");
        _second.Gets("a");
        _env.Expect("w3 get a from w2");
    }

    [Fact]
    public void Replica_ThatIsOneTooMany_GoesWhereNobodyReadsIt()
    {
        _env.Client.Sends(new Tune("clean-redundant-replicas", 1_000));
        _second.Completes("c");
        _env.Drain();
        _third.Gets("a");
        _env.Expect("w2 release a");
    }
}
