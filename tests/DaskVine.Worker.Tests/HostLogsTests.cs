using DaskVine.WorkerState;

namespace DaskVine.Worker.Tests;

public sealed class HostLogsTests : IDisposable
{
    private static readonly HostId Host = HostId.Child(3);
    private readonly TemporaryDirectory _directory = new();
    private readonly HostLogs _logs;

    public HostLogsTests() => _logs = new HostLogs(_directory.Path);

    [Fact]
    public void Tail_WithoutLog_IsEmpty() => Assert.Equal("", _logs.TailOf(Host));

    [Fact]
    public void Tail_AfterAMark_HasWhatCameSince()
    {
        Write("before\n");
        _logs.Mark(Host);
        Write("since\n");
        Assert.Equal("since", _logs.TailOf(Host));
    }

    [Fact]
    public void Tail_OfALogThatBeganAnewSinceTheMark_HasAllOfIt()
    {
        Write("a long text before\n");
        _logs.Mark(Host);
        File.WriteAllText(_logs.ErrorsOf(Host), "since\n");
        Assert.Equal("since", _logs.TailOf(Host));
    }

    [Fact]
    public void Tail_OfManyLongLines_IsBounded()
    {
        Write(string.Concat(Enumerable.Range(0, 1000).Select(i => $"{i} {new string('x', 1000)}\n")));
        var tail = _logs.TailOf(Host);
        Assert.Equal(4096, tail.Length);
        Assert.Contains("999 x", tail);
    }

    [Fact]
    public void Tail_OfACrash_HasTheInnermostFramesAndNoneOfTheHost()
    {
        const string host = "  File \"/p/daskvine/host/calls.py\", line 9 in run\n";
        var frames = string.Concat(Enumerable.Range(0, 50).Select(i => $"  File \"/u/user.py\", line {i} in f\n"));
        Write($"user text\nFatal Python error: Segmentation fault\n\nCurrent thread 0x1 (most recent call first):\n{frames}{host}\nExtension modules: numpy\n");
        var lines = _logs.TailOf(Host).Split('\n');
        Assert.Equal(20, lines.Length);
        Assert.Equal("Fatal Python error: Segmentation fault", lines[0]);
        Assert.EndsWith("line 0 in f", lines[3]);
    }

    [Theory]
    [InlineData("Unhandled exception. System.Exception: no")]
    [InlineData("Stack overflow.")]
    [InlineData("Process terminated. no model")]
    public void Tail_OfACrashOfDotnet_HasTheInnermostFrames(string crash)
    {
        Write($"user text\n{crash}\n{string.Concat(Enumerable.Range(0, 50).Select(i => $"   at F{i}()\n"))}");
        Assert.Equal([crash, "   at F0()"], _logs.TailOf(Host).Split('\n')[..2]);
    }

    [Fact]
    public void Tail_OfALibrary_HasWhatItsPresentProcessWrote()
    {
        File.AppendAllText(_logs.Library(1), "before\n");
        _logs.BeginLibrary(1);
        File.AppendAllText(_logs.Library(1), "since\n");
        Assert.Equal("since", _logs.TailOfLibrary(1));
    }

    [Fact]
    public void Tail_OfAShortCrash_HasWhatWasWrittenBefore()
    {
        Write("user text\nFatal Python error: Aborted\n");
        Assert.Equal("user text\nFatal Python error: Aborted", _logs.TailOf(Host));
    }

    public void Dispose() => _directory.Dispose();

    private void Write(string text) => File.AppendAllText(_logs.ErrorsOf(Host), text);
}
