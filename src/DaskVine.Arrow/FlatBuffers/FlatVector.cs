namespace DaskVine.Arrow.FlatBuffers;

/// <summary>The elements of a FlatBuffers vector, already checked to lie within the metadata.</summary>
internal readonly ref struct FlatVector(ReadOnlySpan<byte> bytes, int at, int elementSize)
{
    /// <summary>The elements' bytes.</summary>
    internal ReadOnlySpan<byte> Bytes { get; } = bytes;

    /// <summary>Where the first element is in the metadata.</summary>
    internal int At { get; } = at;

    internal bool Present => elementSize != 0;

    internal int Count => elementSize == 0 ? 0 : Bytes.Length / elementSize;

    internal ReadOnlySpan<byte> this[int index] => Bytes.Slice(index * elementSize, elementSize);
}
