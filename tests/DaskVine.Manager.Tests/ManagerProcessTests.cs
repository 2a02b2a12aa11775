using DaskVine.Protocol;
using DaskVine.Protocol.Door;
using DaskVine.Protocol.Records;

namespace DaskVine.Manager.Tests;

public sealed class ManagerProcessTests : IDisposable
{
    private readonly ShortDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Run_OverUnixSockets_Serves()
    {
        using var manager = new RunningManager(Options(_directory.Address));
        using var worker = TestPeer.Worker(manager);

        Assert.Equal(_directory.Address, manager.Address);
        Assert.Equal($"ipc://{_directory.DoorPath}.workers", worker.Door.Greeting.WorkerEndpoint);
        Graphs.AssertServes(manager, worker);
    }

    [Theory]
    [InlineData("tcp://127.0.0.1:0")]
    [InlineData("tcp://localhost:0")]
    [InlineData("tcp://[::1]:0")]
    public void Run_OverTcp_Serves(string address)
    {
        using var manager = new RunningManager(Options(DoorAddress.Parse(address)));
        using var worker = TestPeer.Worker(manager);

        Assert.NotEqual(0, manager.Address.Port);
        Assert.StartsWith("tcp://*:", worker.Door.Greeting.WorkerEndpoint, StringComparison.Ordinal);
        Graphs.AssertServes(manager, worker);
    }

    [Fact]
    public void Dispose_DirectoryOfItsSocketsGone_EndsAllTheSame()
    {
        var gone = new ShortDirectory();
        var manager = new RunningManager(Options(gone.Address));
        manager.Stop();
        gone.Dispose();

        Assert.Null(Xunit.Record.Exception(manager.Process.Dispose));
    }

    [Fact]
    public void Run_WhereAManagerWasKilled_Serves()
    {
        ShortDirectory.LeaveSocket(_directory.DoorPath);
        ShortDirectory.LeaveSocket($"{_directory.DoorPath}.clients");
        ShortDirectory.LeaveSocket($"{_directory.DoorPath}.workers");
        using var manager = new RunningManager(Options(_directory.Address));
        using var worker = TestPeer.Worker(manager);

        Graphs.AssertServes(manager, worker);
    }

    [Fact]
    public void Run_TwoClientsAtOnce_EachGetsItsOwn()
    {
        using var manager = RunningManager.OnTcp();
        using var worker = TestPeer.Worker(manager);
        using var one = TestPeer.Client(manager);
        using var two = TestPeer.Client(manager);

        // Same numbers of graph, node and function: they are each client's own.
        one.Submit(Graphs.Value([1]), Graphs.CallOf(0));
        two.Submit(Graphs.Value([2]), Graphs.CallOf(0));
        for (var i = 0; i < 2; i++)
        {
            var assign = worker.Receive<Assign>();
            worker.Complete(assign, [.. assign.Inputs[0].Value!.Value.Span, 9]);
        }

        Assert.Equal([1, 9], one.ReceiveResult());
        Assert.Equal([2, 9], two.ReceiveResult());
    }

    [Fact]
    public void Run_ClientBeforeAnyWorker_IsToldThenServed()
    {
        using var manager = RunningManager.OnTcp(scheduler: new() { NoWorkersNoticeTime = TimeSpan.FromMilliseconds(1) });
        using var client = TestPeer.Client(manager);
        client.Submit(Graphs.Call);
        Assert.Equal(Notice.WaitingForWorkers, client.SkipTo<Notice>().Code);

        using var worker = TestPeer.Worker(manager);
        worker.Complete(worker.Receive<Assign>(), [1]);

        Assert.Equal(Notice.WorkersConnected, client.SkipTo<Notice>().Code);
        Assert.Equal([1], client.ReceiveResult());
    }

    [Fact]
    public void Run_WhatAClientAsksForTasks_ReachesTheWorkerAndComesBack()
    {
        using var manager = RunningManager.OnTcp();
        using var worker = TestPeer.Worker(manager);
        using var client = TestPeer.Client(manager);

        client.Send(
            new Upload("helper.py", new byte[] { 1 }, new byte[] { 7, 8 }),
            new FunctionCode(0, new byte[] { 1, 2, 3 }, "f", new byte[] { 0x80 }),
            new OpenGraph(Graphs.Number, TaskMode.FunctionCalls, "test", GraphReports.Tasks | GraphReports.Output),
            new TaskOptions(Graphs.Number, 1, 0, 1, [], false, new Dictionary<string, long>(), ["lock"]),
            new SubmitNodes(Graphs.Number, 0, [Graphs.Call with { Options = 1 }]),
            new SealGraph(Graphs.Number, 1, [0]));

        Assert.Equal([7, 8], worker.SkipTo<Upload>().Data.ToArray());
        var assign = worker.SkipTo<Assign>();
        Assert.True(assign.Capture);
        worker.Send(new Failed(assign.Task, assign.Attempt, Failure.Of(FailureKind.Raised, "no")));
        assign = worker.SkipTo<Assign>();
        Assert.Equal(2, assign.Attempt);
        worker.Send(new Completed(assign.Task, assign.Attempt, 10, 1, new byte[] { 5 }, new CallOutput("hello", "")));
        Assert.Equal("hello", client.SkipTo<TaskOutput>().Out);
        Assert.Equal(0, Assert.Single(client.SkipTo<TaskEvents>().Ended).Node);
        Assert.Equal([5], client.ReceiveResult());
    }

    [Fact]
    public void Run_VersionsThatDiffer_AreToldToTheClient()
    {
        using var manager = RunningManager.OnTcp();
        using var worker = TestPeer.Worker(manager);
        using var client = new TestPeer(manager, Hello.ClientRole);
        client.SayHello(client.MakeHello() with { Versions = new Dictionary<string, string> { ["python"] = "3.11.2" } });

        worker.Send(new Versions(new Dictionary<string, string> { ["python"] = "3.12.1" }));

        Assert.Equal(Notice.VersionsDiffer, client.SkipTo<Notice>().Code);
    }

    [Fact]
    public void Create_AddressInUse_LeavesTheFirstAlone()
    {
        using var manager = new RunningManager(Options(_directory.Address));
        using var worker = TestPeer.Worker(manager);

        Assert.Throws<ManagerException>(() => new ManagerProcess(Options(_directory.Address)));

        Graphs.AssertServes(manager, worker);
    }

    [Fact]
    public void Create_SocketBesideTheDoorCannotBeBound_LeavesNoDoor()
    {
        Directory.CreateDirectory($"{_directory.DoorPath}.workers");

        Assert.Throws<ManagerException>(() => new ManagerProcess(Options(_directory.Address)));

        Assert.Equal(["m.workers"], _directory.Entries);
    }

    [Fact]
    public void Stop_WhileServing_EndsRunAndRemovesEverything()
    {
        var manager = new RunningManager(Options(_directory.Address));
        using var client = TestPeer.Client(manager);
        using var worker = TestPeer.Worker(manager);
        client.Submit(Graphs.Call);
        var assign = worker.Receive<Assign>();
        worker.CompleteLarge(assign, 2);
        worker.Receive<Fetch>();
        worker.Send(new Chunk(assign.Output, 2, 0, new byte[1]));
        worker.Synchronize();
        var staging = manager.Process.StagingDirectory;
        Assert.True(Directory.Exists(staging));

        manager.Stop();
        manager.Dispose();

        Assert.True(client.Door.SeesTheEnd());
        Assert.Empty(_directory.Entries);
        Assert.False(Directory.Exists(staging));
    }

    [Fact]
    public async Task Stop_BeforeRun_RunEndsAtOnce()
    {
        using var manager = new ManagerProcess(Options(_directory.Address));

        manager.Stop();

        await Task.Run(manager.Run).WaitAsync(RunningManager.Patience);
    }

    [Fact]
    public void Stop_AfterTheEnd_DoesNothing()
    {
        var manager = new ManagerProcess(Options(_directory.Address));
        manager.Dispose();

        manager.Stop();
    }

    private static ManagerOptions Options(DoorAddress address) => new() { Address = address };
}
