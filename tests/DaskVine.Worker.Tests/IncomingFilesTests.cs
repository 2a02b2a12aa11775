using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.WorkerState;

namespace DaskVine.Worker.Tests;

public sealed class IncomingFilesTests : IDisposable
{
    private static readonly FileId File5 = new(5);

    private readonly TemporaryDirectory _directory = new();
    private readonly CacheDirectory _cache;
    private readonly IncomingFiles _incoming;

    public IncomingFilesTests()
    {
        _cache = new CacheDirectory(_directory.Path);
        _incoming = new IncomingFiles(_cache);
    }

    [Fact]
    public void File_InTwoChunks_HasItsNameOnlyWhenWhole()
    {
        Assert.Null(_incoming.Receive(Chunk(0, 6)));
        Assert.False(File.Exists(_cache.FilePath(File5)));
        Assert.Equal(new FileArrived(File5, 10), _incoming.Receive(Chunk(6, 4)));
        Assert.Equal(10, new FileInfo(_cache.FilePath(File5)).Length);
    }

    [Theory]
    [InlineData(3, 4)]
    [InlineData(6, 5)]
    [InlineData(7, 3)]
    public void Chunk_ThatDoesNotFollow_IsRefused(long offset, int length)
    {
        _incoming.Receive(Chunk(0, 6));
        Assert.Throws<ProtocolException>(() => _incoming.Receive(Chunk(offset, length)));
    }

    [Fact]
    public void Chunk_FromTheStart_BeginsAnew()
    {
        _incoming.Receive(Chunk(0, 6));
        _incoming.Receive(Chunk(0, 3));
        Assert.IsType<FileArrived>(_incoming.Receive(Chunk(3, 7)));
    }

    [Fact]
    public void File_WithoutBytes_IsWholeAtOnce() => Assert.IsType<FileArrived>(_incoming.Receive(new Chunk(File5, 0, 0, default)));

    [Fact]
    public void File_ThatCannotBeStored_FailsOnceAndItsRestIsIgnored()
    {
        Directory.CreateDirectory(_cache.PartPath(File5));
        Assert.IsType<FileArrivalFailed>(_incoming.Receive(Chunk(0, 6)));
        Assert.Null(_incoming.Receive(Chunk(6, 4)));
    }

    [Fact]
    public void File_ThatCannotGetItsName_LeavesNothing()
    {
        _incoming.Receive(Chunk(0, 6));
        File.Delete(_cache.PartPath(File5));
        Assert.IsType<FileArrivalFailed>(_incoming.Receive(Chunk(6, 4)));
        Assert.False(File.Exists(_cache.FilePath(File5)));
    }

    [Fact]
    public void DropAll_OfHalfAFile_LeavesNothing()
    {
        _incoming.Receive(Chunk(0, 6));
        _incoming.DropAll();
        Assert.False(File.Exists(_cache.PartPath(File5)));
        Assert.Throws<ProtocolException>(() => _incoming.Receive(Chunk(6, 4)));
    }

    public void Dispose()
    {
        _incoming.Dispose();
        _cache.Dispose();
        _directory.Dispose();
    }

    private static Chunk Chunk(long offset, int length) => new(File5, 10, offset, new byte[length]);
}
