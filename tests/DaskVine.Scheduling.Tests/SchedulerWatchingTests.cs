using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>Outputs of commands that clients watch.</summary>
public sealed class SchedulerWatchingTests : IDisposable
{
    private static readonly byte[] Data = "line\n"u8.ToArray();

    private readonly SchedulerEnvironment _env = new();

    public void Dispose() => _env.MustWantNothing();

    [Fact]
    public void Piece_GoesToTheClientAsOfItsFile_AndTheNextIsAskedOfItsWorker()
    {
        var worker = Start();
        worker.Sends(Piece(output: 1, offset: 7));
        _env.Expect("w1 to c1: 1.1 from 7: line, then from 12 of 1");
        worker.Runs("a", "x", "y");
    }

    [Fact]
    public void Piece_OfACommandThatRunsElsewhereNow_IsDropped()
    {
        var first = Start();
        var late = Piece();
        var second = _env.Worker();
        first.Leaves();
        _env.Expect("w2 run a() #2");
        first.Joins();
        _env.Drain();
        first.Sends(late);
        first.Sends(late with { Attempt = 2 });
        second.Sends(late);
        _env.MustWantNothing();
        second.Sends(Piece());
        _env.Expect("w2 to c1: 1.0 from 0: line, then from 5 of 0");
    }

    [Fact]
    public void Piece_OfACommandThatHasEnded_IsDropped()
    {
        var worker = Start();
        worker.Runs("a", "x", "y");
        _env.Drain();
        worker.Sends(Piece());
    }

    [Fact]
    public void Piece_OfAnOutputThatTheCommandDoesNotHave_IsDropped()
    {
        var worker = Start();
        worker.Sends(Piece(output: 2));
        worker.Sends(Piece() with { Task = new Protocol.TaskId(99) });
    }

    private TestWorker Start()
    {
        var worker = _env.Worker();
        _env.Graph().File("x", FileKind.Output).File("y", FileKind.Output).Command("a", [], ["x", "y"]);
        _env.Expect("w1 run a()");
        return worker;
    }

    private OutputPiece Piece(int output = 0, long offset = 0) =>
        new(_env.LastAssignment("a").Task, _env.LastAssignment("a").Attempt, output, offset, Data);
}
