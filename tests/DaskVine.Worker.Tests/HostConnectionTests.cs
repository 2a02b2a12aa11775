using System.Net.Sockets;
using DaskVine.Protocol;
using DaskVine.Protocol.Host;

namespace DaskVine.Worker.Tests;

public sealed class HostConnectionTests : IDisposable, IHostOwner
{
    private readonly TemporaryDirectory _directory = new();
    private readonly EventLoop _loop = new();
    private readonly HostListener _listener;
    private readonly Socket _host = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<HostRecord> _records = [];
    private HostConnection? _connection;
    private bool _closed;
    private bool _malformed;

    public HostConnectionTests()
    {
        _listener = new HostListener($"{_directory.Path}/hosts", _loop, this);
        _host.Connect(new UnixDomainSocketEndPoint(_listener.Path));
        // [7, 1, 2, 0, "m", "t", nil, nil]: any record makes the connection known here.
        _host.Send([11, 0, 0, 0, 0x98, 7, 1, 2, 0, 0xa1, (byte)'m', 0xa1, (byte)'t', 0xc0, 0xc0]);
        RoundUntil(() => _records.Count == 1);
    }

    [Fact]
    public void Write_OverWhatTheSocketHolds_ArrivesWholeAndInOrder()
    {
        var body = new byte[5_000_000];
        new Random(1).NextBytes(body);
        _connection!.Writer.Function(1, "f", body);
        _connection.Flush();
        _connection.Writer.Fork(9);
        _connection.Flush();
        var received = new byte[body.Length + 100];
        var total = 0;
        _host.Blocking = false;
        RoundUntil(() =>
        {
            total += _host.Receive(received.AsSpan(total), SocketFlags.None, out _);
            return total > body.Length && received.AsSpan(0, total).EndsWith<byte>([3, 0, 0, 0, 0x92, 2, 9]);
        });
        Assert.True(received.AsSpan(0, total).IndexOf(body) > 0);
    }

    [Fact]
    public void Host_ThatCloses_IsToldOf()
    {
        _host.Close();
        RoundUntil(() => _closed);
    }

    [Fact]
    public void Bytes_OfNoRecord_AreToldOf()
    {
        _host.Send([1, 0, 0, 0, 0xc1]);
        RoundUntil(() => _malformed);
    }

    void IHostOwner.OnRecord(HostConnection connection, HostRecord record)
    {
        _connection = connection;
        _records.Add(record);
    }

    void IHostOwner.OnClosed(HostConnection connection) => _closed = true;

    void IHostOwner.OnMalformed(HostConnection connection, ProtocolException reason) => _malformed = true;

    public void Dispose()
    {
        _listener.Dispose();
        _host.Dispose();
        _loop.Dispose();
        _directory.Dispose();
    }

    private void RoundUntil(Func<bool> done)
    {
        var deadline = EventLoop.Now + TimeSpan.FromSeconds(10);
        while (!done())
        {
            Assert.True(EventLoop.Now < deadline, "nothing came");
            _loop.Round(EventLoop.Now + TimeSpan.FromMilliseconds(20));
        }
    }
}
