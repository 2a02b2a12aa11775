namespace DaskVine.Arrow;

/// <summary>Nothing but nulls; takes no memory.</summary>
public sealed class NullArray : ArrowArray
{
    /// <summary>Makes that many nulls.</summary>
    public NullArray(int length)
        : this(new ArrayData(ArrowType.Null, length, 0, [default], [])) => ArgumentOutOfRangeException.ThrowIfNegative(length);

    internal NullArray(ArrayData data)
        : base(data)
    {
    }

    /// <inheritdoc/>
    public override int NullCount => Length;

    /// <inheritdoc/>
    public override bool IsNull(int index)
    {
        CheckIndex(index);
        return true;
    }
}
