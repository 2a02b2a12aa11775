namespace DaskVine.ZeroMq;

/// <summary>The messaging pattern of a socket; the values are libzmq's.</summary>
public enum ZmqSocketType
{
    /// <summary>Exactly one peer, both ways.</summary>
    Pair = 0,

    /// <summary>Sends to every subscriber.</summary>
    Pub = 1,

    /// <summary>Receives what it subscribed to.</summary>
    Sub = 2,

    /// <summary>Sends a request, then receives its reply.</summary>
    Req = 3,

    /// <summary>Receives a request, then sends its reply.</summary>
    Rep = 4,

    /// <summary>Sends and receives round-robin over its peers.</summary>
    Dealer = 5,

    /// <summary>Addresses each peer by the routing id in the first frame.</summary>
    Router = 6,

    /// <summary>Receives from pushing peers in turn.</summary>
    Pull = 7,

    /// <summary>Sends to pulling peers in turn.</summary>
    Push = 8,

    /// <summary>As <see cref="Pub"/>, and receives the subscriptions.</summary>
    XPub = 9,

    /// <summary>As <see cref="Sub"/>, and sends subscriptions as messages.</summary>
    XSub = 10,

    /// <summary>Raw TCP, each peer addressed as by <see cref="Router"/>.</summary>
    Stream = 11,
}
