using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DaskVine.Histograms.Kernels;

/// <summary>
/// Counts of a histogram that is small: there is a count for each pair of cells, in either order. So two rows take one step; adding to
/// memory is what a fill of counts mostly waits for. The counts have 16 bits, for room, and are folded into those of the cells before
/// one can be full. Measured: planes, as for other sums, make it slower.
/// </summary>
internal sealed class PairCounts
{
    private readonly ushort[] _pairs;

    // Of cell plus one.
    private readonly uint[] _counts;
    private int _unfolded;

    internal PairCounts(int cells)
    {
        _pairs = new ushort[Pairs(cells)];
        _counts = new uint[cells + 1];
    }

    /// <summary>Whether the pairs fit in a core's nearest memory, and the rows are worth the fold at the end.</summary>
    internal static bool Suit(int cells, int rows) =>
        cells < byte.MaxValue && Pairs(cells) * sizeof(ushort) <= PlaneLayout.MaxBytes && rows >= 4 * Pairs(cells);

    /// <summary>Counts two rows for each pair, as <see cref="CellIndexes.Pair"/> gives them. No more than 2^32 rows in all.</summary>
    internal void Add(ReadOnlySpan<uint> pairs)
    {
        if (_unfolded + pairs.Length > ushort.MaxValue)
            Fold();
        _unfolded += pairs.Length;
        Count(pairs);
    }

    /// <summary>Makes the counts of cells what was added so far.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Fold()
    {
        for (var high = 0; high < _counts.Length; high++)
        {
            var sum = FoldLower(_pairs.AsSpan(high * (high + 1) / 2, high + 1));
            _counts[high] += sum;
        }

        Array.Clear(_pairs);
        _unfolded = 0;
    }

    /// <summary>All that was counted in a cell until the last fold.</summary>
    internal long this[int cell] => _counts[cell + 1];

    // No cell is one more.
    private static int Pairs(int cells) => (cells + 1) * (cells + 2) / 2;

    /// <summary>Adds the counts of pairs to the lower cell of each, from the first on; says their sum, which belongs to the higher cell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint FoldLower(ReadOnlySpan<ushort> pairs)
    {
        ref var pair = ref MemoryMarshal.GetReference(pairs);
        ref var count = ref MemoryMarshal.GetArrayDataReference(_counts);
        var sums = Vector256<uint>.Zero;
        var whole = pairs.Length & ~15;
        for (nuint i = 0; i < (nuint)whole; i += 16)
        {
            var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref pair, i));
            (Vector256.LoadUnsafe(ref count, i) + low).StoreUnsafe(ref count, i);
            (Vector256.LoadUnsafe(ref count, i + 8) + high).StoreUnsafe(ref count, i + 8);
            sums += low + high;
        }

        var sum = Vector256.Sum(sums);
        for (var i = whole; i < pairs.Length; i++)
        {
            _counts[i] += pairs[i];
            sum += pairs[i];
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Count(ReadOnlySpan<uint> pairs)
    {
        ref var counts = ref MemoryMarshal.GetArrayDataReference(_pairs);
        ref var first = ref MemoryMarshal.GetReference(pairs);
        var whole = pairs.Length & ~3;
        for (var i = 0; i < whole; i += 4)
        {
            ref var pair = ref Unsafe.Add(ref first, i);
            Unsafe.Add(ref counts, pair)++;
            Unsafe.Add(ref counts, Unsafe.Add(ref pair, 1))++;
            Unsafe.Add(ref counts, Unsafe.Add(ref pair, 2))++;
            Unsafe.Add(ref counts, Unsafe.Add(ref pair, 3))++;
        }

        for (var i = whole; i < pairs.Length; i++)
            Unsafe.Add(ref counts, pairs[i])++;
    }
}
