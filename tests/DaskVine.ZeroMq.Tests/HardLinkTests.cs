namespace DaskVine.ZeroMq.Tests;

public sealed class HardLinkTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dv");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void TryCreate_FileIsThere_BothNamesHoldIt()
    {
        var (first, second) = (PathOf("first"), PathOf("zweiter, groß"));
        File.WriteAllText(first, "before");

        Assert.True(HardLink.TryCreate(first, second, out var why), why);
        using (var stream = new FileStream(first, FileMode.Append))
            stream.Write(" and after"u8);
        File.Delete(first);

        Assert.Null(why);
        Assert.Equal("before and after", File.ReadAllText(second));
    }

    [Fact]
    public void TryCreate_NoFile_SaysWhy()
    {
        Assert.False(HardLink.TryCreate(PathOf("none"), PathOf("second"), out var why));
        Assert.Contains("No such file", why);
    }

    [Fact]
    public void TryCreate_NameIsTaken_SaysWhyAndLeavesIt()
    {
        File.WriteAllText(PathOf("first"), "1");
        File.WriteAllText(PathOf("second"), "2");

        Assert.False(HardLink.TryCreate(PathOf("first"), PathOf("second"), out var why));
        Assert.Contains("exists", why);
        Assert.Equal("2", File.ReadAllText(PathOf("second")));
    }

    [Fact]
    public void TryCreate_AnotherFileSystem_SaysWhy()
    {
        Assert.False(HardLink.TryCreate("/proc/self/status", PathOf("second"), out var why));
        Assert.Contains("/proc/self/status cannot be linked", why);
    }

    private string PathOf(string name) => Path.Combine(_directory.FullName, name);
}
