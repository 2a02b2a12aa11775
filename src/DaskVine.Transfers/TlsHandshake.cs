using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace DaskVine.Transfers;

/// <summary>Mutual TLS under one authority.</summary>
internal sealed class TlsHandshake
{
    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    private readonly SslStreamCertificateContext _certificate;
    private readonly X509Certificate2 _authority;

    /// <exception cref="ArgumentException">The certificate has no private key.</exception>
    public TlsHandshake(TlsIdentity identity)
    {
        if (!identity.Certificate.HasPrivateKey)
            throw new ArgumentException("the certificate for transfers has no private key", nameof(identity));
        _certificate = SslStreamCertificateContext.Create(identity.Certificate, null, offline: true);
        _authority = identity.Authority;
    }

    /// <exception cref="AuthenticationException">The other side presents no certificate of the authority; the message says what is wrong.</exception>
    public void AsServer(SslStream stream)
    {
        string? why = null;
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = _certificate,
            ClientCertificateRequired = true,
            EnabledSslProtocols = Protocols,
            CertificateChainPolicy = Policy(),
            RemoteCertificateValidationCallback = (_, _, chain, errors) => (why = Fault(chain, errors)) is null,
        };
        Explain(() => stream.AuthenticateAsServer(options), ref why);
    }

    /// <exception cref="AuthenticationException">As for a server.</exception>
    public void AsClient(SslStream stream, string host)
    {
        string? why = null;
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = host,
            ClientCertificateContext = _certificate,
            EnabledSslProtocols = Protocols,
            CertificateChainPolicy = Policy(),
            RemoteCertificateValidationCallback = (_, _, chain, errors) => (why = Fault(chain, errors)) is null,
        };
        Explain(() => stream.AuthenticateAsClient(options), ref why);
    }

    private static void Explain(Action authenticate, ref string? why)
    {
        try
        {
            authenticate();
        }
        catch (AuthenticationException e) when (why is not null)
        {
            throw new AuthenticationException(why, e);
        }
    }

    private static string? Fault(X509Chain? chain, SslPolicyErrors errors)
    {
        errors &= ~SslPolicyErrors.RemoteCertificateNameMismatch;
        if (errors == SslPolicyErrors.None)
            return null;
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
            return "the other side presented no certificate";
        var reasons = chain?.ChainStatus.Select(status => status.StatusInformation.Trim()).Distinct() ?? [];
        return $"the certificate of the other side is not accepted: {string.Join("; ", reasons)}";
    }

    private X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.Add(_authority);
        return policy;
    }
}
