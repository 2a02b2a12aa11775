using DaskVine.Arrow;
using DaskVine.Protocol.MsgPack;

namespace DaskVine.Values.Results;

/// <summary>An Arrow stream with a value in each row: that of <c>Nodes[i]</c> is in row i.</summary>
public readonly record struct ResultStream(IReadOnlyList<int> Nodes, byte[] Stream);

/// <summary>Small values on their way to a client, gathered into one stream for each type ("Values" in ARCHITECTURE.md).</summary>
public sealed class ResultRows
{
    private readonly NullColumn _nulls = new();
    private readonly BooleanColumn _booleans = new();
    private readonly NumberColumn<long> _integers = new(ArrowType.Int64);
    private readonly NumberColumn<ulong> _unsigned = new(ArrowType.UInt64);
    private readonly NumberColumn<double> _doubles = new(ArrowType.Double);
    private readonly BytesColumn _texts = new("scalar", ArrowType.Utf8);
    private readonly BytesColumn _binaries = new("scalar", ArrowType.Binary);
    private readonly BytesColumn _plain = new("plain", ArrowType.LargeBinary, "daskvine.msgpack");
    private readonly BytesColumn _pickles = new(PickleFrame.Kind, ArrowType.LargeBinary, PickleFrame.Extension);
    private readonly RowColumn[] _columns;

    public ResultRows() =>
        _columns = [_nulls, _booleans, _integers, _unsigned, _doubles, _texts, _binaries, _plain, _pickles];

    /// <summary>How many values wait.</summary>
    public int Count { get; private set; }

    /// <summary>How many bytes they have.</summary>
    public long Bytes { get; private set; }

    /// <summary>Takes a value that is no Arrow stream.</summary>
    public void Add(int node, ReadOnlySpan<byte> value)
    {
        Count++;
        Bytes += value.Length;
        // What is of no known form is its reader's affair, as a pickle is.
        if (value.Length < 2 || value[0] != ValueForms.PlainMark || !TryAddPlain(node, value[1..]))
            _pickles.Add(node, value);
    }

    /// <summary>Hands over all that was added.</summary>
    public IReadOnlyList<ResultStream> Take()
    {
        var streams = new List<ResultStream>();
        foreach (var column in _columns)
        {
            if (column.Count > 0)
                streams.Add(column.Take());
        }

        Count = 0;
        Bytes = 0;
        return streams;
    }

    private bool TryAddPlain(int node, ReadOnlySpan<byte> plain)
    {
        try
        {
            var reader = new MsgPackReader(plain);
            var whole = reader;
            whole.Skip();
            return whole.End && TryAddPlain(node, plain, ref reader);
        }
        catch (MsgPackException)
        {
            return false;
        }
    }

    private bool TryAddPlain(int node, ReadOnlySpan<byte> plain, ref MsgPackReader reader)
    {
        switch (reader.NextType)
        {
            case MsgPackType.Nil: _nulls.Add(node); break;
            case MsgPackType.Boolean: _booleans.Add(node, reader.ReadBoolean()); break;
            case MsgPackType.Integer when IsBeyondInt64(plain): _unsigned.Add(node, reader.ReadUInt64()); break;
            case MsgPackType.Integer: _integers.Add(node, reader.ReadInt64()); break;
            case MsgPackType.Float: _doubles.Add(node, reader.ReadDouble()); break;
            case MsgPackType.String: _texts.Add(node, reader.ReadStringBytes()); break;
            case MsgPackType.Binary: _binaries.Add(node, reader.ReadBinary()); break;
            default: _plain.Add(node, plain); break;
        }

        return true;
    }

    // Only the form with 64 bits and no sign can be.
    private static bool IsBeyondInt64(ReadOnlySpan<byte> plain) => plain is [0xcf, >= 0x80, ..];
}
