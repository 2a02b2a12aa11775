namespace DaskVine.Arrow.Ipc;

/// <summary>Collects bytes as pieces: small ones are copied together, large ones stay where they are.</summary>
internal sealed class PieceList(long start)
{
    private const int CopiedBelow = 4096;
    private const int SmallestBlock = 2048;
    private const int LargestBlock = 16384;

    private List<ReadOnlyMemory<byte>> _pieces = [];
    private byte[] _block = [];
    // What lies between the two was written and is no piece yet.
    private int _from;
    private int _to;

    /// <summary>How many bytes stand before the next one.</summary>
    internal long Position { get; private set; } = start;

    internal void Add(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < CopiedBelow)
        {
            bytes.Span.CopyTo(Take(bytes.Length));
            return;
        }
        Close();
        _pieces.Add(bytes);
        Position += bytes.Length;
    }

    /// <summary>A few bytes to write into; they are zero.</summary>
    internal Span<byte> Take(int count)
    {
        if (count > _block.Length - _to)
        {
            Close();
            _block = new byte[Math.Max(count, Math.Clamp(2 * _block.Length, SmallestBlock, LargestBlock))];
            _from = _to = 0;
        }
        Span<byte> taken = _block.AsSpan(_to, count);
        _to += count;
        Position += count;
        return taken;
    }

    internal void Pad(long count)
    {
        for (; count > 0; count -= Math.Min(count, CopiedBelow))
            Take((int)Math.Min(count, CopiedBelow));
    }

    /// <summary>Hands over what was collected.</summary>
    internal IReadOnlyList<ReadOnlyMemory<byte>> Release()
    {
        Close();
        List<ReadOnlyMemory<byte>> pieces = _pieces;
        _pieces = [];
        return pieces;
    }

    private void Close()
    {
        if (_to > _from)
            _pieces.Add(_block.AsMemory(_from, _to - _from));
        _from = _to;
    }
}
