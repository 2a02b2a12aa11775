namespace DaskVine.Security;

/// <summary>How data that does not go through ZeroMQ is guarded on its way.</summary>
public enum BulkSecurity
{
    /// <summary>Not encrypted; a token that came by the control link lets the receiver in.</summary>
    Plain,

    /// <summary>TLS, both sides with certificates of the cluster's authority.</summary>
    Tls,
}
