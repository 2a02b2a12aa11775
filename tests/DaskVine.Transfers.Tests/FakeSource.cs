using System.Net;
using System.Net.Sockets;

namespace DaskVine.Transfers.Tests;

/// <summary>Takes one connection and does with it what a test says.</summary>
internal sealed class FakeSource : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Thread _thread;

    /// <param name="act">Given the connection after its request was read; it closes afterwards.</param>
    public FakeSource(Action<Connection> act)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Address = Depot.Address($"tcp://127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}");
        _thread = new Thread(() => Serve(act)) { IsBackground = true };
        _thread.Start();
    }

    public TransferAddress Address { get; }

    public void Dispose()
    {
        _listener.Dispose();
        _thread.Join();
    }

    private void Serve(Action<Connection> act)
    {
        using var connection = new Connection(_listener.Accept(), Depot.Patience, Depot.Patience);
        try
        {
            TransferRequest.Read(connection, TransferRequest.TokenBytes(Depot.Token), out _);
            act(connection);
        }
        catch (ConnectionLostException)
        {
            // A receiver that has seen enough leaves.
        }
    }
}
