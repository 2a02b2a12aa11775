using System.Net.Sockets;

namespace DaskVine.ZeroMq.Tests;

public sealed class SendFileTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dv");
    private readonly Socket _sender;
    private readonly Socket _receiver;

    public SendFileTests()
    {
        var endPoint = new UnixDomainSocketEndPoint(PathOf("s"));
        using var listener = NewSocket();
        listener.Bind(endPoint);
        listener.Listen();
        _receiver = NewSocket();
        _receiver.Connect(endPoint);
        _sender = listener.Accept();
        File.WriteAllBytes(PathOf("file"), [.. Enumerable.Range(0, 200).Select(value => (byte)value)]);
    }

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public void Send_Range_BringsThatPart()
    {
        using var file = File.OpenHandle(PathOf("file"));

        Assert.Equal(20, SendFile.Send(_sender.SafeHandle, file, 100, 20));

        var bytes = new byte[100];
        Assert.Equal(20, _receiver.Receive(bytes));
        Assert.Equal(Enumerable.Range(100, 20).Select(value => (byte)value), bytes[..20]);
    }

    [Fact]
    public void Send_MoreThanTheFileHas_StopsAtItsEnd()
    {
        using var file = File.OpenHandle(PathOf("file"));

        Assert.Equal(50, SendFile.Send(_sender.SafeHandle, file, 150, 1000));
        Assert.Equal(0, SendFile.Send(_sender.SafeHandle, file, 200, 1000));
    }

    [Fact]
    public void Send_ReceiverIsGone_Throws()
    {
        using var file = File.OpenHandle(PathOf("file"));
        _receiver.Dispose();

        var failure = Assert.Throws<IOException>(() => SendFile.Send(_sender.SafeHandle, file, 0, 200));

        Assert.Contains("Broken pipe", failure.Message);
    }

    [Fact]
    public void Send_ReceiverTakesNothing_ThrowsAfterTheSendTimeout()
    {
        File.WriteAllBytes(PathOf("large"), new byte[16 << 20]);
        using var file = File.OpenHandle(PathOf("large"));
        _sender.SendTimeout = 20;

        Assert.Throws<IOException>(() =>
        {
            for (long offset = 0; offset < 16 << 20;)
                offset += SendFile.Send(_sender.SafeHandle, file, offset, 16 << 20);
        });
    }

    private static Socket NewSocket() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
    {
        ReceiveTimeout = (int)Patience.TotalMilliseconds,
    };

    private string PathOf(string name) => Path.Combine(_directory.FullName, name);
}
