using System.Text;

namespace DaskVine.ZeroMq.Tests;

/// <summary>A bound router and a dealer connected to it, and how to say and hear things on them.</summary>
internal sealed class Linked : IDisposable
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ZmqContext _context = new();

    internal Linked(string endpoint = "tcp://127.0.0.1:*", string routingId = "dealer")
    {
        Router = new ZmqSocket(_context, ZmqSocketType.Router) { RouterMandatory = true };
        Router.Bind(endpoint);
        Dealer = new ZmqSocket(_context, ZmqSocketType.Dealer) { RoutingId = Encoding.UTF8.GetBytes(routingId) };
        Dealer.Connect(Router.LastEndpoint);
    }

    internal ZmqSocket Router { get; }

    internal ZmqSocket Dealer { get; }

    public void Dispose()
    {
        Router.Dispose();
        Dealer.Dispose();
        _context.Dispose();
    }

    internal static ZmqMessage Message(params string[] frames)
    {
        var message = new ZmqMessage();
        foreach (string frame in frames) message.AddCopy(Encoding.UTF8.GetBytes(frame));
        return message;
    }

    internal static void Send(ZmqSocket socket, params string[] frames)
    {
        using ZmqMessage message = Message(frames);
        Assert.True(socket.TrySend(message));
    }

    internal static ZmqMessage Receive(ZmqSocket socket)
    {
        var message = new ZmqMessage();
        Assert.True(socket.TryReceive(message, Patience));
        return message;
    }

    internal static string[] Hear(ZmqSocket socket)
    {
        using ZmqMessage message = Receive(socket);
        return Read(message);
    }

    internal static string[] Read(ZmqMessage message)
    {
        var frames = new List<string>();
        foreach (ZmqFrame frame in message) frames.Add(Encoding.UTF8.GetString(frame.Span));
        return [.. frames];
    }

    /// <summary>Waits until the router knows the dealer.</summary>
    internal Linked Greeted()
    {
        Send(Dealer, "hello");
        Assert.Equal(["dealer", "hello"], Hear(Router));
        return this;
    }
}
