using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DaskVine.Histograms.Kernels;

/// <summary>Sums of weights and of their squares, side by side, of a histogram that is not large, in planes: <see cref="PlaneLayout"/>.</summary>
internal sealed class WeightPlanes
{
    private readonly PlaneLayout _layout;
    private readonly double[] _sums;

    internal WeightPlanes(int cells)
    {
        _layout = new PlaneLayout(cells, 2 * sizeof(double));
        _sums = new double[2 * _layout.Planes * _layout.Cells];
    }

    /// <summary>Adds the weights of rows by cell plus one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Add(ReadOnlySpan<ushort> cells, ReadOnlySpan<double> weights)
    {
        ref var plane0 = ref MemoryMarshal.GetArrayDataReference(_sums);
        ref var plane1 = ref Unsafe.Add(ref plane0, 2 * _layout.Start(1));
        ref var plane2 = ref Unsafe.Add(ref plane0, 2 * _layout.Start(2));
        ref var plane3 = ref Unsafe.Add(ref plane0, 2 * _layout.Start(3));
        ref var first = ref MemoryMarshal.GetReference(cells);
        ref var firstWeight = ref MemoryMarshal.GetReference(weights[..cells.Length]);
        var whole = cells.Length & ~3;
        for (var i = 0; i < whole; i += 4)
        {
            ref var cell = ref Unsafe.Add(ref first, i);
            ref var weight = ref Unsafe.Add(ref firstWeight, i);
            AddTo(ref plane0, cell, weight);
            AddTo(ref plane1, Unsafe.Add(ref cell, 1), Unsafe.Add(ref weight, 1));
            AddTo(ref plane2, Unsafe.Add(ref cell, 2), Unsafe.Add(ref weight, 2));
            AddTo(ref plane3, Unsafe.Add(ref cell, 3), Unsafe.Add(ref weight, 3));
        }

        for (var i = whole; i < cells.Length; i++)
            AddTo(ref plane0, cells[i], weights[i]);
    }

    /// <summary>All that was added to a cell: the sum of weights and that of their squares.</summary>
    internal (double Value, double Variance) this[int cell]
    {
        get
        {
            var sum = Vector128<double>.Zero;
            for (var plane = 0; plane < _layout.Planes; plane++)
                sum += Vector128.Create(_sums, 2 * (cell + 1 + _layout.Start(plane)));
            return (sum[0], sum[1]);
        }
    }

    /// <summary>Adds (w, w²) to the pair of sums of a cell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void AddTo(ref double plane, nint cell, double weight)
    {
        ref var sums = ref Unsafe.Add(ref plane, 2 * cell);
        (Vector128.LoadUnsafe(ref sums) + (Vector128.Create(weight) * Vector128.Create(1, weight))).StoreUnsafe(ref sums);
    }
}
