namespace DaskVine.Transfers.Tests;

public sealed class TransferTests : IDisposable
{
    private static readonly TestAuthority Authority = new();

    private readonly Depot _depot = new(Authority.Issue("receiver"));

    public void Dispose() => _depot.Dispose();

    [Theory]
    [InlineData("tcp", 0)]
    [InlineData("tcp", 1)]
    [InlineData("tcp", 5_000_001)]
    [InlineData("ipc", 5_000_001)]
    [InlineData("tls", 0)]
    [InlineData("tls", 5_000_001)]
    public void Receive_File_ArrivesWhole(string scheme, int size)
    {
        var server = Serve(scheme);
        var content = Depot.Content(size);
        _depot.Put(7, content);

        var outcome = _depot.Receive(server, 7, size);

        Assert.Equal(new TransferOutcome(size, Crc32C.Append(0, content)), outcome);
        Assert.Equal(content, File.ReadAllBytes(_depot.Partial));
        Assert.True(_depot.Served.TryTake(out var served, Depot.Patience));
        Assert.Equal((7, size), (served.File, served.Bytes));
        Assert.True(_depot.Released.TryTake(out _, Depot.Patience));
    }

    [Theory]
    [InlineData("tcp", 1_000_000)]
    [InlineData("tls", 1_000_000)]
    [InlineData("tcp", 3_000_000)]
    public void Receive_PartIsThere_BringsTheRest(string scheme, int there)
    {
        var server = Serve(scheme);
        var content = Depot.Content(3_000_000);
        _depot.Put(1, content);
        File.WriteAllBytes(_depot.Partial, content[..there]);

        var outcome = _depot.Receive(server, 1, content.Length);

        Assert.Equal(new TransferOutcome(content.Length - there, Crc32C.Append(0, content)), outcome);
        Assert.Equal(content, File.ReadAllBytes(_depot.Partial));
    }

    [Fact]
    public void Receive_MoreIsThereThanTheFileHas_BeginsAnew()
    {
        var server = Serve();
        var content = Depot.Content(1000);
        _depot.Put(1, content);
        File.WriteAllBytes(_depot.Partial, new byte[2000]);

        Assert.Equal(1000, _depot.Receive(server, 1, 1000).Bytes);
        Assert.Equal(content, File.ReadAllBytes(_depot.Partial));
    }

    [Fact]
    public void Receive_OneAfterAnother_UsesOneConnection()
    {
        var server = Serve(change: options => options with { MaxConnections = 1, IdleTimeout = Depot.Patience });
        for (var file = 0; file < 20; file++)
        {
            var content = Depot.Content(1000 + file, file);
            _depot.Put(file, content);
            File.Delete(_depot.Partial);
            _depot.Receive(server, file, content.Length);
            Assert.Equal(content, File.ReadAllBytes(_depot.Partial));
        }
    }

    [Fact]
    public void Receive_KeptConnectionHasDied_IsAskedAgainOnAFreshOne()
    {
        var first = _depot.Serve("ipc");
        _depot.Put(1, Depot.Content(1000));
        _depot.Receive(first, 1, 1000);

        first.Dispose();
        using var second = new TransferServer(
            new TransferServerOptions { Listen = first.Address, Token = Depot.Token },
            _ => new ServedFile(_depot.PathOf("file-1"), 1000, () => Crc32C.OfFile(_depot.PathOf("file-1"))));
        File.Delete(_depot.Partial);

        Assert.Equal(1000, _depot.Receive(second, 1, 1000).Bytes);
    }

    [Fact]
    public void Receive_ManyAtOnce_AllArrive()
    {
        var server = Serve(change: options => options with { MaxConnections = 8 });
        var contents = Enumerable.Range(0, 40).Select(file => Depot.Content(200_000 + file, file)).ToList();
        for (var file = 0; file < contents.Count; file++)
            _depot.Put(file, contents[file]);
        var failures = new System.Collections.Concurrent.ConcurrentQueue<Exception>();

        var threads = contents.Select((content, file) => new Thread(() =>
        {
            try
            {
                _depot.Client.Receive(server.Address, Depot.Token, file, content.Length, _depot.PathOf($"p{file}"), CancellationToken.None);
            }
            catch (TransferException e)
            {
                failures.Enqueue(e);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        Assert.Empty(failures);
        for (var file = 0; file < contents.Count; file++)
            Assert.Equal(contents[file], File.ReadAllBytes(_depot.PathOf($"p{file}")));
    }

    [Fact]
    public void Receive_Stopped_EndsAtOnceAndKeepsWhatCame()
    {
        using var stop = new CancellationTokenSource();
        var server = Serve();
        var content = Depot.Content(1_000_000);
        // All bytes are sent when the checksum is asked for; when they have come the receiver waits for it.
        using var never = new ManualResetEventSlim();
        _depot.Put(1, content, () =>
        {
            SpinWait.SpinUntil(() => new FileInfo(_depot.Partial) is { Exists: true, Length: 1_000_000 }, Depot.Patience);
            stop.Cancel();
            never.Wait(Depot.Patience);
            return 0;
        });

        Assert.ThrowsAny<OperationCanceledException>(
            () => _depot.Client.Receive(server.Address, Depot.Token, 1, content.Length, _depot.Partial, stop.Token));
        never.Set();

        Assert.Equal(content, File.ReadAllBytes(_depot.Partial));
    }

    private TransferServer Serve(string scheme = "tcp", Func<TransferServerOptions, TransferServerOptions>? change = null) =>
        _depot.Serve(scheme, scheme == "tls" ? Authority.Issue("source") : null, change);
}
