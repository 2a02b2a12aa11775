using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Manager;

/// <summary>A large file on its way to one peer, a chunk at a time, so that small records pass between.</summary>
internal sealed class BulkTransfer : IDisposable
{
    public const int ChunkBytes = 1 << 20;

    private readonly StagedFile? _staged;
    private readonly ReadOnlyMemory<byte> _value;
    private readonly Func<long, ReadOnlyMemory<byte>, Record> _record;
    private long _offset;

    /// <param name="file">What is sent.</param>
    /// <param name="size">Its bytes.</param>
    /// <param name="value">The bytes, or null when they are in <paramref name="staged"/>.</param>
    /// <param name="staged">Kept until this is disposed.</param>
    /// <param name="record">Makes the record for a chunk at an offset.</param>
    public BulkTransfer(
        FileId file, long size, ReadOnlyMemory<byte>? value, StagedFile? staged, Func<long, ReadOnlyMemory<byte>, Record> record)
    {
        File = file;
        Size = size;
        _value = value ?? default;
        _record = record;
        _staged = value is null ? staged : null;
        _staged?.AddReader();
    }

    public FileId File { get; }

    public long Size { get; }

    /// <summary>The next chunk, or null after the last.</summary>
    public Record? Next()
    {
        if (_offset > 0 && _offset >= Size)
            return null;
        var length = (int)Math.Min(ChunkBytes, Size - _offset);
        var data = _staged?.Read(_offset, length) ?? _value.Slice((int)_offset, length);
        var record = _record(_offset, data);
        _offset += Math.Max(1, length);
        return record;
    }

    public void Dispose() => _staged?.RemoveReader();
}
