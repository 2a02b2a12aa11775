using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace DaskVine.Transfers.Tests;

public sealed class TransferServerTests : IDisposable
{
    private readonly Depot _depot = new();

    public static TheoryData<byte[]> Garbage => new(
        "GET / HTTP/1.1\r\n\r\n"u8.ToArray(),
        [0],
        "DVTR"u8.ToArray(),
        Request("DVTR", 1, Depot.Token, -1, 0, 0),
        Request("DVTR", 1, Depot.Token, 1, -1, 0),
        Request("DVTR", 1, Depot.Token, 1, 0, long.MinValue),
        Request("DVTR", 1, "", 1, 0, 0),
        Request("DVTR", 1, new string('x', 255), 1, 0, 0),
        Request("DVTR", 9, Depot.Token, 1, 0, 0),
        Request("dvtr", 1, Depot.Token, 1, 0, 0),
        Request("DVTR", 1, Depot.Token, 1, 0, 0)[..^1],
        Depot.Content(100_000));

    public void Dispose() => _depot.Dispose();

    [Theory]
    [MemberData(nameof(Garbage))]
    public void Request_Garbage_ClosesTheConnectionAndServesOthers(byte[] garbage)
    {
        var server = _depot.Serve();
        _depot.Put(1, Depot.Content(100));
        using var visitor = Visit(server);
        Say(visitor, garbage);

        Assert.InRange(ReadToEnd(visitor).Length, 0, 9);

        Assert.Equal(100, _depot.Receive(server, 1, 100).Bytes);
    }

    [Fact]
    public void Request_RandomBytesAfterAGoodBeginning_NeverEndsTheServer()
    {
        var server = _depot.Serve("ipc");
        _depot.Put(1, Depot.Content(100));
        var random = new Random(3);
        for (var round = 0; round < 200; round++)
        {
            var bytes = Request("DVTR", 1, Depot.Token, 1, 0, 0);
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            using var visitor = Visit(server);
            Say(visitor, bytes);
            ReadToEnd(visitor);
        }

        Assert.Equal(100, _depot.Receive(server, 1, 100).Bytes);
    }

    [Theory]
    [InlineData(0, 0, 1000)]
    [InlineData(0, 10, 10)]
    [InlineData(400, 100, 100)]
    [InlineData(400, 0, 600)]
    [InlineData(900, 500, 100)]
    [InlineData(1000, 0, 0)]
    public void Request_Range_BringsThatPartAndTheChecksumOfTheWhole(int offset, int length, int expected)
    {
        var server = _depot.Serve();
        var content = Depot.Content(1000);
        _depot.Put(1, content);
        using var visitor = Visit(server);

        Say(visitor, Request("DVTR", 1, Depot.Token, 1, offset, length));
        var answer = ReadToEnd(visitor);

        Assert.Equal((byte)ReplyStatus.File, answer[0]);
        Assert.Equal(1000, BinaryPrimitives.ReadInt64LittleEndian(answer.AsSpan(1)));
        Assert.Equal(content[offset..(offset + expected)], answer[9..^4]);
        Assert.Equal(Crc32C.Append(0, content), BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(answer.Length - 4)));
    }

    [Fact]
    public void Request_BehindTheEnd_IsNotThere()
    {
        var server = _depot.Serve();
        _depot.Put(1, Depot.Content(1000));
        using var visitor = Visit(server);

        Say(visitor, Request("DVTR", 1, Depot.Token, 1, 1001, 0));

        Assert.Equal([(byte)ReplyStatus.NotThere, 0, 0, 0, 0, 0, 0, 0, 0], ReadToEnd(visitor));
    }

    [Fact]
    public void Find_Throws_BreaksThatTransferOnly()
    {
        var server = _depot.Serve();
        _depot.Put(1, Depot.Content(10), () => throw new InvalidOperationException("no checksum today"));
        _depot.Put(2, Depot.Content(10));

        Depot.Fails(TransferFailureKind.BrokenOff, () => _depot.Receive(server, 1, 10));

        Assert.Contains("no checksum today", _depot.TakeWarning());
        File.Delete(_depot.Partial);
        Assert.Equal(10, _depot.Receive(server, 2, 10).Bytes);
    }

    [Fact]
    public void MaxConnections_IdleOnesFillThem_MakeRoom()
    {
        var server = _depot.Serve(change: options => options with { MaxConnections = 1 });
        _depot.Put(1, Depot.Content(10));
        using var idle = Visit(server);

        Assert.Equal(10, _depot.Receive(server, 1, 10).Bytes);
        Assert.Empty(ReadToEnd(idle));
    }

    [Fact]
    public void IdleTimeout_NoRequest_ClosesTheConnection()
    {
        var server = _depot.Serve(change: options => options with { IdleTimeout = TimeSpan.FromMilliseconds(20) });
        using var idle = Visit(server);

        Assert.Empty(ReadToEnd(idle));
    }

    [Fact]
    public void Dispose_ConnectionsWait_EndsThemAndRemovesTheSocket()
    {
        var server = _depot.Serve("ipc");
        Assert.True(File.Exists(server.Address.Path));
        using var idle = Visit(server);

        server.Dispose();

        Assert.False(File.Exists(server.Address.Path));
        Assert.Empty(ReadToEnd(idle));
    }

    [Fact]
    public void Construct_PortIsTaken_SaysSo()
    {
        var server = _depot.Serve();

        var failure = Assert.Throws<IOException>(() => _depot.Serve(change: options => options with { Listen = server.Address }));

        Assert.Contains("choose another port", failure.Message);
    }

    [Fact]
    public void Construct_UnknownHost_SaysWhich()
    {
        var failure = Assert.Throws<IOException>(() => _depot.Serve(change: options => options with { Listen = Depot.Address("tcp://name.invalid:0") }));

        Assert.Contains("cannot listen on tcp://name.invalid:0: ", failure.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(256)]
    public void Construct_TokenOfABadLength_IsRefused(int length) =>
        Assert.Throws<ArgumentException>(() => _depot.Serve(change: options => options with { Token = new string('t', length) }));

    private static byte[] Request(string magic, byte version, string token, long file, long offset, long length)
    {
        var bytes = new byte[6 + token.Length + 24];
        Encoding.ASCII.GetBytes(magic + (char)version + (char)token.Length + token, bytes);
        bytes[5] = (byte)token.Length;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(bytes.Length - 24), file);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(bytes.Length - 16), offset);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(bytes.Length - 8), length);
        return bytes;
    }

    private static Socket Visit(TransferServer server)
    {
        var unix = server.Address.Path is not null;
        var socket = new Socket(unix ? AddressFamily.Unix : AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Unspecified)
        {
            ReceiveTimeout = (int)Depot.Patience.TotalMilliseconds,
        };
        if (unix)
            socket.Connect(new UnixDomainSocketEndPoint(server.Address.Path!));
        else
            socket.Connect(server.Address.Host, server.Address.Port);
        return socket;
    }

    private static void Say(Socket socket, byte[] bytes)
    {
        try
        {
            socket.Send(bytes);
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown or SocketError.NotConnected)
        {
            // It was closed before everything was said.
        }
    }

    private static byte[] ReadToEnd(Socket socket)
    {
        using var all = new MemoryStream();
        var buffer = new byte[10_000];
        try
        {
            while (socket.Receive(buffer) is var read and > 0)
                all.Write(buffer, 0, read);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // An end like any other; what was said last may be lost.
        }

        return all.ToArray();
    }
}
