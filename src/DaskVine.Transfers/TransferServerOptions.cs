namespace DaskVine.Transfers;

/// <summary>How a <see cref="TransferServer"/> listens.</summary>
public sealed record TransferServerOptions
{
    public required TransferAddress Listen { get; init; }

    /// <summary>A random secret of at most 255 bytes as UTF-8, which every request must carry.</summary>
    public required string Token { get; init; }

    /// <summary>Needed for a tls:// address, unused for others.</summary>
    public TlsIdentity? Tls { get; init; }

    /// <summary>Connections served at once, each by a thread; others wait, and idle ones make room for them.</summary>
    public int MaxConnections { get; init; } = 64;

    /// <summary>How long a connection may stay without a request.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a receiver may take no byte before it is given up.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Told of each transfer that was sent to its end; called on any thread.</summary>
    public Action<TransferServed>? Served { get; init; }

    /// <summary>Told, in a line for the log, what an operator may want to know, such as a refused certificate; called on any thread.</summary>
    public Action<string>? Warned { get; init; }
}
