namespace DaskVine.ZeroMq.Tests;

public sealed class UnlockedFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void TryOpen_WhatAnotherHasLocked_ReadsIt()
    {
        using var locked = new FileStream(_path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        locked.Write("one"u8);
        locked.Flush();
        using var opened = UnlockedFile.TryOpen(_path);
        var bytes = new byte[10];
        Assert.Equal(3, RandomAccess.Read(opened!, bytes, 0));
        Assert.Equal("one"u8, bytes.AsSpan(0, 3));
    }

    [Fact]
    public void TryOpen_DoesNotKeepOthersFromLocking()
    {
        using var opened = UnlockedFile.TryOpen(_path);
        using var locked = new FileStream(_path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.NotNull(opened);
    }

    [Fact]
    public void TryOpen_WhatIsNotThere_GivesNothing() => Assert.Null(UnlockedFile.TryOpen($"{_path}/no"));
}
