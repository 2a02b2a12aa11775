namespace DaskVine.Arrow;

/// <summary>Cuts a run of values out of an array, as a view.</summary>
internal static class ArraySlicer
{
    internal static ArrayData Slice(ArrayData data, int start, int length)
    {
        ReadOnlyMemory<byte>[] buffers = [.. data.Buffers];
        ArrowArray[] children = data.Children;
        switch (data.Type)
        {
            // Their bits are found through the bit offset.
            case NullType or BooleanType:
                break;
            case StructType:
                children = Array.ConvertAll(children, child => child.Slice(start, length));
                break;
            case FixedSizeListType list:
                children = Array.ConvertAll(children, child => child.Slice(start * list.Size, length * list.Size));
                break;
            case Utf8Type or BinaryType or ListType or MapType:
                int width = Offsets.Width(Offsets.HasLarge(data.Type));
                buffers[1] = buffers[1].Slice(start * width, (length + 1) * width);
                break;
            case UnionType { Mode: UnionMode.Sparse }:
                buffers[1] = buffers[1].Slice(start, length);
                children = Array.ConvertAll(children, child => child.Slice(start, length));
                break;
            case UnionType:
                buffers[1] = buffers[1].Slice(start, length);
                buffers[2] = buffers[2].Slice(start * sizeof(int), length * sizeof(int));
                break;
            default:
                int size = TypeRules.Width(data.Type);
                buffers[1] = buffers[1].Slice(start * size, length * size);
                break;
        }
        return data with { Length = length, BitOffset = data.BitOffset + start, Buffers = buffers, Children = children };
    }
}
