using DaskVine.Protocol;
using DaskVine.Transfers;

namespace DaskVine.Worker.Tests;

public sealed class CacheDirectoryTests : IDisposable
{
    private static readonly FileId File5 = new(5);

    private readonly TemporaryDirectory _directory = new();
    private readonly CacheDirectory _cache;

    public CacheDirectoryTests() => _cache = new CacheDirectory(_directory.Path);

    [Fact]
    public void File_DeletedWhileItIsLeased_GoesWithTheLease()
    {
        Place("one");
        using (_cache.Lease(5))
        {
            _cache.Delete(File5);
            Assert.Null(_cache.Lease(5));
            Assert.True(File.Exists(_cache.FilePath(File5)));
        }

        Assert.False(File.Exists(_cache.FilePath(File5)));
    }

    [Fact]
    public void File_ThatCameAgainWhileTheOldOneWasLeased_Stays()
    {
        Place("one");
        using (_cache.Lease(5))
        {
            _cache.Delete(File5);
            Place("two");
        }

        Assert.Equal("two", File.ReadAllText(_cache.FilePath(File5)));
    }

    [Fact]
    public void Directory_InPlaceOfAFile_TakesItsName()
    {
        Place("one");
        Directory.CreateDirectory(_cache.GotPath(1, stays: true));
        File.WriteAllText(Path.Combine(_cache.GotPath(1, stays: true), "inside"), "");
        _cache.Place(_cache.GotPath(1, stays: true), File5, 0);
        using var lease = _cache.Lease(5);
        Assert.Equal(ServedKind.Directory, lease!.Kind);
        _cache.DeleteAllFiles();
        Assert.False(Directory.Exists(_cache.FilePath(File5)));
    }

    [Fact]
    public void Link_ToADirectory_IsMovedItself()
    {
        var target = Directory.CreateDirectory(Path.Combine(_directory.Path, "target")).FullName;
        File.CreateSymbolicLink(_cache.GotPath(1, stays: true), target);
        _cache.Place(_cache.GotPath(1, stays: true), File5, 0);
        Assert.Equal(target, new FileInfo(_cache.FilePath(File5)).LinkTarget);
        _cache.Delete(File5);
        Assert.True(Directory.Exists(target));
    }

    [Fact]
    public void Checksum_OfAFile_IsThatOfCastagnoli()
    {
        Place("123456789");
        using var lease = _cache.Lease(5);
        Assert.Equal(0xE3069283u, lease!.Checksum());
    }

    [Fact]
    public void Damage_IsSaidAndDeleted()
    {
        Place("one");
        Assert.Null(_cache.TakeDamage(File5, 3));
        Assert.Equal("it has 3 bytes in the worker's cache instead of 4", _cache.TakeDamage(File5, 4));
        Assert.Equal("it is gone from the worker's cache, or cannot be read there", _cache.TakeDamage(File5, 3));
    }

    public void Dispose()
    {
        _cache.Dispose();
        _directory.Dispose();
    }

    private void Place(string content)
    {
        File.WriteAllText(_cache.GotPath(1, stays: true), content);
        _cache.Place(_cache.GotPath(1, stays: true), File5, content.Length);
    }
}
