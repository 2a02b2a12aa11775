using DaskVine.Protocol;
using DaskVine.Protocol.Records;

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
    private long _offset;

    public BulkTransfer(FileId file, ReadOnlyMemory<byte> value, ChunkRecord record)
    {
        File = file;
        Size = value.Length;
        _value = value;
        _record = record;
    }

    /// <summary>Keeps the staged file until this is disposed.</summary>
    public BulkTransfer(StagedFile staged, ChunkRecord record)
    {
        File = staged.File;
        Size = staged.Size;
        _staged = staged;
        _record = record;
        staged.AddReader();
    }

    public FileId File { get; }

    /// <summary>Of what is here; a worker may have announced another.</summary>
    public long Size { get; }

    /// <summary>The next chunk, or null after the last.</summary>
    public Record? Next()
    {
        if (_offset > 0 && _offset >= Size)
            return null;
        var length = (int)Math.Min(ChunkBytes, Size - _offset);
        var data = _staged?.Read(_offset, length) ?? _value.Slice((int)_offset, length);
        var record = _record(Size, _offset, data);
        // An empty file is one empty chunk.
        _offset += Math.Max(1, length);
        return record;
    }

    public void Dispose() => _staged?.RemoveReader();
}
