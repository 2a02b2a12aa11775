using System.Diagnostics;
using System.Text;
using DaskVine.Protocol;
using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;
using static DaskVine.Worker.Tests.ShellCommands;

namespace DaskVine.Worker.Tests;

/// <summary>Outputs that are watched. Each command waits for a line in a pipe before it goes on.</summary>
public sealed class WatchedOutputTests : IDisposable
{
    private const int PieceBytes = 256 << 10;

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeManager _manager = new();
    private readonly RunningWorker _worker;
    private readonly FileStream _pipe;

    public WatchedOutputTests()
    {
        _pipe = OpenPipe($"{_directory.Path}/go");
        _worker = new RunningWorker(_manager);
        _manager.Join();
    }

    [Fact]
    public void Line_ThatIsAppended_IsSentWhileTheCommandRuns()
    {
        Start("echo one >out", "echo two >>out");
        Expect(0, 0, "one\n");
        GoOn();
        // Nothing more before it is asked for.
        Ask(0, 4);
        Expect(0, 4, "two\n");
        GoOn();
        Assert.Equal([new FileSize(OutputFile(0), 8)], _manager.Receive<Completed>().Outputs);
        Assert.Equal("one\ntwo\n", Encoding.UTF8.GetString(_manager.Fetch(OutputFile(0))));
    }

    [Fact]
    public void Piece_ThatIsNotAskedFor_IsNotSent()
    {
        Start("echo one >out", "echo two >>out", "echo three >>out");
        Expect(0, 0, "one\n");
        GoOn();
        GoOn();
        GoOn();
        _manager.Receive<Completed>();
    }

    [Fact]
    public void Output_ThatIsLarge_ComesInPieces()
    {
        Start("head -c 600000 /dev/zero >new; mv new out");
        foreach (var (offset, length) in new (long, int)[] { (0, PieceBytes), (PieceBytes, PieceBytes), (2 * PieceBytes, 600_000 - (2 * PieceBytes)) })
        {
            var piece = _manager.Receive<OutputPiece>();
            Assert.Equal((0, offset, length), (piece.Output, piece.Offset, piece.Data.Length));
            Ask(0, offset + length);
        }

        GoOn();
        _manager.Receive<Completed>();
    }

    [Fact]
    public void Output_ThatBecomesShorter_BeginsAnew()
    {
        Start("echo a long line >out", ": >out", "echo b >>out");
        Expect(0, 0, "a long line\n");
        Ask(0, 12);
        GoOn();
        Expect(0, 0, "");
        Ask(0, 0);
        GoOn();
        Expect(0, 0, "b\n");
        GoOn();
        _manager.Receive<Completed>();
    }

    [Theory]
    [InlineData("ln -s $PWD/../secret out; echo secret >../secret")]
    [InlineData("mkdir out; echo secret >out/file")]
    [InlineData("mkfifo out")]
    public void Output_ThatIsNoFileOfTheSandbox_IsNotRead(string make)
    {
        // The other is looked at after it, in the same look.
        Start(["out", "other"], $"{make}; echo here >other", "rm -r out; echo mine >new; mv new out");
        Expect(1, 0, "here\n");
        GoOn();
        Expect(0, 0, "mine\n");
        GoOn();
        Assert.Equal(2, _manager.Receive<Completed>().Outputs.Count);
    }

    [Fact]
    public void Output_BehindALinkOutOfTheSandbox_IsNotRead()
    {
        Start(
            ["sub/out", "other"],
            "mkdir ../elsewhere; echo secret >../elsewhere/out; rmdir sub; ln -s ../elsewhere sub; echo here >other",
            "rm sub; mkdir sub; echo mine >sub/out");
        Expect(1, 0, "here\n");
        GoOn();
        Expect(0, 0, "mine\n");
        GoOn();
        _manager.Receive<Completed>();
    }

    [Fact]
    public void Output_ThatItsCommandHasLocked_IsRead()
    {
        Start("exec 9>out; flock -x 9; echo one >&9");
        Expect(0, 0, "one\n");
        GoOn();
        _manager.Receive<Completed>();
    }

    [Fact]
    public void Link_MadeAnew_BeginsAnew()
    {
        Start("echo one >out", "echo two >>out");
        Expect(0, 0, "one\n");
        _manager.SendUnlinked(new Rehello("this manager does not know the link"));
        _manager.Welcome();
        Expect(0, 0, "one\n");
        Ask(0, 4);
        GoOn();
        Expect(0, 4, "two\n");
        GoOn();
        _manager.Receive<Completed>();
    }

    public void Dispose()
    {
        _worker.Dispose();
        _manager.Dispose();
        _pipe.Dispose();
        _directory.Dispose();
    }

    private void Start(params string[] steps) => Start(["out"], steps);

    // After each step the command waits until it is told to go on.
    private void Start(string[] outputs, params string[] steps) => _manager.Send(Command(
        1,
        Of(string.Join("; ", steps.Select(step => $"{step}; read line <{_pipe.Name}"))) with
        {
            Outputs = [.. outputs.Select(name => new CommandOutput(name, CommandOutputOptions.Watch))],
        }));

    private void GoOn() => _pipe.WriteByte((byte)'\n');

    // Open at both ends, so that neither waits for the other.
    private static FileStream OpenPipe(string path)
    {
        using var made = Process.Start("mkfifo", path);
        made.WaitForExit();
        return new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
    }

    private void Ask(int output, long offset) => _manager.Send(new FollowOutput(new TaskId(1), 1, output, offset));

    private void Expect(int output, long offset, string text)
    {
        var piece = _manager.Receive<OutputPiece>();
        Assert.Equal((1, 1, output, offset, text), (piece.Task.Value, piece.Attempt, piece.Output, piece.Offset, Encoding.UTF8.GetString(piece.Data.Span)));
    }
}
