using DaskVine.Protocol;

namespace DaskVine.Manager.Tests;

public sealed class StagedFileTests : IDisposable
{
    private static readonly FileId File = new(3);

    private readonly ShortDirectory _directory = new();
    private readonly StagedFile _staged;

    public StagedFileTests() => _staged = new StagedFile(_directory.DoorPath, File, 4);

    public void Dispose()
    {
        _staged.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Write_InOrder_IsWholeAtTheLastByte()
    {
        _staged.Write(0, [1, 2, 3]);
        Assert.False(_staged.IsWhole);
        _staged.Write(3, [4]);

        Assert.True(_staged.IsWhole);
        Assert.Equal([2, 3, 4], _staged.Read(1, 3).ToArray());
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(3, 1)]
    [InlineData(2, 3)]
    [InlineData(long.MaxValue, 1)]
    public void Write_NotTheNextBytes_IsRefused(long offset, int length)
    {
        _staged.Write(0, [1, 2]);

        Assert.Throws<ProtocolException>(() => _staged.Write(offset, new byte[length]));
        Assert.False(_staged.IsWhole);
    }

    [Fact]
    public void Read_PastWhatWasWritten_SaysSo()
    {
        _staged.Write(0, [1, 2]);

        Assert.Throws<EndOfStreamException>(() => _staged.Read(0, 4));
    }

    [Fact]
    public void Drop_NobodyReads_DeletesAtOnce()
    {
        _staged.Drop();

        Assert.Empty(_directory.Entries);
    }

    [Fact]
    public void Drop_TwoReaders_DeletesAfterTheLast()
    {
        _staged.Write(0, [1, 2, 3, 4]);
        _staged.AddReader();
        _staged.AddReader();

        _staged.Drop();
        _staged.RemoveReader();
        Assert.Equal([1, 2, 3, 4], _staged.Read(0, 4).ToArray());
        _staged.RemoveReader();

        Assert.Empty(_directory.Entries);
    }

    [Fact]
    public void RemoveReader_NotDropped_Keeps()
    {
        _staged.AddReader();
        _staged.RemoveReader();

        Assert.Single(_directory.Entries);
    }
}
