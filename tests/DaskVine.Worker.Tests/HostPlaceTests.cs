using DaskVine.Protocol;
using DaskVine.Protocol.Libraries;
using DaskVine.Protocol.Records;

namespace DaskVine.Worker.Tests;

public sealed class HostPlaceTests : IDisposable
{
    private const long Environment = 5;

    private readonly TemporaryDirectory _directory = new();
    private readonly CacheDirectory _cache;

    public HostPlaceTests() => _cache = new CacheDirectory(_directory.Path);

    [Theory]
    [InlineData("run_in_env", "python3")]
    [InlineData("python", null)]
    public void Environment_IsStartedByWhatItHas(string program, string? argument)
    {
        Put($"bin/{program}", "");
        var interpreter = Make().Interpreter!;
        Assert.Equal(Path.Combine(_directory.Path, "made", "env", "bin", program), interpreter[0]);
        Assert.Equal(argument, interpreter.ElementAtOrDefault(1));
    }

    [Fact]
    public void Environment_OfNoKnownForm_IsRefused()
    {
        Put("readme", "");
        Assert.Contains("neither bin/run_in_env nor bin/python", Assert.Throws<IOException>(() => Make()).Message);
    }

    [Fact]
    public void Environment_ThatTheCacheLostSince_IsThere()
    {
        Put("bin/python", "");
        var place = Make();
        Directory.Delete(_cache.FilePath(new FileId(Environment)), recursive: true);
        Assert.True(File.Exists(place.Interpreter![0]));
    }

    [Fact]
    public void Input_ThatIsGone_IsToldByItsName() => Assert.Contains("file-5", Assert.ThrowsAny<IOException>(() => Make()).Message);

    [Fact]
    public void Place_WithoutFiles_IsTheSharedOne()
    {
        var place = HostPlace.Of(new LibrarySpec { Name = "l", Sandbox = true }, [], _cache, Path.Combine(_directory.Path, "made"), "/tmp");
        Assert.Equal("/tmp", place.Directory);
        Assert.True(Directory.Exists(place.Variables["DASKVINE_SANDBOXES"]));
    }

    public void Dispose()
    {
        _cache.Dispose();
        _directory.Dispose();
    }

    private void Put(string name, string content)
    {
        var path = Path.Combine(_cache.FilePath(new FileId(Environment)), name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }

    private HostPlace Make() => HostPlace.Of(
        new LibrarySpec { Name = "l", Inputs = ["env"], PackedEnvironment = "env" },
        [new TaskInput(null, new FileId(Environment), 10)],
        _cache,
        Path.Combine(_directory.Path, "made"),
        "/tmp");
}
