using DaskVine.Arrow;

namespace DaskVine.Benchmarks;

/// <summary>Batches of one schema, the stream that holds them, and room for another stream of that size.</summary>
internal sealed class ArrowStream
{
    private readonly Schema _schema;
    private readonly RecordBatch[] _batches;
    private readonly byte[] _room;

    public ArrowStream(IEnumerable<ArrowTable> tables)
    {
        _batches = [.. tables.SelectMany(table => table.Batches)];
        _schema = _batches[0].Schema;
        _room = new byte[Pieces().Sum(piece => piece.Length)];
        Write();
        Bytes = [.. _room];
    }

    public byte[] Bytes { get; }

    /// <summary>Encodes all batches, and copies what that gives to one place, as sending it would.</summary>
    public int Write()
    {
        var written = 0;
        foreach (var piece in Pieces())
        {
            piece.Span.CopyTo(_room.AsSpan(written));
            written += piece.Length;
        }

        return written;
    }

    /// <summary>The limit: the same bytes, copied.</summary>
    public int Copy()
    {
        Bytes.CopyTo(_room, 0);
        return _room.Length;
    }

    private IEnumerable<ReadOnlyMemory<byte>> Pieces()
    {
        var writer = new ArrowStreamWriter(_schema);
        foreach (var batch in _batches)
        {
            foreach (var piece in writer.Write(batch))
                yield return piece;
        }

        foreach (var piece in writer.End())
            yield return piece;
    }
}
