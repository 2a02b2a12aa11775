namespace DaskVine.Transfers;

public enum TransferScheme
{
    /// <summary>A Unix socket.</summary>
    Ipc,

    /// <summary>TCP in clear text.</summary>
    Tcp,

    /// <summary>TCP under TLS with certificates on both sides.</summary>
    Tls,
}
