using DaskVine.WorkerState;

namespace DaskVine.Worker;

/// <summary>The commands that run, each with a thread of its own.</summary>
internal sealed class Commands(CacheDirectory cache, EventLoop loop, Action<WorkerEvent> raise) : IDisposable
{
    private readonly CommandGuard _guard = new();

    // By call: those whose end was not told.
    private readonly Dictionary<long, (CommandRun Run, Task<CommandOutcome> Outcome)> _runs = [];

    public void Start(StartCommand start)
    {
        var run = new CommandRun(start, cache, _guard, read => loop.Post(() => raise(read)));
        var outcome = Task.Factory.StartNew(run.Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _runs.Add(start.Call, (run, outcome));
        outcome.ContinueWith(ended => loop.Post(() => OnEnded(start.Call, ended)), TaskScheduler.Default);
    }

    public void Read(ReadOutput read)
    {
        // It may have ended, as below.
        if (_runs.TryGetValue(read.Call, out var running))
            running.Run.Read(read);
    }

    public void Kill(long call)
    {
        // It may have ended, which the core is about to hear.
        if (_runs.TryGetValue(call, out var running))
            running.Run.Kill();
    }

    public void Dispose()
    {
        foreach (var (run, _) in _runs.Values)
            run.Kill();
        Task.WaitAll(_runs.Values.Select(running => running.Outcome));
        _guard.Dispose();
    }

    private void OnEnded(long call, Task<CommandOutcome> ended)
    {
        _runs.Remove(call);
        // What a run does not expect is for all to see, as on any thread.
        raise(new CommandEnded(call, ended.GetAwaiter().GetResult()));
    }
}
