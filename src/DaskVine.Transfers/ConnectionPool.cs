namespace DaskVine.Transfers;

/// <summary>Connections that wait for their next request; each for some seconds.</summary>
internal sealed class ConnectionPool : IDisposable
{
    private const int MaxPerAddress = 2;
    private const int MaxInAll = 32;

    private readonly Lock _lock = new();
    private readonly List<(TransferAddress Address, Connection Connection, long Since)> _idle = [];
    private readonly TimeSpan _keep;
    private readonly Timer _timer;
    private bool _disposed;

    public ConnectionPool(TimeSpan keep)
    {
        _keep = keep;
        _timer = new Timer(_ => CloseOld());
    }

    /// <summary>The one that was used last, if there is any.</summary>
    public Connection? Take(TransferAddress address)
    {
        while (true)
        {
            Connection connection;
            lock (_lock)
            {
                var index = _idle.FindLastIndex(entry => entry.Address == address);
                if (index < 0)
                    return null;
                connection = _idle[index].Connection;
                _idle.RemoveAt(index);
            }

            if (!connection.HasNews())
                return connection;
            connection.Dispose();
        }
    }

    /// <summary>Keeps a connection between two requests, or closes it when there are enough.</summary>
    public void Give(TransferAddress address, Connection connection)
    {
        lock (_lock)
        {
            if (!_disposed && _idle.Count < MaxInAll && _idle.Count(entry => entry.Address == address) < MaxPerAddress)
            {
                _idle.Add((address, connection, Environment.TickCount64));
                if (_idle.Count == 1)
                    _timer.Change(_keep, Timeout.InfiniteTimeSpan);
                return;
            }
        }

        connection.Dispose();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            Close(_idle.Count);
        }

        _timer.Dispose();
    }

    private void CloseOld()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            // They stand in the order in which they came.
            var deadline = Environment.TickCount64 - (long)_keep.TotalMilliseconds;
            Close(_idle.TakeWhile(entry => entry.Since <= deadline).Count());
            if (_idle.Count > 0)
                _timer.Change(TimeSpan.FromMilliseconds(_idle[0].Since - deadline + 1), Timeout.InfiniteTimeSpan);
        }
    }

    private void Close(int count)
    {
        foreach (var (_, connection, _) in _idle.Take(count))
            connection.Dispose();
        _idle.RemoveRange(0, count);
    }
}
