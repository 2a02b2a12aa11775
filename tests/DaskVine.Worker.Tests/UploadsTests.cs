using System.Formats.Tar;
using DaskVine.Protocol;
using DaskVine.WorkerState;

namespace DaskVine.Worker.Tests;

public sealed class UploadsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly CacheDirectory _cache;
    private readonly List<WorkerEvent> _raised = [];
    private readonly Uploads _uploads;

    public UploadsTests()
    {
        _cache = new CacheDirectory(_directory.Path);
        _uploads = new Uploads(_cache, _raised.Add);
    }

    [Fact]
    public void File_OverAMebibyte_GoesInChunksThatTogetherAreTheFile()
    {
        var bytes = new byte[2_500_000];
        new Random(1).NextBytes(bytes);
        File.WriteAllBytes(_cache.FilePath(new FileId(1)), bytes);
        _uploads.Add(new FileId(1));
        var gathered = new List<byte>();
        while (_uploads.Next() is { } chunk)
        {
            Assert.Equal((gathered.Count, bytes.Length), (chunk.Offset, chunk.Size));
            gathered.AddRange(chunk.Data.Span);
        }

        Assert.Equal(bytes, gathered);
        Assert.Equal([new UploadEnded(new FileId(1))], _raised);
    }

    [Fact]
    public void File_ThatIsNotThere_IsPassedOver()
    {
        File.WriteAllBytes(_cache.FilePath(new FileId(2)), new byte[10]);
        _uploads.Add(new FileId(1));
        _uploads.Add(new FileId(2));
        Assert.Equal(new FileId(2), _uploads.Next()!.File);
        Assert.Collection(
            _raised,
            e => Assert.Equal(new FileId(1), Assert.IsType<FileUnreadable>(e).File),
            e => Assert.Equal(new UploadEnded(new FileId(2)), e));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Directory_WithFilesOrNone_GoesAsATarStreamAndLeavesNoArchive(int count)
    {
        var path = _cache.FilePath(new FileId(1));
        Directory.CreateDirectory(path);
        for (var i = 0; i < count; i++)
            File.WriteAllText($"{path}/{i}", $"{i}");
        _uploads.Add(new FileId(1));
        var chunk = _uploads.Next()!;
        Assert.Equal(chunk.Size, chunk.Data.Length);
        Assert.True(chunk.Size >= 1024);
        var unpacked = Directory.CreateDirectory($"{_directory.Path}/unpacked").FullName;
        TarFile.ExtractToDirectory(new MemoryStream(chunk.Data.ToArray()), unpacked, overwriteFiles: false);
        Assert.Equal(count, Directory.GetFiles(unpacked).Length);
        Assert.Equal([new UploadEnded(new FileId(1))], _raised);
        Assert.False(File.Exists(_cache.PartPath(new FileId(1))));
    }

    [Fact]
    public void Abandon_OfSeveral_EndsThemAll()
    {
        File.WriteAllBytes(_cache.FilePath(new FileId(1)), new byte[2_000_000]);
        _uploads.Add(new FileId(1));
        _uploads.Add(new FileId(2));
        _uploads.Next();
        _uploads.Abandon();
        Assert.Equal([new UploadEnded(new FileId(1)), new UploadEnded(new FileId(2))], _raised);
        Assert.Null(_uploads.Next());
    }

    public void Dispose()
    {
        _uploads.Dispose();
        _cache.Dispose();
        _directory.Dispose();
    }
}
