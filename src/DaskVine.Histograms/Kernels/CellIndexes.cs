using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DaskVine.Histograms.Kernels;

/// <summary>From the slots of each axis to cells, which are numbered in rows: the last axis runs fastest. -1 stands for no cell.</summary>
internal static class CellIndexes
{
    /// <summary>Makes `cells`, which are those of the axes before, those of one axis more: cell * extent + slot, and -1 if either is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Extend(Span<int> cells, ReadOnlySpan<int> slots, int extent)
    {
        ref var cell = ref MemoryMarshal.GetReference(cells);
        ref var slot = ref MemoryMarshal.GetReference(slots[..cells.Length]);
        var whole = cells.Length & ~7;
        for (nuint i = 0; i < (nuint)whole; i += 8)
        {
            var (c, s) = (Vector256.LoadUnsafe(ref cell, i), Vector256.LoadUnsafe(ref slot, i));
            (((c * extent) + s) | Vector256.ShiftRightArithmetic(c | s, 31)).StoreUnsafe(ref cell, i);
        }

        for (var i = whole; i < cells.Length; i++)
            cells[i] = ((cells[i] * extent) + slots[i]) | ((cells[i] | slots[i]) >> 31);
    }

    /// <summary>Makes the cells of rows that are not kept -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Mask(Span<int> cells, ReadOnlySpan<bool> kept)
    {
        ref var cell = ref MemoryMarshal.GetReference(cells);
        ref var keep = ref MemoryMarshal.GetReference(MemoryMarshal.Cast<bool, byte>(kept[..cells.Length]));
        var whole = cells.Length & ~7;
        for (nuint i = 0; i < (nuint)whole; i += 8)
        {
            // Eight bytes to eight ints; any byte but 0 keeps.
            var eight = Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(
                ref Unsafe.Add(ref keep, i))).AsByte();
            var wide = Vector128.WidenLower(eight);
            var left = Vector256.Equals(Vector256.Create(Vector128.WidenLower(wide), Vector128.WidenUpper(wide)), Vector256<uint>.Zero);
            (Vector256.LoadUnsafe(ref cell, i) | left.AsInt32()).StoreUnsafe(ref cell, i);
        }

        for (var i = whole; i < cells.Length; i++)
        {
            if (!kept[i])
                cells[i] = -1;
        }
    }

    /// <summary>Cells, plus one, in half the width: 0 then stands for no cell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Narrow(ReadOnlySpan<int> cells, Span<ushort> narrow)
    {
        ref var from = ref MemoryMarshal.GetReference(cells);
        ref var to = ref MemoryMarshal.GetReference(narrow[..cells.Length]);
        var whole = cells.Length & ~15;
        for (nuint i = 0; i < (nuint)whole; i += 16)
        {
            var low = Vector256.LoadUnsafe(ref from, i) + Vector256<int>.One;
            var high = Vector256.LoadUnsafe(ref from, i + 8) + Vector256<int>.One;
            Vector256.Narrow(low.AsUInt32(), high.AsUInt32()).StoreUnsafe(ref to, i);
        }

        for (var i = whole; i < cells.Length; i++)
            narrow[i] = (ushort)(cells[i] + 1);
    }

    /// <summary>
    /// Pairs the first half of the cells with the second, and one that is left over with no cell. With l and h for the lower and the
    /// higher cell, plus one, pairs are numbered h * (h + 1) / 2 + l. Says how many there are.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int Pair(ReadOnlySpan<int> cells, Span<uint> pairs)
    {
        var half = cells.Length / 2;
        ref var left = ref MemoryMarshal.GetReference(cells);
        ref var right = ref Unsafe.Add(ref left, half);
        ref var to = ref MemoryMarshal.GetReference(pairs[..(cells.Length - half)]);
        var whole = half & ~15;
        for (nuint i = 0; i < (nuint)whole; i += 16)
        {
            var a = Vector512.LoadUnsafe(ref left, i) + Vector512<int>.One;
            var b = Vector512.LoadUnsafe(ref right, i) + Vector512<int>.One;
            var (low, high) = (Vector512.Min(a, b), Vector512.Max(a, b));
            (Vector512.ShiftRightLogical(high * (high + Vector512<int>.One), 1) + low).AsUInt32().StoreUnsafe(ref to, i);
        }

        for (var i = whole; i < half; i++)
            pairs[i] = Pair(cells[i], cells[half + i]);
        if (cells.Length > 2 * half)
            pairs[half] = Pair(cells[^1], -1);
        return cells.Length - half;
    }

    private static uint Pair(int a, int b)
    {
        var (low, high) = (Math.Min(a, b) + 1, Math.Max(a, b) + 1);
        return (uint)((high * (high + 1) / 2) + low);
    }
}
