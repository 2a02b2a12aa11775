using System.Runtime.CompilerServices;
using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>What a session keeps of calls and commands that its client has forgotten.</summary>
public sealed class SchedulerLettingGoTests
{
    private readonly SchedulerEnvironment _env = new();

    [Fact]
    public void Call_ForgottenWhenItIsDone_LeavesNothingOfItsArgumentsAndFunctions()
    {
        var scheduler = new Scheduler(new SchedulerOptions());
        var (body, code) = RunAndForget(scheduler);
        GC.Collect();
        Assert.False(body.IsAlive || code.IsAlive);
        Assert.Equal(1, scheduler.TaskCount);
    }

    [Fact]
    public void Call_ForgottenWhileItRuns_IsCancelledAndCannotBeRead()
    {
        _env.Worker();
        var session = Session("a");
        session.Forget("a");
        _env.ExpectInAnyOrder("w1 cancel a", "w1 release a");
        session.Task("b", "a").Submit().Want("b");
        _env.Expect("c1 failed 1.1 Lost");
    }

    [Fact]
    public void Call_ForgottenAndNeededForALostResult_IsRunAgain()
    {
        var first = _env.Worker();
        var session = Session("a", "b");
        first.CompletesLarge("a");
        first.CompletesLarge("b");
        session.Forget("a");
        first.Leaves();
        _env.Drain();
        var second = _env.Worker();
        session.Want("b");
        _env.Expect("w2 function f", "w2 run a() #2");
        second.Completes("a");
        _env.Expect("w2 run b(a) #2");
    }

    [Fact]
    public void Calls_ForgottenInAnyOrder_CannotBeReadOrWantedAgain()
    {
        var worker = _env.Worker();
        var session = Session("a", "b", "c");
        worker.Completes("a");
        worker.Completes("b");
        worker.Completes("c");
        session.Forget("b");
        session.Forget("a");
        session.Forget("c");
        _env.Drain();
        session.Want("a");
        _env.Expect("c1 failed 1.0 Lost");
        session.Task("d", "b").Submit().Want("d");
        _env.Expect("c1 failed 1.3 Lost");
    }

    [Fact]
    public void Output_ForgottenWhileItIsWanted_IsSentBeforeItGoes()
    {
        var worker = _env.Worker();
        var session = _env.Graph(mode: TaskMode.Command).File("x", FileKind.Output).Command("a", [], ["x"]);
        worker.Runs("a", "x");
        session.Want("x");
        session.Forget("x", "a");
        _env.Drain();
        worker.Uploads("x");
        _env.Expect("c1 send 1.0 1000000 from staging", "w1 release x", "drop x");
        session.Want("x");
        _env.Expect("c1 failed 1.0 Lost");
    }

    [Fact]
    public void Command_WithAnOutputThatIsNotForgotten_IsRunAgainForIt()
    {
        var worker = _env.Worker();
        var session = _env.Graph(mode: TaskMode.Command).File("x", FileKind.Output).File("y", FileKind.Output).Command("a", [], ["x", "y"]);
        worker.Runs("a", "x", "y");
        session.Forget("x", "a");
        _env.Drain();
        worker.LosesFile("y");
        session.Want("y");
        _env.Expect("w1 run a() #2");
        worker.Runs("a", "x", "y");
        session.Forget("y");
        worker.Uploads("y");
        _env.Drain();
        session.Want("y");
        _env.Expect("c1 failed 1.1 Lost");
    }

    [Fact]
    public void Call_ForgottenOfAFileThatOthersAreMadeFrom_IsKept()
    {
        var worker = _env.Worker();
        var session = _env.Graph(mode: TaskMode.Command).Task("a").Submit().File("m", FileKind.Output).Command("maker", ["a"], ["m"], mini: true);
        worker.CompletesLarge("a");
        session.Forget("a");
        worker.LosesFile("a");
        _env.Drain();
        session.Want("m");
        Assert.Contains("w1 run a() #2", _env.Drain());
    }

    /// <summary>Calls of which each reads the one before, sent and not wanted.</summary>
    private TestGraph Session(params string[] keys)
    {
        var session = _env.Graph(mode: TaskMode.Command);
        for (var i = 0; i < keys.Length; i++)
            session.Task(keys[i], i == 0 ? [] : [keys[i - 1]]);
        session.Submit();
        _env.Drain();
        return session;
    }

    // By itself, as a variable of the test would keep what it looks for.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (WeakReference Body, WeakReference Code) RunAndForget(Scheduler scheduler)
    {
        var (client, worker) = (new ClientId(1), new WorkerId(1));
        var (body, effects) = (new byte[100], new List<SchedulerEffect>());
        var function = new FunctionCode(0, new byte[16], "f", new byte[100]);
        scheduler.Handle(
            [
                new ClientJoined(client, "client", new Dictionary<string, string>()),
                new WorkerJoined(worker, new Hello(ProtocolVersion.Current, Hello.WorkerRole, "", "w", 0, new Dictionary<string, string>(), 1, [], [])),
                new ClientSent(client, function),
                new ClientSent(client, new OpenGraph(1, TaskMode.Command, "")),
                new ClientSent(client, new SubmitNodes(1, 0, [new GraphNode([0], body, [], "a")])),
                new ClientSent(client, new Want(1, [0])),
            ],
            TimeSpan.Zero, effects);
        var assign = effects.OfType<ToWorker>().Select(effect => effect.Record).OfType<Assign>().Single();
        var code = new WeakReference(effects.OfType<ToWorker>().Select(effect => effect.Record).OfType<FunctionCode>().Single());
        scheduler.Handle(
            [
                new WorkerSent(worker, new Completed(assign.Task, assign.Attempt, 10, 3, new byte[3])),
                new ClientSent(client, new Prune(1, [0], true)),
                new ClientSent(client, new ForgetFunctions([0])),
            ],
            TimeSpan.Zero, []);
        scheduler.CheckInvariants();
        return (new WeakReference(body), code);
    }
}
