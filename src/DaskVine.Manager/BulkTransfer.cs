using DaskVine.Arrow;
using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Values.Results;

namespace DaskVine.Manager;

/// <summary>Makes the record for the bytes from <paramref name="offset"/> of <paramref name="size"/>.</summary>
internal delegate Record ChunkRecord(long size, long offset, ReadOnlyMemory<byte> data);

/// <summary>A large file on its way to one peer, a chunk at a time, so that small records pass between.</summary>
internal sealed class BulkTransfer : IDisposable
{
    public const int ChunkBytes = 1 << 20;

    private readonly StagedFile? _staged;
    private readonly ReadOnlyMemory<byte> _value;
    private readonly ChunkRecord _record;
    private readonly long _bytes;
    private BinaryRowFrame? _frame;
    private long _offset;

    public BulkTransfer(FileId file, ReadOnlyMemory<byte> value, ChunkRecord record)
    {
        File = file;
        _bytes = value.Length;
        _value = value;
        _record = record;
    }

    /// <summary>Keeps the staged file until this is disposed.</summary>
    public BulkTransfer(StagedFile staged, ChunkRecord record)
    {
        File = staged.File;
        _bytes = staged.Size;
        _staged = staged;
        _record = record;
        staged.AddReader();
    }

    public FileId File { get; }

    /// <summary>What the peer gets. Of what is here: a worker may have announced another size.</summary>
    public long Size => _frame?.Length ?? _bytes;

    /// <summary>Has the peer get a stream, whatever the value is.</summary>
    public void BeStream()
    {
        if (!PickleFrame.IsStream(Body(0, most: PickleFrame.HeadBytes).Span))
            _frame = PickleFrame.Around(_bytes);
    }

    /// <summary>The next chunk, or null after the last.</summary>
    public Record? Next()
    {
        if (_offset > 0 && _offset >= Size)
            return null;
        var data = _frame is { } frame ? Framed(frame) : Body(_offset);
        var record = _record(Size, _offset, data);
        // An empty file is one empty chunk.
        _offset += Math.Max(1, data.Length);
        return record;
    }

    public void Dispose() => _staged?.RemoveReader();

    private ReadOnlyMemory<byte> Framed(BinaryRowFrame frame)
    {
        if (_offset < frame.Head.Length)
            return frame.Head[(int)_offset..];
        var row = _offset - frame.Head.Length;
        return row < frame.RowLength ? Body(row) : frame.Tail[(int)(row - frame.RowLength)..];
    }

    private ReadOnlyMemory<byte> Body(long offset, int most = ChunkBytes)
    {
        var length = (int)Math.Min(most, _bytes - offset);
        return _staged?.Read(offset, length) ?? _value.Slice((int)offset, length);
    }
}
