using System.Security.Cryptography.X509Certificates;

namespace DaskVine.Transfers;

/// <summary>
/// Who this side is, and whom it trusts: both sides must present a certificate that the authority has issued. Host names are not
/// compared: the authority issues for one cluster only.
/// </summary>
/// <param name="Certificate">With its private key.</param>
/// <param name="Authority">The only root that is trusted.</param>
public sealed record TlsIdentity(X509Certificate2 Certificate, X509Certificate2 Authority);
