using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Manager.Tests;

public sealed class StagingTests : IDisposable
{
    private static readonly FileId File = new(3);

    private readonly Staging _staging = new();
    private readonly Dictionary<FileId, StagedFile> _arriving = [];

    public void Dispose() => _staging.Dispose();

    [Fact]
    public void Receive_ChunksInOrder_IsWholeWithTheLast()
    {
        Assert.False(Receive(0, 1, 2));
        Assert.Null(_staging.Find(File));

        Assert.True(Receive(2, 3, 4));

        Assert.Equal([1, 2, 3, 4], _staging.Find(File)!.Read(0, 4).ToArray());
        Assert.Empty(_arriving);
    }

    [Fact]
    public void Receive_EmptyFile_IsWholeAtOnce()
    {
        Assert.True(_staging.Receive(new Chunk(File, 0, 0, default), _arriving));

        Assert.Equal(0, _staging.Find(File)!.Size);
    }

    [Fact]
    public void Receive_ChunkLeftOut_IsRefused()
    {
        Receive(0, 1);

        Assert.Throws<ProtocolException>(() => Receive(2, 3));
    }

    [Fact]
    public void Receive_AnotherSize_IsRefused()
    {
        Receive(0, 1);

        Assert.Throws<ProtocolException>(() => _staging.Receive(new Chunk(File, 5, 1, new byte[1]), _arriving));
    }

    [Fact]
    public void Receive_RestOfAFileThatIsNotExpected_IsIgnored()
    {
        Assert.False(Receive(2, 3, 4));

        Assert.Null(_staging.Find(File));
        Assert.Null(_staging.Directory);
    }

    [Fact]
    public void Receive_FromTheStartAgain_BeginsAnew()
    {
        Receive(0, 9, 9, 9);

        Assert.True(Receive(0, 1, 2, 3, 4));

        Assert.Equal([1, 2, 3, 4], _staging.Find(File)!.Read(0, 4).ToArray());
        Assert.Single(Entries);
    }

    [Fact]
    public void Receive_FromTwoWorkersAtOnce_TheyDoNotMix()
    {
        var other = new Dictionary<FileId, StagedFile>();
        Receive(0, 1, 2);
        _staging.Receive(new Chunk(File, 4, 0, new byte[] { 8 }), other);

        Assert.True(Receive(2, 3, 4));

        Assert.Equal([1, 2, 3, 4], _staging.Find(File)!.Read(0, 4).ToArray());
    }

    [Fact]
    public void Receive_WholeOneIsBeingRead_TheReaderKeepsItsBytes()
    {
        Receive(0, 1, 2, 3, 4);
        var read = _staging.Find(File)!;
        read.AddReader();

        Receive(0, 5);
        Assert.Same(read, _staging.Find(File));
        Receive(1, 6, 7, 8);

        Assert.Equal([1, 2, 3, 4], read.Read(0, 4).ToArray());
        Assert.Equal([5, 6, 7, 8], _staging.Find(File)!.Read(0, 4).ToArray());
        read.RemoveReader();
        Assert.Single(Entries);
    }

    [Fact]
    public void Receive_NoPlaceForIt_SaysWhatToDo()
    {
        Receive(0, 1, 2, 3, 4);
        Directory.Delete(_staging.Directory!, recursive: true);

        var error = Assert.Throws<ManagerException>(
            () => _staging.Receive(new Chunk(new FileId(4), 4, 0, new byte[4]), _arriving));

        Assert.Contains("TMPDIR", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Receive_NoPlaceForTheNextFile_TheOneOnItsWayIsKept()
    {
        Receive(0, 1, 2);
        Directory.Delete(_staging.Directory!, recursive: true);

        Assert.Throws<ManagerException>(() => _staging.Receive(new Chunk(new FileId(4), 4, 0, new byte[4]), _arriving));

        Assert.Equal([File], _arriving.Keys);
    }

    [Fact]
    public void Directory_OthersOfThisMachine_MayNotEnter()
    {
        Receive(0, 1);

        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, System.IO.File.GetUnixFileMode(_staging.Directory!));
    }

    [Fact]
    public void Drop_Whole_IsForgottenAndDeleted()
    {
        Receive(0, 1, 2, 3, 4);

        _staging.Drop(File);
        _staging.Drop(File);

        Assert.Null(_staging.Find(File));
        Assert.Empty(Entries);
    }

    [Fact]
    public void Dispose_FilesWholeAndArriving_LeavesNothing()
    {
        Receive(0, 1, 2, 3, 4);
        _staging.Receive(new Chunk(new FileId(4), 4, 0, new byte[2]), _arriving);
        var directory = _staging.Directory;

        _staging.Dispose();

        Assert.False(Directory.Exists(directory));
    }

    private string[] Entries => Directory.GetFiles(_staging.Directory!);

    private bool Receive(long offset, params byte[] data) => _staging.Receive(new Chunk(File, 4, offset, data), _arriving);
}
