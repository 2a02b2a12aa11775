using System.Net.Security;
using System.Net.Sockets;

namespace DaskVine.Transfers.Tests;

public sealed class TransferTlsTests : IDisposable
{
    private static readonly TestAuthority Authority = new();
    private static readonly TestAuthority Other = new();

    private readonly Depot _depot = new();

    public void Dispose() => _depot.Dispose();

    [Fact]
    public void Receive_CertificateOfAnotherAuthority_IsRefusedByTheServer()
    {
        var server = _depot.Serve("tls", Authority.Issue("source"));

        var failure = Fails(TransferFailureKind.Refused, server.Address, Other.Issue("receiver", trusts: Authority));

        Assert.Contains("no TLS with", failure.Message);
        Assert.Contains("the certificate of the other side is not accepted", _depot.TakeWarning());
    }

    [Fact]
    public void Receive_ServerOfAnotherAuthority_IsRefusedByTheClient()
    {
        var server = _depot.Serve("tls", Other.Issue("source", trusts: Authority));

        var failure = Fails(TransferFailureKind.Refused, server.Address, Authority.Issue("receiver"));

        Assert.Contains("the certificate of the other side is not accepted", failure.Message);
    }

    [Fact]
    public void Receive_ServerCertificateExpired_IsRefused()
    {
        var server = _depot.Serve("tls", Authority.Issue("source", end: -1));

        var failure = Fails(TransferFailureKind.Refused, server.Address, Authority.Issue("receiver"));

        Assert.Contains("expired", failure.Message);
    }

    [Fact]
    public void Receive_ClientCertificateExpired_IsRefused()
    {
        var server = _depot.Serve("tls", Authority.Issue("source"));

        Fails(TransferFailureKind.Refused, server.Address, Authority.Issue("receiver", end: -1));

        Assert.Contains("expired", _depot.TakeWarning());
    }

    [Fact]
    public void Receive_NoIdentityHere_IsRefusedWithoutAConnection()
    {
        var server = _depot.Serve("tls", Authority.Issue("source"));

        var failure = Depot.Fails(TransferFailureKind.Refused, () => _depot.Receive(server, 1, 10));

        Assert.Contains("there is none here", failure.Message);
    }

    [Fact]
    public void Connect_WithoutCertificate_IsRefusedByTheServer()
    {
        var server = _depot.Serve("tls", Authority.Issue("source"));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(server.Address.Host, server.Address.Port);
        using var tls = new SslStream(new NetworkStream(socket), false, (_, certificate, _, _) => certificate is not null);

        Assert.ThrowsAny<Exception>(() =>
        {
            tls.AuthenticateAsClient("source");
            tls.ReadExactly(new byte[1]);
        });

        Assert.Contains("the other side presented no certificate", _depot.TakeWarning());
    }

    [Fact]
    public void Receive_ServerIsPlain_IsRefused()
    {
        var server = _depot.Serve();

        var failure = Record.Exception(() => Receive(Depot.Address($"tls://127.0.0.1:{server.Address.Port}"), Authority.Issue("receiver")));

        // As garbage to the one, an end to the other.
        Assert.True(Assert.IsType<TransferException>(failure).Kind is TransferFailureKind.Refused or TransferFailureKind.Unreachable);
    }

    [Fact]
    public void Receive_ServerNeverShakesHands_IsUnreachableAfterTheConnectTimeout()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        silent.Listen();
        var address = Depot.Address($"tls://127.0.0.1:{((System.Net.IPEndPoint)silent.LocalEndPoint!).Port}");
        using var client = new TransferClient(Authority.Issue("receiver"), connectTimeout: TimeSpan.FromMilliseconds(50));

        var failure = Depot.Fails(
            TransferFailureKind.Unreachable,
            () => client.Receive(address, Depot.Token, 1, 10, _depot.Partial, CancellationToken.None));

        Assert.Contains("no answer for", failure.Message);
    }

    [Fact]
    public void Construct_TlsWithoutIdentity_IsRefused() =>
        Assert.Throws<ArgumentException>(() => _depot.Serve("tls"));

    private TransferException Fails(TransferFailureKind kind, TransferAddress from, TlsIdentity identity) =>
        Depot.Fails(kind, () => Receive(from, identity));

    private void Receive(TransferAddress from, TlsIdentity identity)
    {
        using var client = new TransferClient(identity);
        client.Receive(from, Depot.Token, 1, 10, _depot.Partial, CancellationToken.None);
    }
}
