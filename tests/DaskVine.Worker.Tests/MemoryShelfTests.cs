using DaskVine.Protocol;

namespace DaskVine.Worker.Tests;

public sealed class MemoryShelfTests : IDisposable
{
    private const int Room = 100;
    private static readonly FileId File5 = new(5);

    private readonly TemporaryDirectory _disk = new();
    private readonly TemporaryDirectory _memory = new();
    private readonly MemoryShelf _shelf;
    private readonly CacheDirectory _cache;

    public MemoryShelfTests()
    {
        _shelf = new MemoryShelf(_memory.Path, Room);
        _cache = new CacheDirectory(_disk.Path, _shelf);
    }

    [Fact]
    public void Output_WhileThereIsRoom_IsKeptInMemory()
    {
        Keep(call: 1, File5, 10);
        Assert.True(_shelf.Has(_cache.FilePath(File5)));
        Assert.Equal(10, new FileInfo(_cache.FilePath(File5)).Length);
        Assert.StartsWith(_cache.LinkPath, _cache.FilePath(File5), StringComparison.Ordinal);
    }

    [Fact]
    public void Output_WhenItIsFull_IsKeptOnDisk()
    {
        Keep(call: 1, File5, Room);
        Keep(call: 2, new FileId(6), 10);
        Assert.False(_shelf.Has(_cache.FilePath(new FileId(6))));
        Assert.Equal(10, new FileInfo(_cache.FilePath(new FileId(6))).Length);
    }

    [Fact]
    public void Output_BegunInMemoryAndKeptWhenItIsFull_StaysWhereItWasWritten()
    {
        var begun = _cache.OutputPath(2);
        Keep(call: 1, File5, Room);
        File.WriteAllBytes(begun, new byte[10]);
        _cache.KeepOutput(2, new FileId(6), 10);
        Assert.True(_shelf.Has(_cache.FilePath(new FileId(6))));
    }

    [Fact]
    public void File_ThatIsDeleted_MakesRoom()
    {
        Keep(call: 1, File5, Room);
        Assert.False(_shelf.HasRoom);
        _cache.Delete(File5);
        Assert.True(_shelf.HasRoom);
        Assert.False(File.Exists($"{_shelf.Path}/{CacheDirectory.FileName(File5)}"));
    }

    [Fact]
    public void File_ThatComesAgainElsewhere_LeavesNothingInMemory()
    {
        Keep(call: 1, File5, 10);
        var before = _cache.FilePath(File5);
        File.WriteAllBytes(_cache.GotPath(1, stays: true), new byte[20]);
        _cache.Place(_cache.GotPath(1, stays: true), File5, 20);
        Assert.False(File.Exists(before));
        Assert.False(_shelf.Has(_cache.FilePath(File5)));
    }

    [Fact]
    public void File_ThatStaysBeyondItsUse_IsGotOnDisk() => Assert.False(_shelf.Has(_cache.GotPath(1, stays: true)));

    [Fact]
    public void DropOutput_DeletesWhatACallLeftInEither()
    {
        File.WriteAllBytes($"{_shelf.Path}/out-1.part", [1]);
        File.WriteAllBytes(_cache.CommandOutputPath(1), [1]);
        _cache.DropOutput(1);
        Assert.False(File.Exists($"{_shelf.Path}/out-1.part"));
        Assert.False(File.Exists(_cache.CommandOutputPath(1)));
    }

    [Fact]
    public void DeleteAllFiles_EmptiesIt()
    {
        Keep(call: 1, File5, Room);
        _cache.DeleteAllFiles();
        Assert.True(_shelf.HasRoom);
        Assert.Empty(Directory.EnumerateFiles(_shelf.Path, "file-*"));
    }

    [Fact]
    public void Dispose_LeavesNothing()
    {
        Keep(call: 1, File5, 10);
        _cache.Dispose();
        Assert.Empty(Directory.EnumerateFileSystemEntries(_memory.Path));
    }

    public void Dispose()
    {
        _cache.Dispose();
        _disk.Dispose();
        _memory.Dispose();
    }

    private void Keep(long call, FileId file, int size)
    {
        File.WriteAllBytes(_cache.OutputPath(call), new byte[size]);
        _cache.KeepOutput(call, file, size);
    }
}
