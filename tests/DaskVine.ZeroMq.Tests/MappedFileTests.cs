namespace DaskVine.ZeroMq.Tests;

public sealed class MappedFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Open_File_HasItsBytes()
    {
        var written = new byte[10_000];
        new Random(1).NextBytes(written);
        File.WriteAllBytes(_path, written);

        var mapped = MappedFile.Open(_path);

        Assert.Equal(written, mapped.Memory.ToArray());
        Assert.Equal(written.AsSpan(5_000), mapped.Memory[5_000..].Span);
        GC.KeepAlive(mapped);
    }

    [Fact]
    public void Open_FileThatIsDeletedThen_StaysThere()
    {
        File.WriteAllText(_path, "one");
        var memory = MappedFile.Open(_path).Memory;
        File.Delete(_path);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.Equal("one"u8.ToArray(), memory.ToArray());
    }

    [Fact]
    public void Open_EmptyFile_IsEmpty() => Assert.True(MappedFile.Open(_path).Memory.IsEmpty);

    [Fact]
    public void Open_WhatIsNotThere_Throws() => Assert.Throws<FileNotFoundException>(() => MappedFile.Open($"{_path}.no"));

    [Fact]
    public void Memory_AfterDispose_CannotBeRead()
    {
        File.WriteAllText(_path, "one");
        var mapped = MappedFile.Open(_path);
        var memory = mapped.Memory;
        ((IDisposable)mapped).Dispose();
        Assert.Throws<ObjectDisposedException>(() => memory.Span[0]);
    }
}
