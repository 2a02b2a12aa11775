using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace DaskVine.Security.Tests;

public sealed class ClusterKeysTests : IDisposable
{
    private readonly PrivateDirectory _directory = new();

    public ClusterKeysTests() => KeyDirectory.Create(_directory.Keys);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Load_NoDirectory_NamesTheCommand()
    {
        var error = Assert.Throws<KeysException>(() => ClusterKeys.Load(_directory.Within("absent")));

        Assert.Contains($"'daskvine keys {_directory.Within("absent")}'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherExecute)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void Load_DirectoryThatOthersCanUse_IsRefused(UnixFileMode more)
    {
        File.SetUnixFileMode(_directory.Keys, File.GetUnixFileMode(_directory.Keys) | more);

        var error = Assert.Throws<KeysException>(() => ClusterKeys.Load(_directory.Keys));

        Assert.Contains($"chmod 700 {_directory.Keys}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("manager.secret", UnixFileMode.OtherRead)]
    [InlineData("worker.secret", UnixFileMode.GroupRead)]
    [InlineData("client.secret", UnixFileMode.GroupWrite)]
    [InlineData("manager.public", UnixFileMode.OtherWrite)]
    [InlineData("authorized", UnixFileMode.OtherWrite)]
    [InlineData("authority.pem", UnixFileMode.OtherWrite)]
    [InlineData("bulk.pem", UnixFileMode.OtherRead)]
    [InlineData("bulk.key", UnixFileMode.GroupRead)]
    public void Read_FileThatOthersCanUse_IsRefused(string file, UnixFileMode more)
    {
        var path = _directory.Within("keys", file);
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | more);

        var error = Assert.Throws<KeysException>(() => ReadAll(ClusterKeys.Load(_directory.Keys)));

        Assert.Contains($"chmod 600 {path}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("manager.secret")]
    [InlineData("worker.secret")]
    [InlineData("client.secret")]
    [InlineData("manager.public")]
    [InlineData("authorized")]
    [InlineData("authority.pem")]
    [InlineData("bulk.pem")]
    [InlineData("bulk.key")]
    public void Read_FileIsMissingOrMalformed_NamesIt(string file)
    {
        var path = _directory.Within("keys", file);
        File.WriteAllText(path, "nonsense = \"nonsense\"\n");
        Assert.Contains(file == "bulk.key" ? "bulk.pem" : file, Failure(), StringComparison.Ordinal);

        File.Delete(path);
        Assert.Contains($"{path} is missing", Failure(), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FileOfGigabytes_IsRefused()
    {
        using (var file = File.OpenWrite(_directory.Within("keys", "authorized")))
            file.SetLength(1L << 31);

        Assert.Contains("no file of keys", Failure(), StringComparison.Ordinal);
    }

    [Fact]
    public void BulkCertificate_UnderTheAuthority_IsTrustedByIt()
    {
        var keys = ClusterKeys.Load(_directory.Keys);

        Assert.True(IsTrusted(keys.BulkCertificate, keys.Authority));
        Assert.False(keys.Authority.HasPrivateKey);
        KeyDirectory.Create(_directory.Within("other"));
        Assert.False(IsTrusted(ClusterKeys.Load(_directory.Within("other")).BulkCertificate, keys.Authority));
    }

    [Fact]
    public async Task BulkCertificate_BothSidesOfTls_AreAuthenticated()
    {
        var keys = ClusterKeys.Load(_directory.Keys);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync(listener, keys);
        using var connection = new TcpClient();
        await connection.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        await using var stream = new SslStream(connection.GetStream(), false, (_, certificate, _, _) => IsTrusted(certificate, keys.Authority));

        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "daskvine",
            ClientCertificates = [keys.BulkCertificate],
            EnabledSslProtocols = SslProtocols.Tls13,
        });

        Assert.Equal(42, stream.ReadByte());
        await serving;
    }

    private static async Task ServeAsync(TcpListener listener, ClusterKeys keys)
    {
        using var accepted = await listener.AcceptTcpClientAsync();
        await using var stream = new SslStream(accepted.GetStream(), false, (_, certificate, _, _) => IsTrusted(certificate, keys.Authority));
        await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = keys.BulkCertificate,
            ClientCertificateRequired = true,
            EnabledSslProtocols = SslProtocols.Tls13,
        });
        Assert.True(stream.IsMutuallyAuthenticated);
        stream.WriteByte(42);
    }

    private static bool IsTrusted(X509Certificate? certificate, X509Certificate2 authority)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return certificate is X509Certificate2 shown && chain.Build(shown);
    }

    private string Failure() => Assert.Throws<KeysException>(() => ReadAll(ClusterKeys.Load(_directory.Keys))).Message;

    private static void ReadAll(ClusterKeys keys)
    {
        object[] all = [keys.Manager, keys.Client, keys.Worker, keys.ManagerPublicKey, keys.Authority, keys.BulkCertificate, keys.OpenAuthorized()];
        Assert.DoesNotContain(null, all);
    }
}
