using System.Collections.Concurrent;
using System.Net.Sockets;
using DaskVine.Protocol.Door;

namespace DaskVine.Manager.Tests;

public sealed class DoorTests : IDisposable
{
    private readonly ShortDirectory _directory = new();
    // Tokens of connections that have closed.
    private readonly BlockingCollection<long> _closed = [];

    public void Dispose()
    {
        _directory.Dispose();
        _closed.Dispose();
    }

    [Fact]
    public void Greeting_OverUnixSocket_ArrivesWhole()
    {
        using var door = Open(_directory.Address);
        using var visitor = new DoorVisitor(door.Address);

        Assert.Equal(Greet(visitor.Greeting.Token), visitor.Greeting);
    }

    [Theory]
    [InlineData("tcp://127.0.0.1:0")]
    [InlineData("tcp://localhost:0")]
    [InlineData("tcp://[::1]:0")]
    public void Greeting_OverTcpAtAnyPort_ArrivesAtThePortThatWasTaken(string address)
    {
        using var door = Open(DoorAddress.Parse(address));
        using var visitor = new DoorVisitor(door.Address);

        Assert.NotEqual(0, door.Address.Port);
        Assert.Equal(Greet(visitor.Greeting.Token), visitor.Greeting);
    }

    [Fact]
    public void Greeting_ManyVisitors_EachHasItsOwnToken()
    {
        using var door = Open(_directory.Address);
        var visitors = Enumerable.Range(0, 50).Select(_ => new DoorVisitor(door.Address)).ToList();

        Assert.Equal(50, visitors.Select(visitor => visitor.Greeting.Token).Distinct().Count());
        Assert.All(visitors, visitor => Assert.InRange(visitor.Greeting.Token, 0, long.MaxValue));
        visitors.ForEach(visitor => visitor.Dispose());
    }

    [Fact]
    public void Closed_VisitorGoes_IsToldItsToken()
    {
        using var door = Open(_directory.Address);
        var stays = new DoorVisitor(door.Address);
        var goes = new DoorVisitor(door.Address);

        goes.Dispose();
        Assert.Equal(goes.Greeting.Token, TakeClosed());
        Assert.Empty(_closed);

        stays.Dispose();
        Assert.Equal(stays.Greeting.Token, TakeClosed());
    }

    [Fact]
    public void Closed_VisitorTalks_OnlyItsEndCounts()
    {
        using var door = Open(_directory.Address);
        var visitor = new DoorVisitor(door.Address);

        visitor.Say(new byte[100_000]);
        Assert.Empty(_closed);
        visitor.Dispose();

        Assert.Equal(visitor.Greeting.Token, TakeClosed());
    }

    [Fact]
    public void Create_TcpPortInUse_SaysSo()
    {
        using var first = Open(DoorAddress.Parse("tcp://127.0.0.1:0"));

        var error = Assert.Throws<ManagerException>(() => Open(first.Address));

        Assert.Contains($"{first.Address} is in use", error.Message, StringComparison.Ordinal);
        Assert.Contains("port", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_SocketOfALivingManager_IsRefusedAndLeftAlone()
    {
        using var first = Open(_directory.Address);

        var error = Assert.Throws<ManagerException>(() => Open(_directory.Address));

        Assert.Contains("in use", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("port", error.Message, StringComparison.Ordinal);
        using var visitor = new DoorVisitor(first.Address);
    }

    [Fact]
    public void Create_SocketOfAKilledManager_IsReplaced()
    {
        ShortDirectory.LeaveSocket(_directory.DoorPath);
        Assert.Equal(["m"], _directory.Entries);

        using var door = Open(_directory.Address);
        using var visitor = new DoorVisitor(door.Address);
    }

    [Fact]
    public void Create_OrdinaryFileAtThePath_IsRefusedAndLeftAlone()
    {
        File.WriteAllText(_directory.DoorPath, "precious");

        Assert.Throws<ManagerException>(() => Open(_directory.Address));

        Assert.Equal("precious", File.ReadAllText(_directory.DoorPath));
    }

    [Fact]
    public void Create_DirectoryAtThePath_IsRefused()
    {
        Directory.CreateDirectory(_directory.DoorPath);

        Assert.Throws<ManagerException>(() => Open(_directory.Address));
    }

    [Fact]
    public void Create_NoSuchDirectory_SaysWhere()
    {
        var address = DoorAddress.Parse($"ipc://{_directory.DoorPath}/absent/m");

        var error = Assert.Throws<ManagerException>(() => Open(address));

        Assert.Contains($"cannot listen on {address}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tcp://0.0.0.0:0")]
    [InlineData("tcp://[::]:0")]
    [InlineData("tcp://192.0.2.1:0")]
    [InlineData("tcp://example.org:0")]
    public void Create_AddressOthersCanReach_IsRefused(string address)
    {
        var error = Assert.Throws<ManagerException>(() => Open(DoorAddress.Parse(address)));

        Assert.Contains("not secured", error.Message, StringComparison.Ordinal);
        Assert.Contains("daskvine keys", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tcp://0.0.0.0:0", "127.0.0.1")]
    [InlineData("tcp://[::]:0", "127.0.0.1")]
    [InlineData("tcp://[::]:0", "[::1]")]
    [InlineData("tcp://*:0", "127.0.0.1")]
    [InlineData("tcp://*:0", "[::1]")]
    public void Greeting_OpenToAll_ArrivesAtEveryAddress(string address, string host)
    {
        using var door = new Door(DoorAddress.Parse(address), Greet, _closed.Add, openToAll: true);
        door.Open();

        using var visitor = new DoorVisitor(DoorAddress.Parse($"tcp://{host}:{door.Address.Port}"));
    }

    [Fact]
    public void Create_OpenToAllAtAHostName_SaysWhatIsWanted()
    {
        var error = Assert.Throws<ManagerException>(() => new Door(DoorAddress.Parse("tcp://example.org:0"), Greet, _closed.Add, openToAll: true));

        Assert.Contains("IP address", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dispose_UnixSocket_RemovesTheFileAndEndsConnections()
    {
        var door = Open(_directory.Address);
        using var visitor = new DoorVisitor(door.Address);

        door.Dispose();

        Assert.Empty(_directory.Entries);
        Assert.True(visitor.SeesTheEnd());
    }

    [Fact]
    public void Dispose_Tcp_RefusesConnections()
    {
        var door = Open(DoorAddress.Parse("tcp://127.0.0.1:0"));

        door.Dispose();

        Assert.Equal(SocketError.ConnectionRefused, Assert.Throws<SocketException>(() => new DoorVisitor(door.Address)).SocketErrorCode);
    }

    private static DoorGreeting Greet(long token) => new("ipc:///c", "ipc:///w", token, "vine", "5eed");

    private Door Open(DoorAddress address)
    {
        var door = new Door(address, Greet, _closed.Add);
        door.Open();
        return door;
    }

    private long TakeClosed()
    {
        Assert.True(_closed.TryTake(out var token, RunningManager.Patience));
        return token;
    }
}
