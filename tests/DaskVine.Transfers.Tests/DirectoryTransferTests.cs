using System.Formats.Tar;

namespace DaskVine.Transfers.Tests;

public sealed class DirectoryTransferTests : IDisposable
{
    private static readonly TestAuthority Authority = new();

    private readonly Depot _depot = new(Authority.Issue("receiver"));

    public void Dispose() => _depot.Dispose();

    [Theory]
    [InlineData("ipc")]
    [InlineData("tls")]
    public void Receive_Directory_ArrivesWithModesAndLinks(string scheme)
    {
        var server = _depot.Serve(scheme, scheme == "tls" ? Authority.Issue("source") : null);
        var source = MakeTree();
        _depot.PutDirectory(1, source, 1_000_000);

        var outcome = _depot.Receive(server, 1, 1_000_000);

        Assert.Equal(Describe(source), Describe(_depot.Partial));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(_depot.Partial, "bin", "run")));
        Assert.Equal(File.ReadAllBytes(Path.Combine(source, "a", "large")), File.ReadAllBytes(Path.Combine(_depot.Partial, "a", "large")));
        Assert.InRange(outcome.Bytes, 700_000, 800_000);
        Assert.NotEqual(0u, outcome.Checksum);
    }

    [Theory]
    [InlineData("ipc")]
    [InlineData("tcp")]
    [InlineData("tls")]
    public void Receive_Archive_ArrivesAsTheDirectoryThatItHolds(string scheme)
    {
        var server = _depot.Serve(scheme, scheme == "tls" ? Authority.Issue("source") : null);
        var source = MakeTree();
        var archive = _depot.PathOf("tree.tar");
        TarFile.CreateFromDirectory(source, archive, includeBaseDirectory: false);
        _depot.PutArchive(1, archive);
        _depot.Put(2, Depot.Content(10));

        var outcome = _depot.Receive(server, 1, 1_000_000);
        var next = _depot.Client.Receive(server.Address, Depot.Token, 2, 10, _depot.PathOf("other"), CancellationToken.None);

        Assert.Equal(Describe(source), Describe(_depot.Partial));
        Assert.Equal(new TransferOutcome(new FileInfo(archive).Length, Crc32C.OfFile(archive)), outcome);
        Assert.Equal(10, next.Bytes);
    }

    [Fact]
    public void Receive_ArchiveOfNothing_IsAnEmptyDirectory()
    {
        var server = _depot.Serve();
        var archive = _depot.PathOf("nothing.tar");
        File.WriteAllBytes(archive, new byte[1024]);
        _depot.PutArchive(1, archive);

        _depot.Receive(server, 1, 0);

        Assert.Empty(Directory.EnumerateFileSystemEntries(_depot.Partial));
    }

    [Fact]
    public void Receive_ArchiveVanished_IsNotThere()
    {
        var server = _depot.Serve();
        var archive = _depot.PathOf("tree.tar");
        File.WriteAllBytes(archive, new byte[1024]);
        _depot.PutArchive(1, archive);
        File.Delete(archive);

        Depot.Fails(TransferFailureKind.NotThere, () => _depot.Receive(server, 1, 0));
    }

    [Fact]
    public void Receive_DirectoryTwice_HasTheSameChecksumAndAConnectionForMore()
    {
        var server = _depot.Serve(change: options => options with { MaxConnections = 1 });
        _depot.PutDirectory(1, MakeTree(), 1);
        _depot.Put(2, Depot.Content(10));

        var first = _depot.Receive(server, 1, 1);
        var second = _depot.Receive(server, 1, 1);
        var third = _depot.Client.Receive(server.Address, Depot.Token, 2, 10, _depot.PathOf("other"), CancellationToken.None);

        Assert.Equal(first, second);
        Assert.Equal(10, third.Bytes);
    }

    [Fact]
    public void Receive_DirectoryAfterAPartOfAFile_ReplacesIt()
    {
        var server = _depot.Serve();
        _depot.PutDirectory(1, MakeTree(), 1000);
        File.WriteAllBytes(_depot.Partial, new byte[500]);

        _depot.Receive(server, 1, 1000);

        Assert.True(Directory.Exists(_depot.Partial));
    }

    [Fact]
    public void Receive_DirectoryVanished_IsNotThere()
    {
        var server = _depot.Serve();
        _depot.PutDirectory(1, _depot.PathOf("none"), 1000);

        Depot.Fails(TransferFailureKind.NotThere, () => _depot.Receive(server, 1, 1000));
    }

    [Fact]
    public void Receive_PipeInDirectory_ArrivesAsAnEmptyFile()
    {
        var server = _depot.Serve();
        var source = Directory.CreateDirectory(_depot.PathOf("tree")).FullName;
        using (var socket = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified))
        {
            socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(Path.Combine(source, "s")));
            _depot.PutDirectory(1, source, 1);
            _depot.Receive(server, 1, 1);
        }

        Assert.Equal(0, new FileInfo(Path.Combine(_depot.Partial, "s")).Length);
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("a/../../evil")]
    [InlineData("/tmp/evil")]
    [InlineData("./evil")]
    [InlineData("missing/evil")]
    public void Receive_NameThatLeaves_IsCorruptAndNothingStays(string name) =>
        FailsWith(tar => tar.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream([1]) }), "the directory holds");

    [Theory]
    [InlineData("link", "/etc/passwd")]
    [InlineData("link", "..")]
    [InlineData("d/link", "../../x")]
    [InlineData("d/link", "inner/../../../x")]
    [InlineData("link", "d/..")]
    public void Receive_LinkThatLeaves_IsCorruptAndNothingStays(string name, string target) =>
        FailsWith(
            tar =>
            {
                tar.WriteEntry(new GnuTarEntry(TarEntryType.Directory, "d"));
                tar.WriteEntry(new GnuTarEntry(TarEntryType.SymbolicLink, name) { LinkName = target });
            },
            "a symbolic link to");

    [Fact]
    public void Receive_FileThroughALink_IsCorrupt() =>
        FailsWith(
            tar =>
            {
                tar.WriteEntry(new GnuTarEntry(TarEntryType.SymbolicLink, "link") { LinkName = "d" });
                tar.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, "link/file") { DataStream = new MemoryStream([1]) });
            },
            "not where it is");

    [Fact]
    public void Receive_NameTwice_IsCorrupt() =>
        FailsWith(
            tar =>
            {
                tar.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, "file"));
                tar.WriteEntry(new GnuTarEntry(TarEntryType.RegularFile, "file"));
            },
            "twice");

    [Fact]
    public void Receive_Device_IsCorrupt() =>
        FailsWith(tar => tar.WriteEntry(new GnuTarEntry(TarEntryType.CharacterDevice, "null")), "neither a file");

    [Fact]
    public void Receive_NoTar_IsCorrupt() => FailsWithBytes(Depot.Content(100_000), _ => 0, "malformed");

    [Fact]
    public void Receive_WrongChecksum_IsCorrupt() => FailsWithBytes(new byte[1024], _ => 1, "checksum");

    [Fact]
    public void Receive_ChunkLongerThanAllowed_IsCorrupt()
    {
        using var source = new FakeSource(connection =>
        {
            new TransferReply(ReplyStatus.Directory, 1).Write(connection);
            TransferReply.WriteUInt32(connection, uint.MaxValue);
        });

        Assert.Contains("longer than any may be", Fails(source, TransferFailureKind.Corrupt).Message);
    }

    [Fact]
    public void Receive_SourceEndsInTheMiddle_BreaksOffAndNothingStays()
    {
        using var source = new FakeSource(connection =>
        {
            new TransferReply(ReplyStatus.Directory, 1).Write(connection);
            TransferReply.WriteUInt32(connection, 1000);
        });

        Fails(source, TransferFailureKind.BrokenOff);
    }

    private void FailsWith(Action<TarWriter> write, string why)
    {
        using var source = new FakeSource(connection =>
        {
            new TransferReply(ReplyStatus.Directory, 1).Write(connection);
            using var chunks = new ChunkWriter(connection);
            using (var tar = new TarWriter(chunks, TarEntryFormat.Gnu, leaveOpen: true))
                write(tar);
            chunks.Finish();
        });
        Assert.Contains(why, Fails(source, TransferFailureKind.Corrupt).Message);
    }

    private void FailsWithBytes(byte[] bytes, Func<uint, uint> checksum, string why)
    {
        using var source = new FakeSource(connection =>
        {
            new TransferReply(ReplyStatus.Directory, 1).Write(connection);
            TransferReply.WriteUInt32(connection, (uint)bytes.Length);
            connection.Write(bytes);
            TransferReply.WriteUInt32(connection, 0);
            TransferReply.WriteUInt32(connection, checksum(Crc32C.Append(0, bytes)));
        });
        Assert.Contains(why, Fails(source, TransferFailureKind.Corrupt).Message);
    }

    private TransferException Fails(FakeSource source, TransferFailureKind kind)
    {
        var failure = Depot.Fails(
            kind, () => _depot.Client.Receive(source.Address, Depot.Token, 1, 1, _depot.Partial, CancellationToken.None));
        Assert.False(Path.Exists(_depot.Partial));
        return failure;
    }

    private string MakeTree()
    {
        var root = Directory.CreateDirectory(_depot.PathOf("tree")).FullName;
        Directory.CreateDirectory(Path.Combine(root, "a", "b", "empty"));
        Directory.CreateDirectory(Path.Combine(root, "bin"));
        File.WriteAllBytes(Path.Combine(root, "a", "large"), Depot.Content(700_000));
        File.WriteAllText(Path.Combine(root, "a", "b", new string('n', 200)), "a long name");
        File.WriteAllText(Path.Combine(root, "a", "b", "ümlaut and space"), "text");
        File.WriteAllBytes(Path.Combine(root, "nothing"), []);
        File.WriteAllText(Path.Combine(root, "bin", "run"), "#!/bin/sh\n");
        File.SetUnixFileMode(Path.Combine(root, "bin", "run"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.CreateSymbolicLink(Path.Combine(root, "bin", "up"), "../a/large");
        Directory.CreateSymbolicLink(Path.Combine(root, "deep"), "a/b");
        File.CreateSymbolicLink(Path.Combine(root, "dangling"), "not-there");
        return root;
    }

    private static string[] Describe(string root) =>
        [.. Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(path => $"{Path.GetRelativePath(root, path)} {Describe(new FileInfo(path))}")];

    private static string Describe(FileInfo item) =>
        item.LinkTarget is { } target ? $"-> {target}"
        : item.Exists ? $"{item.UnixFileMode} {item.Length}"
        : $"{item.UnixFileMode}";
}
