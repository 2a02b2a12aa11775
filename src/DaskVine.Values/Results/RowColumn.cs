using System.Runtime.InteropServices;
using DaskVine.Arrow;

namespace DaskVine.Values.Results;

/// <summary>Values of one type, and the nodes that they are of.</summary>
internal abstract class RowColumn
{
    private readonly Schema _schema;
    private List<int> _nodes = [];

    protected RowColumn(string kind, ArrowType type, string? extension = null)
    {
        var field = new Field("value", type)
        {
            Metadata = extension is null ? Metadata.Empty : Metadata.Of((Field.ExtensionNameKey, extension)),
        };
        _schema = new Schema([field], Metadata.Of((PickleFrame.KindKey, kind)));
    }

    public int Count => _nodes.Count;

    protected ArrowType Type => _schema.Fields[0].Type;

    public ResultStream Take()
    {
        var nodes = _nodes;
        var table = new ArrowTable(_schema, [new RecordBatch(_schema, nodes.Count, [Build(nodes.Count)])]);
        _nodes = [];
        Clear();
        return new ResultStream(nodes, table.ToStream());
    }

    protected void AddNode(int node) => _nodes.Add(node);

    protected abstract ArrowArray Build(int count);

    protected abstract void Clear();
}

internal sealed class NullColumn() : RowColumn("scalar", ArrowType.Null)
{
    public void Add(int node) => AddNode(node);

    protected override ArrowArray Build(int count) => ArrowArray.Create(Type, count, default);

    protected override void Clear()
    {
    }
}

internal sealed class BooleanColumn() : RowColumn("scalar", ArrowType.Boolean)
{
    private readonly List<byte> _bits = [];

    public void Add(int node, bool value)
    {
        if (Count % 8 == 0)
            _bits.Add(0);
        if (value)
            _bits[^1] |= (byte)(1 << (Count % 8));
        AddNode(node);
    }

    protected override ArrowArray Build(int count) => ArrowArray.Create(Type, count, default, [_bits.ToArray()]);

    protected override void Clear() => _bits.Clear();
}

internal sealed class NumberColumn<T>(ArrowType type) : RowColumn("scalar", type)
    where T : unmanaged
{
    private readonly List<T> _values = [];

    public void Add(int node, T value)
    {
        AddNode(node);
        _values.Add(value);
    }

    protected override ArrowArray Build(int count) =>
        ArrowArray.Create(Type, count, default, [MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_values)).ToArray()]);

    protected override void Clear() => _values.Clear();
}

/// <summary>Texts or bytes.</summary>
internal sealed class BytesColumn(string kind, ArrowType type, string? extension = null) : RowColumn(kind, type, extension)
{
    private readonly List<byte> _bytes = [];
    private readonly List<long> _ends = [0];

    public void Add(int node, ReadOnlySpan<byte> value)
    {
        AddNode(node);
        _bytes.AddRange(value);
        _ends.Add(_bytes.Count);
    }

    protected override ArrowArray Build(int count)
    {
        var isLarge = Type is BinaryType { IsLarge: true };
        var offsets = isLarge
            ? MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_ends)).ToArray()
            : MemoryMarshal.AsBytes(_ends.ConvertAll(end => (int)end).ToArray().AsSpan()).ToArray();
        return ArrowArray.Create(Type, count, default, [offsets, _bytes.ToArray()]);
    }

    protected override void Clear()
    {
        _bytes.Clear();
        _ends.Clear();
        _ends.Add(0);
    }
}
