using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using static DaskVine.WorkerState.Tests.CoreHarness;

namespace DaskVine.WorkerState.Tests;

public class WorkerCoreCallsTests
{
    [Fact]
    public void Call_FirstOfItsFunction_IsSentAfterTheFunction()
    {
        var core = Ready().Handle(new AssignReceived(Call(7)));
        Assert.Collection(
            core.Drain(),
            e => Assert.Equal(Function, Assert.IsType<SendFunction>(e).Function.Number),
            e => Assert.Equal(new TaskId(7), Assert.IsType<SendCall>(e).Task.Task));
    }

    [Fact]
    public void Function_OfSecondCall_IsNotSentAgain()
    {
        var core = Measured(10).Handle(new AssignReceived(Call(7)));
        Assert.IsType<SendCall>(Assert.Single(core.Drain()));
    }

    [Fact]
    public void Functions_AmongArguments_AreSentToo()
    {
        var core = Ready().Handle(Code(2), new AssignReceived(Call(7) with { Functions = [1, 2, 1] }));
        Assert.Equal([1, 2], core.Drain().OfType<SendFunction>().Select(f => f.Function.Number));
    }

    [Fact]
    public void Output_OfACall_IsInItsReport()
    {
        var core = Ready().Handle(new AssignReceived(Call(7) with { Capture = true }));
        var call = Assert.Single(core.DrainCalls());
        Assert.True(call.Task.Capture);
        core.Handle(Returned(call) with { Output = new CallOutput("out", "error") });
        Assert.Equal(new CallOutput("out", "error"), ReportOf<Completed>(core).Output);
    }

    [Fact]
    public void Output_OfACallThatFailed_IsInItsReport()
    {
        var core = Ready().Handle(new AssignReceived(Call(7) with { Capture = true }));
        var call = Assert.Single(core.DrainCalls());
        core.Handle(new CallFailed(call.Host, call.Call, 10, Failure.Of(FailureKind.Raised, "x"), new CallOutput("out", "error")));
        Assert.Equal(new CallOutput("out", "error"), ReportOf<Failed>(core).Output);
    }

    [Fact]
    public void Calls_SentAhead_AreNotAlone() =>
        Assert.Equal([true, false, false], Measured(10).Handle(Calls(3)).DrainCalls().Select(c => c.Alone));

    [Fact]
    public void Call_OfUnknownFunctionNumber_Fails()
    {
        var core = Ready().Handle(new AssignReceived(Call(7) with { Functions = [5] }));
        var failed = Assert.IsType<Failed>(Assert.IsType<Report>(Assert.Single(core.Drain())).Record);
        Assert.Equal(FailureKind.Unloadable, failed.Failure.Kind);
    }

    [Fact]
    public void Expression_WithoutFunction_IsSent()
    {
        var core = Ready().Handle(new AssignReceived(Call(7) with { Functions = [] }));
        Assert.IsType<SendCall>(Assert.Single(core.Drain()));
    }

    [Fact]
    public void Calls_OfUnknownDuration_AreSentOneByOne()
    {
        var core = Ready().Handle(Calls(3));
        var first = Assert.Single(core.DrainCalls());
        core.Handle(Returned(first, durationUs: 1500));
        Assert.Equal([typeof(Report), typeof(SendCall)], core.Drain().Select(e => e.GetType()));
    }

    [Fact]
    public void Calls_ShorterThanTheBudget_FillItAndNoMore()
    {
        Assert.Equal(20, Measured(100).Handle(Calls(50)).DrainCalls().Count);
        Assert.Equal(128, Measured(0).Handle(Calls(500)).DrainCalls().Count);
        Assert.Single(Measured(1001).Handle(Calls(50)).DrainCalls());
    }

    [Fact]
    public void Calls_OverSlots_AreSpreadEvenlyInOrder()
    {
        var calls = Measured(100, cores: 3).Handle(Calls(10)).DrainCalls();
        Assert.Equal([4, 3, 3], calls.CountBy(c => c.Host.Slot).OrderBy(c => c.Key).Select(c => c.Value));
        Assert.Equal(Enumerable.Range(1, 10), calls.Select(c => (int)c.Task.Task.Value));
    }

    [Fact]
    public void Child_LateWithItsFirstCall_GetsNothingMore()
    {
        var core = Measured(100).Handle(Calls(3));
        core.DrainCalls();
        core.Pass(TimeSpan.FromMilliseconds(3)).Handle(new AssignReceived(Call(20)));
        core.MustWantNothing();
    }

    [Fact]
    public void Result_Small_IsReportedWithItsValue()
    {
        var core = Ready().Handle(new AssignReceived(Call(7)));
        core.Handle(Returned(core.DrainCalls()[0], durationUs: 5));
        var completed = Assert.IsType<Completed>(Assert.IsType<Report>(Assert.Single(core.Drain())).Record);
        Assert.Equal((Attempt(7), 5, 3), (new TaskAttempt(completed.Task, completed.Attempt), completed.DurationUs, completed.Size));
        Assert.Equal(3, completed.Value!.Value.Length);
    }

    [Fact]
    public void Result_Large_IsKeptThenReportedWithoutValue()
    {
        var core = Ready().Handle(new AssignReceived(Call(7)));
        var call = core.DrainCalls()[0];
        core.Handle(ReturnedFile(call, size: 5000));
        Assert.Collection(
            core.Drain(),
            e => Assert.Equal(new KeepOutput(call.Call, OutputOf(7), 5000), e),
            e => Assert.Equal(new Report(new Completed(new TaskId(7), 1, 10, 5000, null)), e));
    }

    [Fact]
    public void Failure_OfCall_IsReported()
    {
        var core = Ready().Handle(new AssignReceived(Call(7)));
        var call = core.DrainCalls()[0];
        var failure = Failure.Of(FailureKind.Raised, "ValueError");
        core.Handle(new CallFailed(call.Host, call.Call, 10, failure));
        Assert.Equal([new Report(new Failed(new TaskId(7), 1, failure))], core.Drain());
    }

    [Fact]
    public void Answer_ToWhatWasNotAsked_KillsTheHost()
    {
        var core = Ready().Handle(new AssignReceived(Call(7)));
        var call = core.DrainCalls()[0];
        core.Handle(Returned(call with { Call = call.Call + 1 }));
        Assert.Equal([new KillHost(call.Host)], core.Drain());
    }

    [Fact]
    public void Slots_Never_RunMoreThanCores()
    {
        var core = Ready(cores: 2).Handle(Calls(9));
        Assert.Equal([0, 1], core.DrainCalls().Select(c => c.Host.Slot));
    }

    private static T ReportOf<T>(CoreHarness core)
        where T : Protocol.Records.Record => Assert.IsType<T>(core.Drain().OfType<Report>().Single().Record);
}
