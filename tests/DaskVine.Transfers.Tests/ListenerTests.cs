using System.Net;
using System.Net.Sockets;

namespace DaskVine.Transfers.Tests;

public sealed class ListenerTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dv");

    private string SocketPath => Path.Combine(_directory.FullName, "s");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Accept_EitherWay_TakesConnections()
    {
        using var listener = Open();
        using var first = Visit();
        using var second = Visit();

        using var blocking = listener.Accept();
        using var waiting = await listener.AcceptAsync(CancellationToken.None);

        Assert.True(blocking.Connected && waiting.Connected);
        Assert.Equal(0, listener.Port);
    }

    [Fact]
    public void Construct_PortInUse_SaysWhatToDo()
    {
        using var first = new Listener(new IPEndPoint(IPAddress.Loopback, 0), "tcp://127.0.0.1:0");

        var failure = Assert.Throws<IOException>(() => new Listener(new IPEndPoint(IPAddress.Loopback, first.Port), "the door"));

        Assert.Equal("the door is in use by another process; choose another port, or 0 for any free one", failure.Message);
    }

    [Fact]
    public void Construct_SocketOfALivingProcess_IsRefusedAndLeftAlone()
    {
        using var first = Open();

        var failure = Assert.Throws<IOException>(() => Open());

        Assert.Contains("choose another path", failure.Message, StringComparison.Ordinal);
        using var visitor = Visit();
    }

    [Fact]
    public void Construct_SocketOfAKilledProcess_IsReplaced()
    {
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint($"{SocketPath}.0"));
            File.Move($"{SocketPath}.0", SocketPath);
        }

        using var listener = Open();
        using var visitor = Visit();
    }

    [Fact]
    public void Construct_OrdinaryFileAtThePath_IsRefusedAndLeftAlone()
    {
        File.WriteAllText(SocketPath, "precious");

        Assert.Throws<IOException>(() => Open());

        Assert.Equal("precious", File.ReadAllText(SocketPath));
    }

    [Fact]
    public void Construct_NoSuchDirectory_SaysWhere()
    {
        var path = $"{SocketPath}/absent/s";

        var failure = Assert.Throws<IOException>(() => new Listener(new UnixDomainSocketEndPoint(path), $"ipc://{path}"));

        Assert.Contains($"cannot listen on ipc://{path}: ", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void Construct_AnyAddressOfIPv6_IncludesThoseOfIPv4(string host)
    {
        using var listener = new Listener(new IPEndPoint(IPAddress.IPv6Any, 0), "tcp://[::]:0");

        using var visitor = new TcpClient(host, listener.Port);

        Assert.True(visitor.Connected);
    }

    [Fact]
    public void Dispose_UnixSocket_RemovesTheFile()
    {
        Open().Dispose();

        Assert.Empty(_directory.EnumerateFileSystemInfos());
    }

    [Fact]
    public void Dispose_DirectoryIsGone_IsNoError()
    {
        var listener = Open();
        _directory.Delete(recursive: true);

        listener.Dispose();

        _directory.Create();
    }

    private Listener Open() => new(new UnixDomainSocketEndPoint(SocketPath), $"ipc://{SocketPath}");

    private Socket Visit()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(SocketPath));
        return socket;
    }
}
