namespace DaskVine.ZeroMq.Tests;

/// <summary>Counts its disposals, and can be waited for.</summary>
internal sealed class Owner : IDisposable
{
    private readonly ManualResetEventSlim _disposed = new();
    private int _disposals;

    internal int Disposals => Volatile.Read(ref _disposals);

    public void Dispose()
    {
        Interlocked.Increment(ref _disposals);
        _disposed.Set();
    }

    internal bool Wait() => _disposed.Wait(Linked.Patience);
}
