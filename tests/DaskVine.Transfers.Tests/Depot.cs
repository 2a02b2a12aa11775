using System.Collections.Concurrent;

namespace DaskVine.Transfers.Tests;

/// <summary>A server over a directory of files, a client, and a place to receive into.</summary>
internal sealed class Depot : IDisposable
{
    public const string Token = "a secret of this cluster";
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dv");
    private readonly ConcurrentDictionary<long, Func<ServedFile?>> _files = [];
    private readonly List<TransferServer> _servers = [];

    public Depot(TlsIdentity? tls = null)
    {
        Client = new TransferClient(tls);
    }

    public TransferClient Client { get; }

    public BlockingCollection<string> Warnings { get; } = [];

    public BlockingCollection<TransferServed> Served { get; } = [];

    public BlockingCollection<long> Released { get; } = [];

    /// <summary>Where files arrive.</summary>
    public string Partial => PathOf("partial");

    public static TransferAddress Address(string text) =>
        TransferAddress.TryParse(text, out var address, out var why) ? address : throw new FormatException(why);

    public static byte[] Content(int size, int seed = 1)
    {
        var bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static TransferException Fails(TransferFailureKind kind, Action receive)
    {
        var failure = Assert.Throws<TransferException>(receive);
        Assert.True(kind == failure.Kind, $"{failure.Kind}: {failure.Message}");
        return failure;
    }

    public string PathOf(string name) => Path.Combine(_directory.FullName, name);

    /// <param name="scheme">ipc, tcp or tls.</param>
    /// <param name="change">Other options than the usual.</param>
    public TransferServer Serve(string scheme = "tcp", TlsIdentity? tls = null, Func<TransferServerOptions, TransferServerOptions>? change = null)
    {
        var options = new TransferServerOptions
        {
            Listen = Address(scheme == "ipc" ? $"ipc://{PathOf($"s{_servers.Count}")}" : $"{scheme}://127.0.0.1:0"),
            Token = Token,
            Tls = tls,
            Warned = Warnings.Add,
            Served = Served.Add,
        };
        var server = new TransferServer(change?.Invoke(options) ?? options, file => _files.GetValueOrDefault(file)?.Invoke());
        _servers.Add(server);
        return server;
    }

    /// <summary>Gives out bytes under a number.</summary>
    public string Put(long file, byte[] content, Func<uint>? checksum = null)
    {
        var path = PathOf($"file-{file}");
        File.WriteAllBytes(path, content);
        _files[file] = () => new ServedFile(path, content.Length, checksum ?? (() => Crc32C.OfFile(path)), () => Released.Add(file));
        return path;
    }

    public void PutDirectory(long file, string path, long size) =>
        _files[file] = () => new ServedFile(path, size, () => throw new InvalidOperationException("no checksum is asked for"), kind: ServedKind.Directory);

    /// <summary>Gives out a tar stream as the directory that it holds.</summary>
    public void PutArchive(long file, string path)
    {
        var size = new FileInfo(path).Length;
        _files[file] = () => new ServedFile(path, size, () => Crc32C.OfFile(path), kind: ServedKind.Archive);
    }

    public TransferOutcome Receive(TransferServer from, long file, long size, string token = Token) =>
        Client.Receive(from.Address, token, file, size, Partial, CancellationToken.None);

    public string TakeWarning() =>
        Warnings.TryTake(out var line, Patience) ? line : throw new TimeoutException("nothing was warned of");

    public void Dispose()
    {
        Client.Dispose();
        _servers.ForEach(server => server.Dispose());
        _directory.Delete(recursive: true);
    }
}
