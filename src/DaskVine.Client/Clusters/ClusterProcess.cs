using System.IO.Pipes;
using System.Text;
using DaskVine.ZeroMq;

namespace DaskVine.Client;

/// <summary>
/// A <c>daskvine</c> program that lives as long as its standard input is open. It leads a session of its own, so that the terminal's Ctrl-C
/// is for this process alone.
/// </summary>
internal sealed class ClusterProcess : IDisposable
{
    private const int LogBytes = 8192;
    private const int LogLines = 20;

    private readonly AnonymousPipeServerStream _lifeline = new(PipeDirection.Out, HandleInheritability.None);
    private readonly SessionProcess _process;
    private readonly string _label;
    private readonly string _log;

    // Guards that nobody is killed under a number that is another's by then.
    private readonly Lock _gate = new();
    private bool _reaped;

    /// <param name="arguments">The program, and what it is given.</param>
    /// <param name="label">For people.</param>
    /// <param name="log">Where its standard output and error go.</param>
    /// <exception cref="IOException">It cannot be started.</exception>
    public ClusterProcess(IEnumerable<string> arguments, string label, string log)
    {
        _label = label;
        _log = log;
        try
        {
            _process = SessionProcess.Start(arguments, DaskVineProgram.Environ(), _lifeline.ClientSafePipeHandle, log);
        }
        catch
        {
            _lifeline.Dispose();
            throw;
        }

        _lifeline.DisposeLocalCopyOfClientHandle();
        Ended = Task.Factory.StartNew(AwaitEnd, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public int Id => _process.Id;

    /// <summary>Ends when the process has; its exit code, or −signal.</summary>
    public Task<int> Ended { get; }

    /// <summary>Closes its standard input: it ends by itself.</summary>
    public void Dispose() => _lifeline.Dispose();

    /// <summary>Waits for its end, and kills it when that does not come in time.</summary>
    public async Task EndAsync(TimeSpan patience)
    {
        await Task.WhenAny(Ended, Task.Delay(patience)).ConfigureAwait(false);
        lock (_gate)
        {
            if (!_reaped && !Ended.IsCompleted)
                _process.KillGroup();
        }

        await Ended.ConfigureAwait(false);
    }

    /// <summary>A line on the end of the process, and the last lines of its log.</summary>
    public string HowItEnded()
    {
        var end = !Ended.IsCompleted ? "is running"
            : Ended.Result >= 0 ? $"exit status {Ended.Result}"
            : $"killed by signal {-Ended.Result}";
        return $"{_label} (process {Id}): {end}{LastLines()}";
    }

    private int AwaitEnd()
    {
        _process.AwaitEnd();
        lock (_gate)
        {
            _reaped = true;
            return _process.Reap()?.Status ?? 0;
        }
    }

    private string LastLines()
    {
        if (!File.Exists(_log))
            return "";
        using var log = new FileStream(_log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        log.Seek(Math.Max(0, log.Length - LogBytes), SeekOrigin.Begin);
        using var reader = new StreamReader(log, Encoding.UTF8);
        var lines = reader.ReadToEnd().Trim().Split('\n');
        return lines is [""] ? ", its log is empty" : $"; the end of {_log}:\n{string.Join('\n', lines.TakeLast(LogLines))}";
    }
}
