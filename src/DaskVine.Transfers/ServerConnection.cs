using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Win32.SafeHandles;

namespace DaskVine.Transfers;

/// <summary>What all connections of a server share.</summary>
internal sealed class ServerContext(TransferServerOptions options, Func<long, ServedFile?> find)
{
    public TransferServerOptions Options { get; } = options;

    public byte[] Token { get; } = TransferRequest.TokenBytes(options.Token);

    public TlsHandshake? Tls { get; } =
        options is { Listen.Scheme: TransferScheme.Tls, Tls: { } identity } ? new TlsHandshake(identity) : null;

    public ServedFile? Find(long file) => find(file);

    public void Warn(string line) => Options.Warned?.Invoke(line);
}

/// <summary>Answers the requests of one connection, on a thread of its own.</summary>
internal sealed class ServerConnection(Socket socket, ServerContext context) : IDisposable
{
    private readonly Connection _connection = new(socket, context.Options.IdleTimeout, context.Options.StallTimeout);
    private readonly string _peer = socket.RemoteEndPoint?.ToString() is { Length: > 0 } name ? name : "a process of this machine";
    private long _idleSince = Stopwatch.GetTimestamp();

    /// <summary>How long there is no request; zero while one is answered.</summary>
    public TimeSpan IdleFor => Volatile.Read(ref _idleSince) is var since and not 0 ? Stopwatch.GetElapsedTime(since) : TimeSpan.Zero;

    public void Abort() => _connection.Abort();

    public void Dispose() => _connection.Dispose();

    public void Run()
    {
        try
        {
            if (context.Tls is { } tls)
                Secure(tls);
            AnswerAll();
        }
        catch (ConnectionLostException)
        {
            // The receiver sees it too, and goes on from another source or here.
        }
        catch (AuthenticationException e)
        {
            context.Warn($"{_peer} was refused: {e.Message}");
        }
        catch (Exception e)
        {
            // Nothing above this thread could take it, and the process serves others; the receiver sees a broken connection.
            context.Warn($"a transfer to {_peer} failed: {e.Message}");
        }
    }

    // The client learns by this byte that its certificate was accepted: its own part of the handshake ends before.
    private void Secure(TlsHandshake tls)
    {
        _connection.Secure(tls.AsServer);
        _connection.Write([TransferRequest.Version]);
    }

    private void AnswerAll()
    {
        while (true)
        {
            Volatile.Write(ref _idleSince, Stopwatch.GetTimestamp());
            var request = TransferRequest.Read(_connection, context.Token, out var refusal);
            Volatile.Write(ref _idleSince, 0);
            if (refusal is { } status)
            {
                context.Warn($"{_peer} was refused: {(status == ReplyStatus.WrongToken ? "a wrong token" : "another version")}");
                new TransferReply(status, 0).Write(_connection);
                return;
            }

            if (request is null)
                return;
            Answer(request.Value);
        }
    }

    private void Answer(TransferRequest request)
    {
        using var served = context.Find(request.File);
        var start = Stopwatch.GetTimestamp();
        var sent = served?.Kind switch
        {
            null => null,
            ServedKind.Directory => SendDirectory(served),
            ServedKind.Archive => SendArchive(served),
            _ => SendFile(served, request),
        };
        if (sent is { } bytes)
            context.Options.Served?.Invoke(new TransferServed(request.File, bytes, Stopwatch.GetElapsedTime(start)));
        else
            new TransferReply(ReplyStatus.NotThere, 0).Write(_connection);
    }

    // Null when it is not there.
    private long? SendFile(ServedFile served, TransferRequest request)
    {
        using var file = Open(served);
        if (file is null || request.Offset > served.Size)
            return null;
        var count = served.Size - request.Offset;
        if (request.Length != 0)
            count = Math.Min(count, request.Length);
        new TransferReply(ReplyStatus.File, served.Size).Write(_connection);
        _connection.SendFile(file, request.Offset, count);
        TransferReply.WriteUInt32(_connection, served.Checksum());
        return count;
    }

    private long? SendDirectory(ServedFile served)
    {
        var tree = TarSource.Find(served.Path, out var why);
        if (tree is null)
        {
            context.Warn(why!);
            return null;
        }

        new TransferReply(ReplyStatus.Directory, served.Size).Write(_connection);
        using var chunks = new ChunkWriter(_connection);
        tree.WriteTo(chunks);
        return chunks.Finish();
    }

    // The checksum of the stream is that of the archive.
    private long? SendArchive(ServedFile served)
    {
        using var file = Open(served);
        if (file is null)
            return null;
        new TransferReply(ReplyStatus.Directory, served.Size).Write(_connection);
        for (long offset = 0; offset < served.Size; offset += ChunkWriter.MaxChunk)
        {
            var count = Math.Min(ChunkWriter.MaxChunk, served.Size - offset);
            TransferReply.WriteUInt32(_connection, (uint)count);
            _connection.SendFile(file, offset, count);
        }

        TransferReply.WriteUInt32(_connection, 0);
        TransferReply.WriteUInt32(_connection, served.Checksum());
        return served.Size;
    }

    private SafeFileHandle? Open(ServedFile served)
    {
        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(served.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var size = RandomAccess.GetLength(file);
            if (size == served.Size)
                return file;
            context.Warn($"{served.Path} has {size} bytes instead of {served.Size}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            context.Warn($"{served.Path} cannot be given out: {e.Message}");
        }

        file?.Dispose();
        return null;
    }
}
