using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DaskVine.Histograms.Kernels;

/// <summary>Counts of a histogram that is not large, in planes: <see cref="PlaneLayout"/>.</summary>
internal sealed class CountPlanes
{
    private readonly PlaneLayout _layout;
    private readonly uint[] _counts;

    internal CountPlanes(int cells)
    {
        _layout = new PlaneLayout(cells, sizeof(uint));
        _counts = new uint[_layout.Planes * _layout.Cells];
    }

    /// <summary>Counts rows by cell plus one. No more than 2^32 rows in all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Add(ReadOnlySpan<ushort> cells)
    {
        ref var plane0 = ref MemoryMarshal.GetArrayDataReference(_counts);
        ref var plane1 = ref Unsafe.Add(ref plane0, _layout.Start(1));
        ref var plane2 = ref Unsafe.Add(ref plane0, _layout.Start(2));
        ref var plane3 = ref Unsafe.Add(ref plane0, _layout.Start(3));
        ref var first = ref MemoryMarshal.GetReference(cells);
        var whole = cells.Length & ~7;
        for (var i = 0; i < whole; i += 8)
        {
            ref var cell = ref Unsafe.Add(ref first, i);
            Unsafe.Add(ref plane0, (nint)cell)++;
            Unsafe.Add(ref plane1, (nint)Unsafe.Add(ref cell, 1))++;
            Unsafe.Add(ref plane2, (nint)Unsafe.Add(ref cell, 2))++;
            Unsafe.Add(ref plane3, (nint)Unsafe.Add(ref cell, 3))++;
            Unsafe.Add(ref plane0, (nint)Unsafe.Add(ref cell, 4))++;
            Unsafe.Add(ref plane1, (nint)Unsafe.Add(ref cell, 5))++;
            Unsafe.Add(ref plane2, (nint)Unsafe.Add(ref cell, 6))++;
            Unsafe.Add(ref plane3, (nint)Unsafe.Add(ref cell, 7))++;
        }

        for (var i = whole; i < cells.Length; i++)
            Unsafe.Add(ref plane0, (nint)cells[i])++;
    }

    /// <summary>All that was counted in a cell.</summary>
    internal long this[int cell]
    {
        get
        {
            var count = 0L;
            for (var plane = 0; plane < _layout.Planes; plane++)
                count += _counts[cell + 1 + _layout.Start(plane)];
            return count;
        }
    }
}
