namespace DaskVine.Arrow;

/// <summary>
/// What every array is made of. Buffer 0 is the validity bitmap, empty when nothing is null; the bit offset counts for it and
/// for the bits of truth values, while other buffers begin with the array's first value and hold no more than its values.
/// </summary>
internal sealed record ArrayData(
    ArrowType Type, int Length, int BitOffset, ReadOnlyMemory<byte>[] Buffers, ArrowArray[] Children, DictionaryValues? Dictionary = null)
{
    internal ReadOnlyMemory<byte> Validity => Buffers[0];
}
