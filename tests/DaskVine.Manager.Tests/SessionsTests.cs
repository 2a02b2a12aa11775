using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Manager.Tests;

public sealed class SessionsTests : IDisposable
{
    private readonly RunningManager _manager = RunningManager.OnTcp();

    public void Dispose() => _manager.Dispose();

    [Fact]
    public void Hello_Acceptable_IsWelcomedByTheSameManager()
    {
        using var client = new TestPeer(_manager, Hello.ClientRole);
        using var worker = new TestPeer(_manager, Hello.WorkerRole);

        var welcome = client.SayHello();

        Assert.Equal(16, welcome.Manager.Length);
        Assert.Equal(new Welcome(welcome.Manager, "vine", 5000), welcome);
        Assert.Equal(welcome, worker.SayHello());
    }

    [Fact]
    public void Hello_OtherProtocolVersion_IsRefusedWithBothVersions() =>
        Assert.Equal(
            $"it speaks protocol 99, this manager {ProtocolVersion.Current}: use the same release on both sides",
            Refusal(hello => hello with { ProtocolVersion = 99 }));

    [Fact]
    public void Hello_OtherRoleThanTheSocket_IsRefused()
    {
        using var worker = new TestPeer(_manager, Hello.WorkerRole, endpointOf: Hello.ClientRole);

        worker.SendHello(worker.MakeHello());

        Assert.Equal("this is the socket for a client, not for a worker", worker.Receive<Refuse>().Reason);
    }

    [Fact]
    public void Hello_TokenThatTheDoorNeverGave_IsRefused() =>
        Assert.Contains("door", Refusal(hello => hello with { Token = hello.Token ^ 1 }), StringComparison.Ordinal);

    [Fact]
    public void Hello_InstanceIsNotTheRoutingId_IsRefused() =>
        Assert.Contains("routing id", Refusal(hello => hello with { Instance = "another" }), StringComparison.Ordinal);

    [Fact]
    public void Hello_WithoutEpoch_IsRefused() =>
        Assert.Contains("epoch", Refusal(hello => hello, epoch: 0), StringComparison.Ordinal);

    [Fact]
    public void Hello_InstanceOfTheOtherRole_IsRefusedAndTheFirstGoesOn()
    {
        using var client = TestPeer.Client(_manager);
        using var worker = new TestPeer(_manager, Hello.WorkerRole, client.Instance);

        worker.SendHello(worker.MakeHello());
        Assert.Contains("client has that instance", worker.Receive<Refuse>().Reason, StringComparison.Ordinal);

        client.Submit(Graphs.Value([1]));
        Assert.Equal([1], client.ReceiveResult());
    }

    [Fact]
    public void Hello_TokenOfAnotherPeer_IsRefused()
    {
        using var first = TestPeer.Client(_manager);

        Assert.Contains(
            "another process", Refusal(hello => hello with { Token = first.Door.Greeting.Token }), StringComparison.Ordinal);
    }

    [Fact]
    public void Hello_AfterARefusal_IsWelcome()
    {
        using var client = new TestPeer(_manager, Hello.ClientRole);
        client.SendHello(client.MakeHello() with { ProtocolVersion = 99 });
        client.Receive<Refuse>();

        client.SayHello();
    }

    [Fact]
    public void Hello_AgainWithItsTask_TheTaskGoesOn()
    {
        using var client = TestPeer.Client(_manager);
        using var worker = TestPeer.Worker(_manager);
        client.Submit(Graphs.Call);
        var assign = worker.Receive<Assign>();

        worker.SayHello(worker.MakeHello() with { Tasks = [new TaskAttempt(assign.Task, assign.Attempt)] });
        worker.Complete(assign, [5]);

        Assert.Equal([5], client.ReceiveResult());
    }

    [Fact]
    public void Hello_AgainWithoutItsTask_TheTaskIsAssignedAnew()
    {
        using var client = TestPeer.Client(_manager);
        using var worker = TestPeer.Worker(_manager);
        client.Submit(Graphs.Call);
        var lost = worker.Receive<Assign>();

        worker.SayHello();
        var again = worker.Receive<Assign>();

        Assert.Equal((lost.Task, lost.Attempt + 1), (again.Task, again.Attempt));
    }

    [Fact]
    public void Hello_AgainByAClient_ItsGraphsAreGone()
    {
        using var client = TestPeer.Client(_manager);
        using var worker = TestPeer.Worker(_manager);
        client.Submit(Graphs.Call);
        var assign = worker.Receive<Assign>();

        client.SayHello();

        Assert.Equal([assign.Task], worker.SkipTo<Cancel>().Tasks);
    }

    [Fact]
    public void Hello_ThroughTheDoorAnew_TheEndOfTheOldConnectionIsNotItsEnd()
    {
        using var client = TestPeer.Client(_manager);
        using var old = client.Door;
        client.Door = new DoorVisitor(_manager.Address);
        client.SayHello();

        old.Dispose();
        client.Submit(Graphs.Value([1]));

        Assert.Equal([1], client.ReceiveResult());
        Assert.DoesNotContain("does not know", client.Synchronize(), StringComparison.Ordinal);
    }

    [Fact]
    public void Receive_NoHelloBefore_AsksForOne()
    {
        using var worker = new TestPeer(_manager, Hello.WorkerRole);

        worker.Send(new Retracted([]));

        Assert.Contains("does not know the link", worker.Receive<Rehello>().Reason, StringComparison.Ordinal);
    }

    private string Refusal(Func<Hello, Hello> change, ulong epoch = 1)
    {
        using var client = new TestPeer(_manager, Hello.ClientRole);
        client.SendHello(change(client.MakeHello()), epoch);
        return client.Receive<Refuse>().Reason;
    }
}
