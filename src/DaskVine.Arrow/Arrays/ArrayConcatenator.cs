using System.Runtime.InteropServices;

namespace DaskVine.Arrow;

/// <summary>Makes one array of several of the same type. One array alone stays as it is; others are copied.</summary>
internal static class ArrayConcatenator
{
    internal static ArrowArray Concatenate(IReadOnlyList<ArrowArray> arrays)
    {
        if (arrays.Count == 0)
            throw new ArrowFormatException("Of no arrays, none can be made.");
        if (arrays.Count == 1)
            return arrays[0];
        ArrayData[] parts = [.. arrays.Select(array => array.Data)];
        ArrowType type = parts[0].Type;
        if (!parts.All(part => part.Type.Equals(type)))
            throw new ArrowFormatException($"Arrays of different types cannot be put together: {type} and others.");
        int length = Fit(parts.Sum(part => (long)part.Length));
        var whole = new ArrayData(type, length, 0, [Validity(parts, length)], []);
        return ArrayFactory.Make(type switch
        {
            NullType => whole,
            BooleanType => whole with { Buffers = [whole.Validity, Booleans(parts, length)] },
            Utf8Type or BinaryType => Binaries(whole, parts),
            ListType or MapType => Lists(whole, parts),
            StructType or FixedSizeListType => whole with { Children = Children(parts) },
            UnionType { Mode: UnionMode.Sparse } => whole with { Buffers = [default, Join(parts, 1)], Children = Children(parts) },
            UnionType union => DenseUnions(whole, union, parts),
            DictionaryType dictionary => DictionaryMerger.Merge(whole, dictionary, parts),
            _ => whole with { Buffers = [whole.Validity, Join(parts, 1)] },
        });
    }

    internal static int Fit(long length) =>
        length <= int.MaxValue ? (int)length : throw new ArrowFormatException("The arrays are too long to be put together.");

    internal static byte[] Join(ArrayData[] parts, int buffer)
    {
        byte[] joined = new byte[Fit(parts.Sum(part => (long)part.Buffers[buffer].Length))];
        int at = 0;
        foreach (ArrayData part in parts)
        {
            part.Buffers[buffer].Span.CopyTo(joined.AsSpan(at));
            at += part.Buffers[buffer].Length;
        }
        return joined;
    }

    private static ReadOnlyMemory<byte> Validity(ArrayData[] parts, int length)
    {
        if (parts.All(part => part.Validity.IsEmpty))
            return default;
        byte[] valid = new byte[Bits.BytesFor(length)];
        int at = 0;
        foreach (ArrayData part in parts)
        {
            if (part.Validity.IsEmpty)
                Bits.Fill(valid, at, part.Length);
            else
                Bits.CopyTo(part.Validity.Span, part.BitOffset, part.Length, valid, at);
            at += part.Length;
        }
        return valid;
    }

    private static byte[] Booleans(ArrayData[] parts, int length)
    {
        byte[] bits = new byte[Bits.BytesFor(length)];
        int at = 0;
        foreach (ArrayData part in parts)
        {
            Bits.CopyTo(part.Buffers[1].Span, part.BitOffset, part.Length, bits, at);
            at += part.Length;
        }
        return bits;
    }

    private static ArrowArray[] Children(ArrayData[] parts) =>
        [.. Enumerable.Range(0, parts[0].Children.Length).Select(child => Concatenate([.. parts.Select(part => part.Children[child])]))];

    private static ArrayData Binaries(ArrayData whole, ArrayData[] parts)
    {
        ArrayData[] cut = [.. parts.Select(part => part with { Buffers = [part.Validity, part.Buffers[1], UsedBytes(part)] })];
        return whole with { Buffers = [whole.Validity, JoinOffsets(whole, parts), Join(cut, 2)] };
    }

    private static ReadOnlyMemory<byte> UsedBytes(ArrayData part)
    {
        Offsets offsets = Offsets.Of(part);
        return part.Buffers[2][offsets.First..offsets.Last];
    }

    private static ArrayData Lists(ArrayData whole, ArrayData[] parts)
    {
        ArrowArray items = Concatenate([.. parts.Select(part =>
        {
            Offsets offsets = Offsets.Of(part);
            return part.Children[0].Slice(offsets.First, offsets.Last - offsets.First);
        })]);
        return whole with { Buffers = [whole.Validity, JoinOffsets(whole, parts)], Children = [items] };
    }

    private static byte[] JoinOffsets(ArrayData whole, ArrayData[] parts)
    {
        bool isLarge = Offsets.HasLarge(whole.Type);
        byte[] joined = new byte[Fit((whole.Length + 1L) * Offsets.Width(isLarge))];
        Span<int> small = isLarge ? default : MemoryMarshal.Cast<byte, int>(joined.AsSpan());
        Span<long> large = isLarge ? MemoryMarshal.Cast<byte, long>(joined.AsSpan()) : default;
        int at = 0;
        long end = 0;
        foreach (ArrayData part in parts)
        {
            Offsets offsets = Offsets.Of(part);
            long shift = end - offsets.First;
            end = Fit(offsets.Last + shift);
            for (int i = 1; i <= part.Length; i++)
            {
                at++;
                if (isLarge)
                    large[at] = offsets[i] + shift;
                else
                    small[at] = (int)(offsets[i] + shift);
            }
        }
        return joined;
    }

    private static ArrayData DenseUnions(ArrayData whole, UnionType union, ArrayData[] parts)
    {
        sbyte[] childOfId = UnionArray.ChildOfId(union);
        byte[] ids = Join(parts, 1);
        byte[] joined = Join(parts, 2);
        Span<int> offsets = MemoryMarshal.Cast<byte, int>(joined.AsSpan());
        long[] before = new long[union.Fields.Count];
        int at = 0;
        foreach (ArrayData part in parts)
        {
            for (int end = at + part.Length; at < end; at++)
                offsets[at] = Fit(offsets[at] + before[childOfId[ids[at]]]);
            for (int child = 0; child < before.Length; child++)
                before[child] += part.Children[child].Length;
        }
        return whole with { Buffers = [default, ids, joined], Children = Children(parts) };
    }
}
