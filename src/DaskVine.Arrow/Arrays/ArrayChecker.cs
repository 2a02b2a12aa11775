using System.Numerics;
using System.Runtime.InteropServices;

namespace DaskVine.Arrow;

/// <summary>
/// Checks the parts of an array once, so that reading its values cannot leave them, and cuts buffers to what the values need.
/// </summary>
internal static class ArrayChecker
{
    /// <summary>The contents of the parts that the type says.</summary>
    internal static ArrayData Check(ArrayData data)
    {
        if (data.Length < 0)
            throw Wrong(data, $"has a length of {data.Length}");
        ReadOnlyMemory<byte>[] buffers = [.. data.Buffers];
        buffers[0] = CheckedValidity(data);
        switch (data.Type)
        {
            case BooleanType:
                buffers[1] = Cut(data, 1, Bits.BytesFor((long)data.BitOffset + data.Length));
                break;
            case Utf8Type or BinaryType:
                buffers[1] = CheckedOffsets(data, buffers[2].Length, "bytes");
                break;
            case ListType or MapType:
                buffers[1] = CheckedOffsets(data, data.Children[0].Length, "items");
                break;
            case UnionType union:
                buffers[1] = Cut(data, 1, data.Length);
                if (union.Mode == UnionMode.Dense)
                    buffers[2] = Cut(data, 2, (long)data.Length * sizeof(int));
                break;
            case DictionaryType:
                buffers[1] = Cut(data, 1, (long)data.Length * TypeRules.Width(data.Type));
                break;
            case NullType or StructType or FixedSizeListType:
                break;
            default:
                buffers[1] = Cut(data, 1, (long)data.Length * TypeRules.Width(data.Type));
                break;
        }
        ArrayData cut = data with { Buffers = buffers, Children = CheckedChildren(data) };
        CheckPlaces(cut);
        return cut;
    }

    /// <summary>How many buffers an array has in memory, the one for validity included.</summary>
    internal static int BufferCount(ArrowType type) => type switch
    {
        NullType or StructType or FixedSizeListType => 1,
        Utf8Type or BinaryType or UnionType { Mode: UnionMode.Dense } => 3,
        _ => 2,
    };

    /// <summary>That there are the parts that the type says.</summary>
    internal static void ExpectParts(ArrayData data)
    {
        TypeRules.Check(data.Type);
        int buffers = BufferCount(data.Type);
        if (data.Buffers.Length != buffers)
            throw Wrong(data, $"has {data.Buffers.Length - 1} buffers besides validity, not {buffers - 1}");
        IReadOnlyList<Field> fields = data.Type.Children;
        if (data.Children.Length != fields.Count)
            throw Wrong(data, $"has {data.Children.Length} children, not {fields.Count}");
        for (int i = 0; i < fields.Count; i++)
        {
            if (!data.Children[i].Type.Equals(fields[i].Type))
                throw Wrong(data, $"has a child \"{fields[i].Name}\" of type {data.Children[i].Type}, not {fields[i].Type}");
        }
        if (data.Type is DictionaryType dictionary && (data.Dictionary is null || !data.Dictionary.Type.Equals(dictionary.ValueType)))
            throw Wrong(data, $"has no dictionary of type {dictionary.ValueType}");
    }

    private static ReadOnlyMemory<byte> CheckedValidity(ArrayData data)
    {
        if (data.Validity.IsEmpty)
            return default;
        if (data.Type is NullType or UnionType)
            throw Wrong(data, "has a validity bitmap");
        return Cut(data, 0, Bits.BytesFor((long)data.BitOffset + data.Length));
    }

    private static ReadOnlyMemory<byte> Cut(ArrayData data, int buffer, long needed) => data.Buffers[buffer].Length >= needed
        ? data.Buffers[buffer][..(int)needed]
        : throw Wrong(data, $"of {data.Length} values needs {needed} bytes in buffer {buffer} and has {data.Buffers[buffer].Length}");

    private static ReadOnlyMemory<byte> CheckedOffsets(ArrayData data, int limit, string what)
    {
        bool isLarge = Offsets.HasLarge(data.Type);
        // Writers may leave out the one offset of no values.
        if (data.Length == 0)
            return Offsets.OfNothing(isLarge);
        ReadOnlyMemory<byte> offsets = Cut(data, 1, (data.Length + 1L) * Offsets.Width(isLarge));
        bool good = isLarge
            ? Climb(MemoryMarshal.Cast<byte, long>(offsets.Span), limit)
            : Climb(MemoryMarshal.Cast<byte, int>(offsets.Span), limit);
        return good ? offsets : throw Wrong(data, $"has offsets that do not climb from 0 to at most its {limit} {what}");
    }

    private static bool Climb<T>(ReadOnlySpan<T> offsets, int limit)
        where T : IBinaryInteger<T>
    {
        T last = T.Zero;
        foreach (T offset in offsets)
        {
            if (offset < last)
                return false;
            last = offset;
        }
        return last <= T.CreateChecked(limit);
    }

    private static ArrowArray[] CheckedChildren(ArrayData data)
    {
        long? needed = data.Type switch
        {
            StructType or UnionType { Mode: UnionMode.Sparse } => data.Length,
            FixedSizeListType list => (long)data.Length * list.Size,
            _ => null,
        };
        return needed is not long length ? data.Children : Array.ConvertAll(data.Children, child => child.Length >= length
            ? child.Slice(0, (int)length)
            : throw Wrong(data, $"of {data.Length} values has a child of {child.Length}, not {length}"));
    }

    /// <summary>Type ids, offsets of a union and indices into a dictionary.</summary>
    private static void CheckPlaces(ArrayData data)
    {
        if (data.Type is UnionType union)
            CheckUnion(data, union);
        else if (data.Type is DictionaryType && IndexReader.FirstOutside(data, data.Dictionary!.Length) is int row and >= 0)
            throw Wrong(data, $"has an index in row {row} that is outside of its {data.Dictionary!.Length} values");
    }

    private static void CheckUnion(ArrayData data, UnionType union)
    {
        sbyte[] children = UnionArray.ChildOfId(union);
        ReadOnlySpan<byte> ids = data.Buffers[1].Span;
        ReadOnlySpan<int> offsets = union.Mode == UnionMode.Dense ? MemoryMarshal.Cast<byte, int>(data.Buffers[2].Span) : default;
        for (int i = 0; i < ids.Length; i++)
        {
            int child = ids[i] <= sbyte.MaxValue ? children[ids[i]] : -1;
            if (child < 0)
                throw Wrong(data, $"has a type id of {(sbyte)ids[i]}, which no child has");
            if (!offsets.IsEmpty && (uint)offsets[i] >= (uint)data.Children[child].Length)
                throw Wrong(data, $"has an offset of {offsets[i]} into a child of {data.Children[child].Length}");
        }
    }

    private static ArrowFormatException Wrong(ArrayData data, string how) => new($"An array of type {TypeRules.Name(data.Type)} {how}.");
}
