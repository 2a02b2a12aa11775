using System.Net;
using System.Net.Sockets;

namespace DaskVine.Transfers.Tests;

/// <summary>Stands between a receiver and a server, and does something when so many bytes of the answer have passed.</summary>
internal sealed class Relay : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly int _after;
    private readonly Func<byte, byte> _act;
    private readonly Thread _thread;

    /// <param name="server">Where requests go.</param>
    /// <param name="after">Bytes of the answer that pass before.</param>
    /// <param name="act">Given the next byte, returns what is sent for it.</param>
    public Relay(TransferServer server, int after, Func<byte, byte> act)
    {
        _server.Connect(IPAddress.Loopback, server.Address.Port);
        _after = after;
        _act = act;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Address = Depot.Address($"tcp://127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}");
        _thread = new Thread(Pass) { IsBackground = true };
        _thread.Start();
    }

    public TransferAddress Address { get; }

    public void Dispose()
    {
        _listener.Dispose();
        _server.Dispose();
        _thread.Join();
    }

    private void Pass()
    {
        using var receiver = _listener.Accept();
        var buffer = new byte[100_000];
        try
        {
            _server.Send(buffer.AsSpan(0, receiver.Receive(buffer)));
            for (int passed = 0, read; (read = _server.Receive(buffer)) > 0; passed += read)
            {
                if (_after >= passed && _after < passed + read)
                    buffer[_after - passed] = _act(buffer[_after - passed]);
                receiver.Send(buffer.AsSpan(0, read));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One of them is gone, and so is this.
        }
    }
}
