using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DaskVine.Security;

/// <summary>Makes a small authority and a certificate under it, both ECDSA P-256, as PEM.</summary>
internal static class CertificateMaker
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const string BulkName = "daskvine";
    private const int Years = 20;

    /// <summary>PEM texts.</summary>
    public sealed record Pem(string Certificate, string Key);

    public static (Pem Authority, Pem Bulk) Make()
    {
        // Clocks of a cluster differ a little.
        var from = DateTimeOffset.UtcNow.AddDays(-1);
        var until = from.AddYears(Years);
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = AuthorityRequest(authorityKey).CreateSelfSigned(from, until);
        using var bulkKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var bulk = BulkRequest(bulkKey, authority).Create(authority, from, until, RandomNumberGenerator.GetBytes(16));
        return (
            new Pem(authority.ExportCertificatePem(), authorityKey.ExportPkcs8PrivateKeyPem()),
            new Pem(bulk.ExportCertificatePem(), bulkKey.ExportPkcs8PrivateKeyPem()));
    }

    private static CertificateRequest AuthorityRequest(ECDsa key)
    {
        var request = new CertificateRequest("CN=DaskVine cluster", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }

    private static CertificateRequest BulkRequest(ECDsa key, X509Certificate2 authority)
    {
        var request = new CertificateRequest("CN=DaskVine bulk data", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication), new Oid(ClientAuthentication)], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(BulkName);
        request.CertificateExtensions.Add(names.Build());
        return request;
    }
}
