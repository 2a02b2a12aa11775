using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Manager.Tests;

/// <summary>Outputs of commands that clients watch, on their way through a manager.</summary>
public sealed class WatchedOutputTests : IDisposable
{
    private const int PieceBytes = 1 << 20;

    private readonly RunningManager _manager = RunningManager.OnTcp();

    public void Dispose() => _manager.Dispose();

    [Fact]
    public void Piece_GoesToTheClient_AndTheNextIsAskedFor()
    {
        using var client = TestPeer.Client(_manager);
        using var worker = TestPeer.Worker(_manager);
        var assign = Start(client, worker);

        worker.Send(new OutputPiece(assign.Task, assign.Attempt, 0, 3, new byte[] { 1, 2 }));

        var piece = client.SkipTo<WatchedOutput>();
        Assert.Equal((1, 0, 3L, 2), (piece.Graph, piece.Node, piece.Offset, piece.Data.Length));
        Assert.Equal(new FollowOutput(assign.Task, assign.Attempt, 0, 5), worker.Receive<FollowOutput>());
    }

    [Fact]
    public void Client_ThatDoesNotRead_MakesNothingPileUp()
    {
        using var client = TestPeer.Client(_manager, PieceBytes / 2);
        using var worker = TestPeer.Worker(_manager);
        var assign = Start(client, worker);
        client.Acknowledges = false;
        var sent = 0L;
        // The first is on its way, and so many wait behind it.
        for (var i = 0; i < 8; i++)
        {
            Send();
            Assert.Equal(sent, worker.Receive<FollowOutput>().Offset);
        }

        Send();
        // Fails when the next one is asked for before the answers to these.
        worker.Synchronize();
        worker.Synchronize();

        client.Acknowledges = true;
        client.SendUnsequenced(new Heartbeat());
        for (var offset = 0L; offset < sent; offset += PieceBytes)
            Assert.Equal(offset, client.SkipTo<WatchedOutput>().Offset);
        Assert.Equal(sent, worker.Receive<FollowOutput>().Offset);

        void Send()
        {
            worker.Send(new OutputPiece(assign.Task, assign.Attempt, 0, sent, new byte[PieceBytes]));
            sent += PieceBytes;
        }
    }

    [Fact]
    public void Worker_ThatLeft_IsNotAskedForMore()
    {
        using var client = TestPeer.Client(_manager, PieceBytes / 2);
        using (var worker = TestPeer.Worker(_manager))
        {
            var assign = Start(client, worker);
            client.Acknowledges = false;
            for (var offset = 0L; offset <= 8 * PieceBytes; offset += PieceBytes)
                worker.Send(new OutputPiece(assign.Task, assign.Attempt, 0, offset, new byte[PieceBytes]));
            // Its answer comes after the manager has taken all of them.
            worker.SendFrames([0xC1]);
            worker.SkipTo<Rehello>();
        }

        client.Acknowledges = true;
        client.SendUnsequenced(new Heartbeat());
        for (var offset = 0L; offset <= 8 * PieceBytes; offset += PieceBytes)
            Assert.Equal(offset, client.SkipTo<WatchedOutput>().Offset);
        using var other = TestPeer.Worker(_manager);
        Assert.Equal(2, other.Receive<Assign>().Attempt);
    }

    private static Assign Start(TestPeer client, TestPeer worker)
    {
        client.Send(
            new OpenGraph(1, TaskMode.Command, "files"),
            new SubmitFiles(1, 0, [new DeclaredFile(FileKind.Output, "", "", 0, CacheLevel.Workflow, true)]),
            new SubmitCommand(1, 1, new byte[] { 0x80 }, [], [0], "make", 0, false));
        return worker.Receive<Assign>();
    }
}
