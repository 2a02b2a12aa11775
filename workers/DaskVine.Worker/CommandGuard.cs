using System.IO.Pipes;
using DaskVine.ZeroMq;

namespace DaskVine.Worker;

/// <summary>
/// A process that lives as long as this one has commands running, and a moment longer: when the pipe that it reads ends, it kills what is
/// left of their sessions. So commands end with the worker even when that is killed. A session of its own keeps it from being killed along.
/// </summary>
internal sealed class CommandGuard : IDisposable
{
    // Sessions come and go by number. Who left a command's group is found by the session, again and again, as it may be forking.
    private const string Script = """
        trap '' HUP INT QUIT TERM
        sessions=' '
        while read -r what id; do
            case $what in
                add) sessions="$sessions$id " ;;
                remove) sessions="${sessions%% $id *} ${sessions#* $id }" ;;
            esac
        done
        for id in $sessions; do kill -KILL "-$id"; done
        rounds=0 found=yes
        while [ $found = yes ] && [ $rounds -lt 50 ]; do
            found=no rounds=$((rounds + 1))
            for stat in /proc/[0-9]*/stat; do
                read -r line <"$stat" || continue
                process=${stat#/proc/}
                set -- ${line##*) }
                case $sessions in
                    *" $4 "*) [ "$1" = Z ] || { found=yes; kill -KILL "${process%/stat}"; } ;;
                esac
            done
        done
        exit 0
        """;

    private readonly Lock _gate = new();
    private readonly HashSet<int> _sessions = [];
    private SessionProcess? _process;
    private AnonymousPipeServerStream? _pipe;

    /// <summary>Of the process that guards; null when there is none.</summary>
    public int? ProcessId => _process?.Id;

    /// <summary>Returns when the session will not outlive this process.</summary>
    /// <exception cref="IOException">The guard cannot be started.</exception>
    public void Add(int session)
    {
        lock (_gate)
        {
            _sessions.Add(session);
            if (_process is null || !TryWrite($"add {session}\n"))
                StartAnew();
        }
    }

    /// <summary>To be called before the session's number can be another's.</summary>
    public void Remove(int session)
    {
        lock (_gate)
        {
            _sessions.Remove(session);
            // One that was killed is started anew by the next command.
            TryWrite($"remove {session}\n");
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            // One that was killed takes what it is told until it is gone, and does nothing about it.
            if (End() || _sessions.Count == 0)
                return;
            StartAnew();
            End();
        }
    }

    private void StartAnew()
    {
        End();
        _pipe = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.None);
        var path = $"PATH={Environment.GetEnvironmentVariable("PATH")}";
        _process = SessionProcess.Start(["/bin/sh", "-c", Script, "daskvine-guard"], [path], _pipe.ClientSafePipeHandle, "/dev/null");
        _pipe.DisposeLocalCopyOfClientHandle();
        foreach (var session in _sessions)
            TryWrite($"add {session}\n");
    }

    private bool TryWrite(string line)
    {
        try
        {
            _pipe?.Write(System.Text.Encoding.ASCII.GetBytes(line));
            return true;
        }
        catch (IOException)
        {
            // Somebody has killed the guard.
            return false;
        }
    }

    /// <summary>Whether it ended what was left, or there was none.</summary>
    private bool End()
    {
        _pipe?.Dispose();
        _process?.AwaitEnd();
        var isOver = _process is null || _process.Reap() is { Status: 0 };
        (_pipe, _process) = (null, null);
        return isOver;
    }
}
