using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling;
using DaskVine.Simulation.Checkers;
using DaskVine.Simulation.Clients;
using DaskVine.Simulation.Graphs;

namespace DaskVine.Simulation.Tests;

/// <summary>Checkers that no breakage of a whole world reaches are fed by hand.</summary>
public class CheckerTests
{
    private static readonly WorkerId s_worker = new(1);
    private readonly TaskBook _book = new(new Story(new VirtualClock(), null));

    [Fact]
    public void RerunChecker_FinishedTaskAssignedAgain_Throws()
    {
        var checker = new RerunChecker(_book, new ReplicaBook(_book), new Totals(), faultless: false);
        RunToCompletion(Outcome.Value);
        Assert.Throws<PropertyBrokenException>(() => checker.OnIntention(AssignOf(2, Outcome.Value)));
    }

    [Fact]
    public void RerunChecker_FinishedTaskAssignedAgainAfterItsFileWasLost_Agrees()
    {
        var checker = new RerunChecker(_book, new ReplicaBook(_book), new Totals(), faultless: false);
        RunToCompletion(Outcome.Value);
        _book.OnFact(new WorkerSent(s_worker, new FileLost(new FileId(1), "")));
        checker.OnIntention(AssignOf(2, Outcome.Value));
    }

    [Fact]
    public void TaskBook_TaskAssignedWhileAssigned_Throws()
    {
        _book.OnIntention(AssignOf(1, Outcome.Value));
        Assert.Throws<PropertyBrokenException>(() => _book.OnIntention(AssignOf(2, Outcome.Value)));
    }

    [Theory]
    [InlineData(Outcome.Value, FailureKind.Raised)]
    [InlineData(Outcome.Raises, FailureKind.Died)]
    [InlineData(Outcome.KillsProcess, FailureKind.Lost)]
    [InlineData(Outcome.Value, FailureKind.Invalid)]
    public void FailureChecker_FailureThatWasNotDrawn_Throws(Outcome drawn, FailureKind kind) =>
        Assert.Throws<PropertyBrokenException>(() => Fail(drawn, kind));

    [Theory]
    [InlineData(Outcome.Raises, FailureKind.Raised)]
    [InlineData(Outcome.EndsProcess, FailureKind.Died)]
    public void FailureChecker_FailureThatWasDrawn_Agrees(Outcome drawn, FailureKind kind) => Fail(drawn, kind);

    [Fact]
    public void RetryChecker_TaskAssignedAgainAfterItsLastRetry_Throws()
    {
        var world = new World(new SimulationOptions { Seed = 1, TasksPerGraph = 1 }, null);
        var checker = new RetryChecker(world, _book);
        _book.OnIntention(AssignOf(1, Outcome.Raises));
        var failed = new WorkerSent(s_worker, new Failed(new TaskId(1), 1, Failure.Of(FailureKind.Raised, "")));
        checker.OnFact(failed);
        _book.OnFact(failed);
        Assert.Throws<PropertyBrokenException>(() => checker.OnIntention(AssignOf(2, Outcome.Raises)));
    }

    private static CallPlan Plan(Outcome outcome) => new(new NodeName(0, 0, 0), 1, TimeSpan.Zero, 8, outcome);

    private static ToWorker AssignOf(int attempt, Outcome outcome) => new(s_worker, new Assign(
        new TaskId(1), attempt, TaskMode.FunctionCalls, [0], Plan(outcome).Write(), [], new FileId(1)));

    private void RunToCompletion(Outcome outcome)
    {
        _book.OnIntention(AssignOf(1, outcome));
        _book.OnFact(new WorkerSent(s_worker, new Completed(new TaskId(1), 1, 1, 8, null)));
    }

    private void Fail(Outcome drawn, FailureKind kind)
    {
        var run = new GraphRun(new GraphPlan(0, 0, TaskMode.FunctionCalls, [new NodePlan(Plan(drawn), [0], [])], [0]));
        new FailureChecker(_book).OnGraphFailed(run, new GraphFailed(1, 0, "", "", Failure.Of(kind, "")));
    }
}
