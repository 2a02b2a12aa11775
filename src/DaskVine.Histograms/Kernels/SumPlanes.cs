using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DaskVine.Histograms.Kernels;

/// <summary>Sums of weights of a histogram that is not large, in planes: <see cref="PlaneLayout"/>.</summary>
internal sealed class SumPlanes
{
    private readonly PlaneLayout _layout;
    private readonly double[] _sums;

    internal SumPlanes(int cells)
    {
        _layout = new PlaneLayout(cells, sizeof(double));
        _sums = new double[_layout.Planes * _layout.Cells];
    }

    /// <summary>Adds the weights of rows by cell plus one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Add(ReadOnlySpan<ushort> cells, ReadOnlySpan<double> weights)
    {
        ref var plane0 = ref MemoryMarshal.GetArrayDataReference(_sums);
        ref var plane1 = ref Unsafe.Add(ref plane0, _layout.Start(1));
        ref var plane2 = ref Unsafe.Add(ref plane0, _layout.Start(2));
        ref var plane3 = ref Unsafe.Add(ref plane0, _layout.Start(3));
        ref var first = ref MemoryMarshal.GetReference(cells);
        ref var firstWeight = ref MemoryMarshal.GetReference(weights[..cells.Length]);
        var whole = cells.Length & ~3;
        for (var i = 0; i < whole; i += 4)
        {
            ref var cell = ref Unsafe.Add(ref first, i);
            ref var weight = ref Unsafe.Add(ref firstWeight, i);
            Unsafe.Add(ref plane0, (nint)cell) += weight;
            Unsafe.Add(ref plane1, (nint)Unsafe.Add(ref cell, 1)) += Unsafe.Add(ref weight, 1);
            Unsafe.Add(ref plane2, (nint)Unsafe.Add(ref cell, 2)) += Unsafe.Add(ref weight, 2);
            Unsafe.Add(ref plane3, (nint)Unsafe.Add(ref cell, 3)) += Unsafe.Add(ref weight, 3);
        }

        for (var i = whole; i < cells.Length; i++)
            Unsafe.Add(ref plane0, (nint)cells[i]) += weights[i];
    }

    /// <summary>All that was added to a cell.</summary>
    internal double this[int cell]
    {
        get
        {
            var sum = 0.0;
            for (var plane = 0; plane < _layout.Planes; plane++)
                sum += _sums[cell + 1 + _layout.Start(plane)];
            return sum;
        }
    }
}
