using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DaskVine.Transfers.Tests;

/// <summary>A certificate authority of a cluster.</summary>
internal sealed class TestAuthority
{
    private readonly X509Certificate2 _certificate;

    public TestAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=cluster", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-10), DateTimeOffset.UtcNow.AddDays(10));
    }

    /// <param name="name">Of whom.</param>
    /// <param name="end">Days until it expires.</param>
    /// <param name="trusts">Whom its owner trusts, unless this one.</param>
    public TlsIdentity Issue(string name, double end = 5, TestAuthority? trusts = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        using var issued = request.Create(
            _certificate, DateTimeOffset.UtcNow.AddDays(-5), DateTimeOffset.UtcNow.AddDays(end), RandomNumberGenerator.GetBytes(8));
        return new TlsIdentity(issued.CopyWithPrivateKey(key), X509CertificateLoader.LoadCertificate((trusts ?? this)._certificate.RawData));
    }
}
