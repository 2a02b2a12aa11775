namespace DaskVine.Arrow;

/// <summary>
/// Values of one type, some of them perhaps null. An array never changes, and is a view over the bytes that it was made from:
/// those must not change either.
/// </summary>
public abstract partial class ArrowArray
{
    private int _nullCount = -1;

    private protected ArrowArray(ArrayData data) => Data = data;

    /// <summary>The type of the values.</summary>
    public ArrowType Type => Data.Type;

    /// <summary>How many values there are, nulls included.</summary>
    public int Length => Data.Length;

    /// <summary>How many values are null. A union has none of its own: its children have.</summary>
    public virtual int NullCount
    {
        get
        {
            if (_nullCount < 0)
                _nullCount = Data.Validity.IsEmpty ? 0 : Length - Bits.Count(Data.Validity.Span, Data.BitOffset, Length);
            return _nullCount;
        }
    }

    /// <summary>The bitmap of what is not null, lowest bit of a byte first; empty when nothing is null.</summary>
    public ReadOnlyMemory<byte> Validity => Data.Validity;

    /// <summary>Which bit of <see cref="Validity"/> belongs to the first value.</summary>
    public int ValidityOffset => Data.BitOffset;

    /// <summary>The arrays inside this one, one for each of the type's children.</summary>
    public IReadOnlyList<ArrowArray> Children => Data.Children;

    internal ArrayData Data { get; }

    /// <summary>Makes an array of any type from its parts, which are checked.</summary>
    /// <param name="type">The type of the values.</param>
    /// <param name="length">How many values there are.</param>
    /// <param name="validity">The bitmap of what is not null; empty when nothing is.</param>
    /// <param name="buffers">The type's other buffers, in Arrow's order.</param>
    /// <param name="children">The arrays inside this one.</param>
    /// <param name="dictionary">The values, for a dictionary type.</param>
    /// <exception cref="ArrowFormatException">The parts do not make such an array.</exception>
    public static ArrowArray Create(
        ArrowType type,
        int length,
        ReadOnlyMemory<byte> validity,
        IReadOnlyList<ReadOnlyMemory<byte>>? buffers = null,
        IReadOnlyList<ArrowArray>? children = null,
        ArrowArray? dictionary = null) =>
        ArrayFactory.Checked(new ArrayData(
            type,
            length,
            0,
            [validity, .. buffers ?? []],
            [.. children ?? []],
            dictionary is null ? null : new DictionaryValues(dictionary)));

    /// <summary>Whether a value is null.</summary>
    public virtual bool IsNull(int index)
    {
        CheckIndex(index);
        return !Data.Validity.IsEmpty && !Bits.Get(Data.Validity.Span, Data.BitOffset + index);
    }

    /// <summary>Some of the values, as a view.</summary>
    public ArrowArray Slice(int start, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - start);
        return start == 0 && length == Length ? this : ArrayFactory.Make(ArraySlicer.Slice(Data, start, length));
    }

    /// <summary>Whether two arrays have the same type and values, whatever memory they take. Numbers are compared by their bits.</summary>
    public bool ContentEquals(ArrowArray other) => ArrayComparer.AreEqual(this, other);

    /// <summary>An array of that type without values.</summary>
    public static ArrowArray Empty(ArrowType type) => ArrayFactory.Empty(type);

    /// <summary>One array of several of the same type. One alone stays as it is; more are copied.</summary>
    /// <exception cref="ArrowFormatException">There are none, the types differ, or there are too many values.</exception>
    public static ArrowArray Concatenate(IReadOnlyList<ArrowArray> arrays) => ArrayConcatenator.Concatenate(arrays);

    private protected void CheckIndex(int index) =>
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Length, nameof(index));
}
