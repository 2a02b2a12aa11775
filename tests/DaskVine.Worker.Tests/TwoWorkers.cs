using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using static DaskVine.Worker.Tests.PythonCalls;

namespace DaskVine.Worker.Tests;

/// <summary>Two workers, each with a manager of its own; the first has made a file of <see cref="Length"/> zeros.</summary>
internal sealed class TwoWorkers : IDisposable
{
    public const int Length = 3_000_000;

    private readonly RunningWorker _first;
    private readonly RunningWorker _second;

    public TwoWorkers(bool tcp = false, Func<WorkerOptions, WorkerOptions>? change = null)
    {
        First = new FakeManager(tcp);
        Second = new FakeManager(tcp);
        _first = new RunningWorker(First, change);
        _second = new RunningWorker(Second, change);
        Source = First.Join().Peer;
        Target = Second.Join().Peer;
        First.Send(Function(1, "builtins", "bytes"), Call(1, 1, Length));
        Second.Send(Function(1, "builtins", "len"));
        Made = new FileSize(OutputOf(1), First.Receive<Completed>().Size);
    }

    public FakeManager First { get; }

    public FakeManager Second { get; }

    public PeerEndpoint? Source { get; }

    public PeerEndpoint? Target { get; }

    public FileSize Made { get; }

    /// <summary>Has the second get the file of the first.</summary>
    public Transfer From(long number, string directory = "", string name = "", CacheLevel level = CacheLevel.Task) =>
        new(Made.File, Made.Size, number, Source!.Address, Source.Token, directory, name, level);

    /// <summary>What a call at the second makes of the file.</summary>
    public long LengthAtSecond()
    {
        Second.Send(CallOn(1, 1, Made));
        return Integer(Second.Receive<Completed>().Value);
    }

    public async Task EndFirst()
    {
        _first.Cancel();
        await _first.ExitCode();
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        First.Dispose();
        Second.Dispose();
    }
}
