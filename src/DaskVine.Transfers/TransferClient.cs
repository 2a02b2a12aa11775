namespace DaskVine.Transfers;

/// <summary>Receives files from servers; any number of threads may do so at once. Connections are kept for some seconds.</summary>
public sealed class TransferClient : IDisposable
{
    // Shorter than a server waits for a request.
    private static readonly TimeSpan KeepIdle = TimeSpan.FromSeconds(5);

    private readonly ConnectionPool _pool = new(KeepIdle);
    private readonly Connector _connector;

    /// <param name="tls">Needed for tls:// addresses.</param>
    /// <param name="connectTimeout">For the connection and the handshake; 10 s unless given.</param>
    /// <param name="stallTimeout">How long a source may send no byte; 30 s unless given.</param>
    public TransferClient(TlsIdentity? tls = null, TimeSpan? connectTimeout = null, TimeSpan? stallTimeout = null)
    {
        _connector = new Connector(
            tls is null ? null : new TlsHandshake(tls),
            connectTimeout ?? TimeSpan.FromSeconds(10),
            stallTimeout ?? TimeSpan.FromSeconds(30));
    }

    /// <summary>
    /// Receives a file and verifies its length and CRC32C. It blocks; the caller renames the file when it has come. What a broken
    /// transfer has left is kept, and the next one goes on there; a wrong checksum deletes it. A directory begins anew each time.
    /// </summary>
    /// <param name="from">The source.</param>
    /// <param name="token">The source's secret.</param>
    /// <param name="file">Number of the file there.</param>
    /// <param name="size">Its size in bytes; not enforced for a directory.</param>
    /// <param name="partialPath">Where to; its part of the file must be of the same content, from this or another source.</param>
    /// <param name="stop">Ends it at once.</param>
    /// <exception cref="TransferException">It failed; the kind tells what to try next.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; what has arrived is kept.</exception>
    public TransferOutcome Receive(
        TransferAddress from, string token, long file, long size, string partialPath, CancellationToken stop)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        var secret = TransferRequest.TokenBytes(token);
        stop.ThrowIfCancellationRequested();
        using var partial = PartialFile.Open(partialPath, size, stop);
        var request = new TransferRequest(file, partial.Length, 0);
        var connection = Ask(from, request.ToBytes(secret), stop, out var reply);
        try
        {
            using var ending = stop.UnsafeRegister(open => ((Connection)open!).Abort(), connection);
            var incoming = new IncomingTransfer(connection, from, file, size, stop);
            return incoming.Receive(reply, partial, partialPath);
        }
        catch (Exception e)
        {
            connection.Dispose();
            connection = null;
            if (e is TransferException { Kind: not TransferFailureKind.CannotStore })
                stop.ThrowIfCancellationRequested();
            throw;
        }
        finally
        {
            if (connection is not null)
                _pool.Give(from, connection);
        }
    }

    /// <summary>Closes the connections that are kept.</summary>
    public void Dispose() => _pool.Dispose();

    private Connection Ask(TransferAddress from, byte[] request, CancellationToken stop, out TransferReply reply)
    {
        // A kept connection may have died unseen: then a fresh one tells.
        if (_pool.Take(from) is { } kept && TryAsk(kept, from, request, stop, out reply, out _))
            return kept;
        var fresh = _connector.Connect(from, stop);
        if (TryAsk(fresh, from, request, stop, out reply, out var why))
            return fresh;
        throw new TransferException(TransferFailureKind.BrokenOff, $"{from} took a request and did not answer: {why}");
    }

    private static bool TryAsk(
        Connection connection, TransferAddress from, byte[] request, CancellationToken stop, out TransferReply reply, out string? why)
    {
        try
        {
            using var ending = stop.UnsafeRegister(open => ((Connection)open!).Abort(), connection);
            connection.Write(request);
            reply = TransferReply.Read(connection);
            why = null;
            return true;
        }
        catch (IOException e)
        {
            connection.Dispose();
            stop.ThrowIfCancellationRequested();
            reply = default;
            why = e.Message;
            return false;
        }
        catch (InvalidDataException e)
        {
            connection.Dispose();
            throw new TransferException(TransferFailureKind.Refused, $"{from} is no server of transfers: {e.Message}", e);
        }
    }
}
