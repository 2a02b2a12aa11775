using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using DaskVine.ZeroMq;
using Microsoft.Win32.SafeHandles;

namespace DaskVine.Transfers;

/// <summary>
/// A stream socket, plain or under TLS. Its descriptor blocks, as sendfile needs it, so no asynchronous call may touch it: those make it
/// non-blocking for good. One thread uses it; any thread may abort it.
/// </summary>
internal sealed class Connection : IDisposable
{
    // Between two pieces the caller can see that it is to stop.
    private const long SendPiece = 8 << 20;
    private const int CopyBuffer = 256 * 1024;

    private readonly Socket _socket;
    private SslStream? _tls;
    private SocketBuffer? _buffer;

    /// <param name="socket">Owned from now on.</param>
    /// <param name="receiveTimeout">How long to wait for a byte.</param>
    /// <param name="sendTimeout">How long the other side may take none.</param>
    public Connection(Socket socket, TimeSpan receiveTimeout, TimeSpan sendTimeout)
    {
        _socket = socket;
        socket.ReceiveTimeout = Milliseconds(receiveTimeout);
        socket.SendTimeout = Milliseconds(sendTimeout);
        if (socket.AddressFamily != AddressFamily.Unix)
            socket.NoDelay = true;
    }

    /// <summary>Puts TLS between, by the handshake that <paramref name="authenticate"/> makes.</summary>
    /// <exception cref="AuthenticationException">One side does not accept the other.</exception>
    /// <exception cref="ConnectionLostException">It ended before.</exception>
    public void Secure(Action<SslStream> authenticate)
    {
        var buffer = new SocketBuffer(new NetworkStream(_socket, ownsSocket: false));
        var tls = new SslStream(buffer);
        try
        {
            authenticate(tls);
            buffer.Gathers = true;
            (_tls, _buffer) = (tls, buffer);
        }
        catch (Exception e)
        {
            tls.Dispose();
            if (IsLoss(e))
                throw Lost(e);
            throw;
        }
    }

    /// <summary>Whether something has come, or the end; between requests only the end can.</summary>
    public bool HasNews()
    {
        try
        {
            return _socket.Poll(0, SelectMode.SelectRead);
        }
        catch (Exception e) when (IsLoss(e))
        {
            return true;
        }
    }

    /// <returns>Bytes read, 0 at the end.</returns>
    /// <exception cref="ConnectionLostException">It broke, or no byte came for too long.</exception>
    public int Read(Span<byte> buffer)
    {
        try
        {
            return _tls is null ? _socket.Receive(buffer) : _tls.Read(buffer);
        }
        catch (Exception e) when (IsLoss(e) || e is AuthenticationException)
        {
            throw Lost(e);
        }
    }

    /// <summary>Fills a buffer as far as possible.</summary>
    /// <returns>Bytes read; fewer than asked for when it ended.</returns>
    public int ReadUpTo(Span<byte> buffer)
    {
        var filled = 0;
        while (filled < buffer.Length)
        {
            var read = Read(buffer[filled..]);
            if (read == 0)
                break;
            filled += read;
        }

        return filled;
    }

    /// <exception cref="ConnectionLostException">Also when it ends before the buffer is full.</exception>
    public void ReadExactly(Span<byte> buffer)
    {
        if (ReadUpTo(buffer) < buffer.Length)
            throw new ConnectionLostException("the other side closed the connection");
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            if (_tls is null)
            {
                SendAll(bytes);
                return;
            }

            _tls.Write(bytes);
            _buffer?.Flush();
        }
        catch (Exception e) when (IsLoss(e) || e is AuthenticationException)
        {
            throw Lost(e);
        }
    }

    /// <summary>Sends part of a file, under TLS through a buffer, else without a copy.</summary>
    /// <exception cref="ConnectionLostException">It broke, or the file is shorter than that.</exception>
    public void SendFile(SafeFileHandle file, long offset, long count)
    {
        var buffer = _tls is null ? [] : new byte[(int)Math.Min(count, CopyBuffer)];
        for (var end = offset + count; offset < end;)
        {
            var sent = _tls is null
                ? SendPieceOf(file, offset, Math.Min(end - offset, SendPiece))
                : Copy(file, offset, buffer.AsSpan(0, (int)Math.Min(end - offset, buffer.Length)));
            if (sent == 0)
                throw new ConnectionLostException("the file became shorter while it was sent");
            offset += sent;
        }
    }

    /// <summary>Ends it from any thread: who reads or writes is told.</summary>
    public void Abort() => _socket.Dispose();

    public void Dispose()
    {
        _tls?.Dispose();
        _socket.Dispose();
    }

    private static int Milliseconds(TimeSpan time) => (int)Math.Clamp(time.TotalMilliseconds, 1, int.MaxValue);

    private static bool IsLoss(Exception e) => e is SocketException or IOException or ObjectDisposedException;

    private static ConnectionLostException Lost(Exception e) =>
        e is ConnectionLostException lost ? lost
        : (e as SocketException ?? e.InnerException as SocketException)?.SocketErrorCode == SocketError.TimedOut
            ? new ConnectionLostException("the other side has stalled", e)
        : new ConnectionLostException(e.InnerException is SocketException inner ? inner.Message : e.Message, e);

    private void SendAll(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[_socket.Send(bytes)..];
    }

    private long SendPieceOf(SafeFileHandle file, long offset, long count)
    {
        try
        {
            return ZeroMq.SendFile.Send(_socket.SafeHandle, file, offset, count);
        }
        catch (Exception e) when (IsLoss(e))
        {
            throw Lost(e);
        }
    }

    private int Copy(SafeFileHandle file, long offset, Span<byte> buffer)
    {
        var read = RandomAccess.Read(file, buffer, offset);
        Write(buffer[..read]);
        return read;
    }
}
