using System.Diagnostics;
using System.IO.Pipes;
using DaskVine.Protocol.Commands;
using DaskVine.WorkerState;
using DaskVine.ZeroMq;

namespace DaskVine.Worker;

/// <summary>One command, from the making of its sandbox to its report. It is run by a thread of its own; any other may kill it.</summary>
internal sealed class CommandRun(StartCommand start, CacheDirectory cache, CommandGuard guard, Action<OutputRead> grown)
{
    // It waits until the guard knows it, and ends when this process does before that.
    private const string Launch = "read -r go && cd -P \"$1\" && exec /bin/sh -c \"$2\" </dev/null";
    private const string LaunchScript = "read -r go && cd -P \"$1\" && exec /bin/sh \"$2\" </dev/null";

    // The system takes arguments of less than 128 KiB; a character is up to three bytes.
    private const int MaxArgument = 40_000;

    private readonly CommandSpec _spec = start.Spec;
    private readonly GrowingOutputs _outputs = new(start.Spec, grown);
    private readonly Lock _gate = new();

    // From its start until its end was seen: while it may be killed.
    private SessionProcess? _process;
    private bool _killed;
    private (CommandResult Result, string Reason)? _exceeded;

    /// <summary>Runs it; returns when it has ended and its sandbox is gone.</summary>
    public CommandOutcome Run()
    {
        var sandbox = new Sandbox(cache.CommandPath(start.Call), cache);
        try
        {
            return Run(sandbox);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return CommandReports.NotRun(e, start);
        }
        finally
        {
            sandbox.Remove();
        }
    }

    /// <summary>Has an output read once there is something to read, on another thread. Any thread may ask.</summary>
    public void Read(ReadOutput read) => _outputs.Ask(read);

    /// <summary>Ends it, whatever it does; its outcome will be that it was killed.</summary>
    public void Kill()
    {
        lock (_gate)
        {
            _killed = true;
            if (_process is not null)
                CommandSession.Kill(_process);
        }
    }

    private CommandOutcome Run(Sandbox sandbox)
    {
        if (sandbox.Make(_spec, start.Task.Inputs) is { } lost)
            return lost;
        if (_spec.EndMs is { } end && DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() >= end)
            return CommandReports.NotRun(CommandResult.MaxEndTime, $"it was not started: {CommandWatch.EndTimeText(end)}", start);
        var startedUs = NowUs();
        if (Execute(sandbox) is not { } ended)
            return new CommandKilled();
        var (status, usage, unseen) = ended;
        var report = new CommandReport
        {
            Result = CommandResult.Success,
            ExitCode = status ?? 0,
            StartedUs = startedUs,
            EndedUs = startedUs + usage.WallUs,
            Measured = usage,
        };
        if (_exceeded is { } limit)
            report = report with { Result = limit.Result, Reason = limit.Reason };
        else if (status is null)
            report = report with { Result = CommandResult.Unknown, Reason = "how it ended is not known: its status was taken by another" };
        else if (status < 0)
            report = report with { Result = CommandResult.Signal, Reason = $"signal {-status} ended it" };
        else if (unseen is not null)
            report = report with { Result = CommandResult.RmonitorError, Reason = $"what it took of what it is limited in is not known: {unseen}" };
        return CommandReports.Of(report, start, sandbox, cache);
    }

    /// <summary>Runs the process; returns its status, if that is known, and what it used, or null when it was killed as was asked for.</summary>
    private (int? Status, CommandUsage Usage, string? Unseen)? Execute(Sandbox sandbox)
    {
        using var go = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.None);
        if (Begin(sandbox, go) is not { } process)
            return null;
        using var watch = new CommandWatch(_spec, process.Id, sandbox, _outputs, Exceed);
        try
        {
            guard.Add(process.Id);
            go.WriteByte((byte)'\n');
        }
        catch (IOException)
        {
            // It has not begun, and ends as nobody tells it to.
            go.Dispose();
            AwaitEnd(process);
            throw;
        }

        var (end, killed) = AwaitEnd(process);
        watch.Dispose();
        if (killed)
            return null;
        var wallUs = (long)watch.Elapsed.TotalMicroseconds;
        using var own = Process.GetCurrentProcess();
        // What is not more than this process held may be what it held, as the system counts.
        var memory = end?.MaxMemory > own.PeakWorkingSet64 ? end.Value.MaxMemory : 0;
        return (end?.Status, new CommandUsage(
            wallUs, end?.CpuUs ?? 0, Math.Max(memory, watch.Memory), watch.DiskAtEnd()), watch.Unseen);
    }

    private SessionProcess? Begin(Sandbox sandbox, AnonymousPipeServerStream go)
    {
        var isLong = _spec.Command.Length > MaxArgument;
        if (isLong)
            File.WriteAllText(sandbox.Script, _spec.Command);
        lock (_gate)
        {
            if (_killed)
                return null;
            _process = SessionProcess.Start(
                ["/bin/sh", "-c", isLong ? LaunchScript : Launch, "daskvine-command", sandbox.Path, isLong ? sandbox.Script : _spec.Command],
                CommandEnvironment.Of(_spec, sandbox), go.ClientSafePipeHandle, sandbox.Log);
        }

        go.DisposeLocalCopyOfClientHandle();
        return _process;
    }

    private (ProcessEnd? End, bool Killed) AwaitEnd(SessionProcess process)
    {
        process.AwaitEnd();
        lock (_gate)
        {
            // What it left running in the background has lost its sandbox.
            process.KillGroup();
            _process = null;
            guard.Remove(process.Id);
            return (process.Reap(), _killed);
        }
    }

    private void Exceed(CommandResult result, string reason)
    {
        lock (_gate)
        {
            if (_process is null)
                return;
            _exceeded ??= (result, reason);
            CommandSession.Kill(_process);
        }
    }

    private static long NowUs() => (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
