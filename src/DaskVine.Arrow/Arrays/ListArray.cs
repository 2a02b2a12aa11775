namespace DaskVine.Arrow;

/// <summary>Values that are runs of another array's values.</summary>
public abstract class VariableListArray : ArrowArray
{
    private protected VariableListArray(ArrayData data)
        : base(data)
    {
    }

    /// <summary>Whether the offsets have 64 bits.</summary>
    public bool IsLarge => Arrow.Offsets.HasLarge(Type);

    /// <summary>Where each list begins in <see cref="Values"/>, and where the last one ends.</summary>
    /// <exception cref="InvalidOperationException">The offsets have 64 bits.</exception>
    public ReadOnlySpan<int> Offsets => Arrow.Offsets.Of(Data).Small;

    /// <summary>Where each list begins in <see cref="Values"/>, and where the last one ends.</summary>
    /// <exception cref="InvalidOperationException">The offsets have 32 bits.</exception>
    public ReadOnlySpan<long> LargeOffsets => Arrow.Offsets.Of(Data).Large;

    /// <summary><see cref="Offsets"/> as memory.</summary>
    /// <exception cref="InvalidOperationException">The offsets have 64 bits.</exception>
    public ReadOnlyMemory<int> OffsetMemory => !IsLarge
        ? MemoryBytes.As<int>(Data.Buffers[1])
        : throw new InvalidOperationException("The offsets have 64 bits: read LargeOffsets.");

    /// <summary>What the offsets point into.</summary>
    public ArrowArray Values => Data.Children[0];

    /// <summary>Where a list begins in <see cref="Values"/> and how long it is; undefined where it is null.</summary>
    public (int Start, int Length) GetRange(int index)
    {
        CheckIndex(index);
        Offsets offsets = Arrow.Offsets.Of(Data);
        int start = offsets[index];
        return (start, offsets[index + 1] - start);
    }

    /// <summary>The items of a list, as a view; undefined where it is null.</summary>
    public ArrowArray GetList(int index)
    {
        (int start, int length) = GetRange(index);
        return Values.Slice(start, length);
    }
}

/// <summary>Lists of any length.</summary>
public sealed class ListArray : VariableListArray
{
    internal ListArray(ArrayData data)
        : base(data)
    {
    }
}

/// <summary>Lists of key and value pairs.</summary>
public sealed class MapArray : VariableListArray
{
    internal MapArray(ArrayData data)
        : base(data)
    {
    }

    /// <summary>The keys that the offsets point into.</summary>
    public ArrowArray Keys => Values.Children[0];

    /// <summary>The values that the offsets point into.</summary>
    public ArrowArray Items => Values.Children[1];
}

/// <summary>Lists that all have the same number of items.</summary>
public sealed class FixedSizeListArray : ArrowArray
{
    internal FixedSizeListArray(ArrayData data)
        : base(data) => ListSize = ((FixedSizeListType)data.Type).Size;

    /// <summary>Items of one list.</summary>
    public int ListSize { get; }

    /// <summary>The items of all lists, one list after another.</summary>
    public ArrowArray Values => Data.Children[0];

    /// <summary>The items of a list, as a view; undefined where it is null.</summary>
    public ArrowArray GetList(int index)
    {
        CheckIndex(index);
        return Values.Slice(index * ListSize, ListSize);
    }
}
