using System.Runtime.InteropServices;

namespace DaskVine.Arrow;

/// <summary>Values that are each of one of several types.</summary>
public sealed class UnionArray : ArrowArray
{
    private readonly sbyte[] _childOfId;

    internal UnionArray(ArrayData data)
        : base(data)
    {
        UnionType = (UnionType)data.Type;
        _childOfId = ChildOfId(UnionType);
    }

    /// <summary>The mode, fields and type ids.</summary>
    public UnionType UnionType { get; }

    /// <summary>The type id of each value.</summary>
    public ReadOnlySpan<sbyte> TypeIds => MemoryMarshal.Cast<byte, sbyte>(Data.Buffers[1].Span);

    /// <summary>Where each value is in its child; empty in a sparse union, whose children have a value in every row.</summary>
    public ReadOnlySpan<int> ValueOffsets =>
        UnionType.Mode == UnionMode.Dense ? MemoryMarshal.Cast<byte, int>(Data.Buffers[2].Span) : default;

    /// <summary>A union has no nulls of its own.</summary>
    public override int NullCount => 0;

    /// <summary>Which child has a value, and where in it. The value may be null there.</summary>
    public (ArrowArray Child, int Index) GetPlace(int index)
    {
        CheckIndex(index);
        ArrowArray child = Children[_childOfId[TypeIds[index]]];
        return (child, UnionType.Mode == UnionMode.Dense ? ValueOffsets[index] : index);
    }

    /// <summary>The child of each type id; -1 where there is none.</summary>
    internal static sbyte[] ChildOfId(UnionType type)
    {
        var children = new sbyte[sbyte.MaxValue + 1];
        children.AsSpan().Fill(-1);
        for (int i = 0; i < type.TypeIds.Count; i++)
            children[type.TypeIds[i]] = (sbyte)i;
        return children;
    }
}
