namespace DaskVine.Transfers.Tests;

public sealed class TransferFailureTests : IDisposable
{
    // More than the buffers of a connection hold.
    private const int Large = 48 << 20;

    private readonly Depot _depot = new();

    public void Dispose() => _depot.Dispose();

    [Fact]
    public void Receive_WrongToken_IsRefused()
    {
        var server = _depot.Serve();
        _depot.Put(1, Depot.Content(10));

        var failure = Depot.Fails(TransferFailureKind.Refused, () => _depot.Receive(server, 1, 10, "another secret"));

        Assert.Contains("token", failure.Message);
        Assert.Contains("a wrong token", _depot.TakeWarning());
        Assert.False(File.Exists(_depot.Partial));
    }

    [Fact]
    public void Receive_UnknownFile_IsNotThere()
    {
        var server = _depot.Serve();

        var failure = Depot.Fails(TransferFailureKind.NotThere, () => _depot.Receive(server, 1, 10));

        Assert.Equal($"file 1 could not be fetched from {server.Address}: it does not have the file", failure.Message);
    }

    [Fact]
    public void Receive_FileVanished_IsNotThereAndItsLeaseEnds()
    {
        var server = _depot.Serve();
        File.Delete(_depot.Put(1, Depot.Content(10)));

        Depot.Fails(TransferFailureKind.NotThere, () => _depot.Receive(server, 1, 10));

        Assert.Contains("file-1 cannot be given out", _depot.TakeWarning());
        Assert.True(_depot.Released.TryTake(out _, Depot.Patience));
    }

    [Fact]
    public void Receive_FileIsShorterThanAnnounced_IsNotThere()
    {
        var server = _depot.Serve();
        var path = _depot.Put(1, Depot.Content(1000));
        using (var file = File.OpenWrite(path))
            file.SetLength(999);

        Depot.Fails(TransferFailureKind.NotThere, () => _depot.Receive(server, 1, 1000));

        Assert.Contains("has 999 bytes instead of 1000", _depot.TakeWarning());
    }

    [Fact]
    public void Receive_SourceHasAnotherSize_IsCorrupt()
    {
        var server = _depot.Serve();
        _depot.Put(1, Depot.Content(1000));

        var failure = Depot.Fails(TransferFailureKind.Corrupt, () => _depot.Receive(server, 1, 1001));

        Assert.Contains("1000 bytes there instead of 1001", failure.Message);
    }

    [Fact]
    public void Receive_ChecksumDiffers_IsCorruptAndDeleted()
    {
        var server = _depot.Serve();
        _depot.Put(1, Depot.Content(1000), () => 0xBADu);

        var failure = Depot.Fails(TransferFailureKind.Corrupt, () => _depot.Receive(server, 1, 1000));

        Assert.Contains("instead of 00000bad", failure.Message);
        Assert.False(File.Exists(_depot.Partial));
    }

    [Fact]
    public void Receive_ByteFlippedOnTheWay_IsCorruptAndDeleted()
    {
        var server = _depot.Serve();
        _depot.Put(1, Depot.Content(1_000_000));
        using var relay = new Relay(server, 500_000, value => (byte)(value ^ 0x10));

        Depot.Fails(TransferFailureKind.Corrupt, () => Receive(relay.Address, 1_000_000));

        Assert.False(File.Exists(_depot.Partial));
    }

    [Fact]
    public void Receive_ServerEndsInTheMiddle_KeepsAPartAndGoesOnFromAnother()
    {
        var (dies, lives) = (_depot.Serve(), _depot.Serve("ipc"));
        var content = Depot.Content(Large);
        _depot.Put(1, content);
        using var relay = new Relay(dies, 5_000_000, value =>
        {
            dies.Dispose();
            return value;
        });

        Depot.Fails(TransferFailureKind.BrokenOff, () => Receive(relay.Address, Large));
        var kept = new FileInfo(_depot.Partial).Length;
        Assert.InRange(kept, 1, Large - 1);
        var outcome = _depot.Receive(lives, 1, Large);

        Assert.Equal(Large - kept, outcome.Bytes);
        Assert.True(content.AsSpan().SequenceEqual(File.ReadAllBytes(_depot.Partial)));
    }

    [Fact]
    public void Receive_FileIsCutShortWhileItIsSent_BreaksOff()
    {
        var server = _depot.Serve();
        var path = _depot.Put(1, Depot.Content(Large));
        using var relay = new Relay(server, 5_000_000, value =>
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            file.SetLength(1_000_000);
            return value;
        });

        Depot.Fails(TransferFailureKind.BrokenOff, () => Receive(relay.Address, Large));

        Assert.InRange(new FileInfo(_depot.Partial).Length, 1, Large - 1);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("ipc")]
    public void Receive_NobodyListens_IsUnreachable(string scheme)
    {
        var server = _depot.Serve(scheme);
        server.Dispose();

        var failure = Depot.Fails(TransferFailureKind.Unreachable, () => _depot.Receive(server, 1, 10));

        Assert.Contains($"{server.Address} cannot be reached", failure.Message);
        Assert.False(File.Exists(_depot.Partial));
    }

    [Fact]
    public void Receive_NoSuchHost_IsUnreachable() =>
        Depot.Fails(TransferFailureKind.Unreachable, () => Receive(Depot.Address("tcp://nowhere.invalid:9123"), 10));

    [Fact]
    public void Receive_SourceSaysNothing_BreaksOffAfterTheStallTimeout()
    {
        using var answered = new ManualResetEventSlim();
        using var source = new FakeSource(_ => answered.Wait(Depot.Patience));
        using var client = new TransferClient(stallTimeout: TimeSpan.FromMilliseconds(50));

        var failure = Depot.Fails(
            TransferFailureKind.BrokenOff,
            () => client.Receive(source.Address, Depot.Token, 1, 10, _depot.Partial, CancellationToken.None));
        answered.Set();

        Assert.Contains("stalled", failure.Message);
    }

    [Fact]
    public void Receive_SomethingElseAnswers_IsRefused()
    {
        using var source = new FakeSource(connection => connection.Write("HTTP/1.1 400 Bad Request\r\n"u8));

        var failure = Depot.Fails(TransferFailureKind.Refused, () => Receive(source.Address, 10));

        Assert.Contains("is no server of transfers", failure.Message);
    }

    [Fact]
    public void Receive_DirectoryOfThePartIsMissing_CannotStore()
    {
        var server = _depot.Serve();
        _depot.Put(1, Depot.Content(10));

        Depot.Fails(
            TransferFailureKind.CannotStore,
            () => _depot.Client.Receive(server.Address, Depot.Token, 1, 10, _depot.PathOf("none/part"), CancellationToken.None));
    }

    [Fact]
    public void Receive_NoSpaceLeft_CannotStore()
    {
        var server = _depot.Serve();
        _depot.Put(1, Depot.Content(1000));
        File.CreateSymbolicLink(_depot.Partial, "/dev/full");

        var failure = Depot.Fails(TransferFailureKind.CannotStore, () => _depot.Receive(server, 1, 1000));

        Assert.Contains("cannot be written", failure.Message);
    }

    private TransferOutcome Receive(TransferAddress from, long size) =>
        _depot.Client.Receive(from, Depot.Token, 1, size, _depot.Partial, CancellationToken.None);
}
