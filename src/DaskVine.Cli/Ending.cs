using System.Runtime.InteropServices;

namespace DaskVine.Cli;

/// <summary>What ends a process from outside: signals and, for one that a client started, the end of its standard input.</summary>
internal sealed class Ending : IDisposable
{
    private readonly PosixSignalRegistration[] _signals;
    private readonly Action<string> _stop;

    /// <param name="withInput">Whether the end of standard input counts.</param>
    /// <param name="stop">Told the reason, on any thread.</param>
    public Ending(bool withInput, Action<string> stop)
    {
        _stop = stop;
        _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal), PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal)];
        if (withInput)
            new Thread(WatchInput) { IsBackground = true, Name = "standard input" }.Start();
    }

    public void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        _stop($"{context.Signal} came");
    }

    private void WatchInput()
    {
        using var input = Console.OpenStandardInput();
        var nothing = new byte[256];
        while (input.Read(nothing) > 0)
        {
            // Nothing is said here; only the end counts.
        }

        _stop("its standard input ended");
    }
}
