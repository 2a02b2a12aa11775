using System.Diagnostics;
using DaskVine.Protocol.Commands;

namespace DaskVine.Worker;

/// <summary>Looks at a running command from time to time, says when it is over a limit, and has its outputs read.</summary>
internal sealed class CommandWatch : IDisposable
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LookAtLimits = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LookAtUse = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookAtOutputs = TimeSpan.FromMilliseconds(150);

    // Looking takes at most such a part of the time.
    private const int Restraint = 10;

    private readonly CommandSpec _spec;
    private readonly int _session;
    private readonly Sandbox _sandbox;
    private readonly GrowingOutputs _outputs;
    private readonly Action<CommandResult, string> _exceeded;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Lock _gate = new();
    private readonly Timer _timer;
    private TimeSpan _nextLook = FirstLook;
    private TimeSpan _nextRead;
    private bool _ended;

    /// <param name="spec">The limits.</param>
    /// <param name="session">Whose memory is looked at.</param>
    /// <param name="sandbox">Whose size is looked at.</param>
    /// <param name="outputs">Looked at as well, if any of them is watched.</param>
    /// <param name="exceeded">Told, on another thread, which limit and in words; perhaps more than once.</param>
    public CommandWatch(
        CommandSpec spec, int session, Sandbox sandbox, GrowingOutputs outputs, Action<CommandResult, string> exceeded)
    {
        (_spec, _session, _sandbox, _outputs, _exceeded) = (spec, session, sandbox, outputs, exceeded);
        _nextRead = outputs.Any ? FirstLook : TimeSpan.MaxValue;
        _timer = new Timer(_ => Look());
        lock (_gate)
            SetTimer();
    }

    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>The most bytes of memory that were seen.</summary>
    public long Memory { get; private set; }

    /// <summary>The most bytes in the sandbox that were seen.</summary>
    public long Disk { get; private set; }

    /// <summary>Why the last look, at what it may take so much of, saw nothing; null when it did.</summary>
    public string? Unseen { get; private set; }

    /// <summary>Looks at the sandbox once more, after <see cref="Dispose"/>; returns the most bytes that were seen.</summary>
    public long DiskAtEnd()
    {
        TryLook(_spec.Disk, () => Disk = Math.Max(Disk, _sandbox.Size()));
        return Disk;
    }

    /// <summary>Looks no more; what is looked at may go from now on.</summary>
    public void Dispose()
    {
        lock (_gate)
            _ended = true;
        _timer.Dispose();
    }

    /// <summary>How a time that is over reads.</summary>
    public static string EndTimeText(long endMs)
    {
        var end = DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(endMs, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));
        return $"the time by which it had to end is over: {end:u}";
    }

    private static long NowMs => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private void Look()
    {
        lock (_gate)
        {
            if (_ended)
                return;
            LookAtClock();
            if (_clock.Elapsed >= _nextLook)
                Measure();
            if (_clock.Elapsed >= _nextRead)
                LookAtGrowth();
            SetTimer();
        }
    }

    private void LookAtClock()
    {
        if (_spec.WallMs is { } wall && _clock.Elapsed.TotalMilliseconds >= wall)
            _exceeded(CommandResult.MaxWallTime, $"it ran for longer than {wall / 1000.0:0.###} s");
        if (_spec.EndMs is { } end && NowMs >= end)
            _exceeded(CommandResult.MaxEndTime, EndTimeText(end));
    }

    private void Measure()
    {
        var began = _clock.Elapsed;
        Unseen = null;
        TryLook(_spec.Memory, () => Memory = Math.Max(Memory, CommandSession.Memory(_session)));
        if (Memory > _spec.Memory)
            _exceeded(CommandResult.ResourceExhaustion, $"its processes held {Memory} bytes of memory; it was given {_spec.Memory}");
        if (_spec.Disk is not null)
            TryLook(_spec.Disk, () => Disk = Math.Max(Disk, _sandbox.Size()));
        if (Disk > _spec.Disk)
            _exceeded(CommandResult.SandboxExhaustion, $"its sandbox held {Disk} bytes; it was given {_spec.Disk}");
        var took = _clock.Elapsed - began;
        var pause = _spec.Memory is null && _spec.Disk is null ? LookAtUse : LookAtLimits;
        _nextLook = _clock.Elapsed + (took * Restraint > pause ? took * Restraint : pause);
    }

    private void LookAtGrowth()
    {
        _outputs.Look(_sandbox);
        _nextRead = _clock.Elapsed + LookAtOutputs;
    }

    private void TryLook(long? limit, Action look)
    {
        try
        {
            look();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Of what has no limit it is as well not to know.
            if (limit is not null)
                Unseen = e.Message;
        }
    }

    private void SetTimer()
    {
        var wait = ((_nextRead < _nextLook ? _nextRead : _nextLook) - _clock.Elapsed).TotalMilliseconds;
        if (_spec.WallMs is { } wall)
            wait = Math.Min(wait, wall - _clock.Elapsed.TotalMilliseconds);
        if (_spec.EndMs is { } end)
            wait = Math.Min(wait, end - NowMs);
        // Over a limit it is told again until the command has ended, and that is soon.
        _timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(wait))), Timeout.InfiniteTimeSpan);
    }
}
