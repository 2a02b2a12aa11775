using DaskVine.Protocol;
using DaskVine.Protocol.Commands;
using DaskVine.Simulation.Graphs;
using DaskVine.WorkerState;

namespace DaskVine.Simulation.Workers;

/// <summary>The commands that run at a worker: they read files, take time, write an output or fail, and are killed.</summary>
internal sealed class SimulatedCommands(World world, SimulatedWorker worker, SimulatedCache cache)
{
    // Those that have not ended, by call.
    private readonly Dictionary<long, StartCommand> _running = [];

    public void Start(StartCommand start)
    {
        var plan = CallPlan.Read(start.Task.Body.Span);
        var inputs = new List<ReadOnlyMemory<byte>>();
        _running.Add(start.Call, start);
        foreach (var input in start.Task.Inputs)
        {
            if (input.Value is { } value)
                inputs.Add(value);
            else if (cache.Open(input.File) is { } found)
                inputs.Add(found.Bytes);
            else
            {
                cache.Remove(input.File);
                End(start, new CommandInputLost(input.File, "it is not in the cache"));
                return;
            }
        }

        Watch(start, watcher => watcher.OnCallStarted(worker, plan.Name));
        world.Clock.After(plan.Duration * worker.Slowness, () =>
        {
            if (worker.Gone || _running.GetValueOrDefault(start.Call) != start)
                return;
            Watch(start, watcher => watcher.OnCallEnded(worker, plan.Name));
            if (plan.Outcome == Outcome.KillsWorker)
            {
                _running.Remove(start.Call);
                worker.Die();
            }
            else
                End(start, OutcomeOf(start, plan, inputs));
        });
    }

    public void Kill(long call)
    {
        if (!_running.TryGetValue(call, out var start))
            return;
        Watch(start, watcher => watcher.OnCallEnded(worker, CallPlan.Read(start.Task.Body.Span).Name));
        End(start, new CommandKilled());
    }

    /// <summary>The worker is gone, and everything with it.</summary>
    public void EndAll()
    {
        foreach (var start in _running.Values)
            Watch(start, watcher => watcher.OnCallEnded(worker, CallPlan.Read(start.Task.Body.Span).Name));
        _running.Clear();
    }

    private void End(StartCommand start, CommandOutcome outcome)
    {
        _running.Remove(start.Call);
        worker.Happen(new CommandEnded(start.Call, outcome));
    }

    private CommandReported OutcomeOf(StartCommand start, CallPlan plan, List<ReadOnlyMemory<byte>> inputs)
    {
        var fails = plan.FailsAsCommand;
        if (!fails)
        {
            var output = world.Stored(Values.Of(plan.Key, inputs, plan.Size));
            cache.Write(start.Call + 1, output);
            world.Totals.BytesMade += output.Size;
        }

        var report = new CommandReport
        {
            Result = fails ? CommandResult.OutputMissing : CommandResult.Success,
            ExitCode = fails ? 1 : 0,
            Outputs = [fails ? null : (long)plan.Size * world.Options.ByteScale],
            Measured = new CommandUsage((long)(plan.Duration * worker.Slowness).TotalMicroseconds, 0, 0, 0),
        };
        var value = report.ToBytes();
        return new CommandReported(report, value, value.Length, "");
    }

    // What makes a file runs beside the slots, and at each worker that needs the file.
    private void Watch(StartCommand start, Action<Checkers.Watcher> tell)
    {
        if (start.Task.Attempt > 0)
            world.Watch(tell);
    }
}
