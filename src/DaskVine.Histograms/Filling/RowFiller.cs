using System.Runtime.CompilerServices;
using DaskVine.Histograms.Axes;
using DaskVine.Histograms.Kernels;
using DaskVine.Histograms.Storages;

namespace DaskVine.Histograms.Filling;

/// <summary>Takes rows in blocks through three steps: the slot of each axis, the cell, the sink.</summary>
internal readonly ref struct RowFiller
{
    /// <summary>Rows of a block: what a block needs stays in a core's nearest memory. Measured.</summary>
    internal const int Block = 512;

    private readonly Axis[] _axes;

    // For axes that grow, the slot of every row, as they had to be known before.
    private readonly int[]?[] _codes;
    private readonly Columns _columns;
    private readonly Column _weight;
    private readonly Column _mask;

    internal RowFiller(Axis[] axes, int[]?[] codes, Columns columns, Column weight, Column mask)
    {
        _axes = axes;
        _codes = codes;
        _columns = columns;
        _weight = weight;
        _mask = mask;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Fill(int rows, IRowSink sink)
    {
        Span<int> cells = stackalloc int[Block];
        Span<int> slots = stackalloc int[Block];
        Span<double> buffer = stackalloc double[Block];
        if (_weight.IsScalar)
            buffer.Fill(_weight.Doubles(0, 1, stackalloc double[1])[0]);
        for (var first = 0; first < rows; first += Block)
        {
            var block = cells[..Math.Min(Block, rows - first)];
            FindCells(first, block, slots[..block.Length]);
            if (!_mask.IsAbsent)
                CellIndexes.Mask(block, _mask.Bools[first..]);
            sink.Add(block, Weights(first, block.Length, buffer));
        }

        sink.Close();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FindCells(int first, Span<int> cells, Span<int> slots)
    {
        for (var axis = 0; axis < _axes.Length; axis++)
        {
            var found = axis == 0 ? cells : slots;
            if (_columns[axis].IsScalar)
            {
                Span<int> slot = [0];
                FindSlots(axis, 0, slot);
                found.Fill(slot[0]);
            }
            else
            {
                FindSlots(axis, first, found);
            }

            if (axis > 0)
                CellIndexes.Extend(cells, slots, _axes[axis].Extent);
        }
    }

    private void FindSlots(int axis, int first, Span<int> slots)
    {
        if (_codes[axis] is { } codes)
            codes.AsSpan(first, slots.Length).CopyTo(slots);
        else
            _axes[axis].FindSlots(_columns[axis], first, slots);
    }

    private ReadOnlySpan<double> Weights(int first, int count, Span<double> buffer) =>
        _weight.IsAbsent ? default : _weight.IsScalar ? buffer[..count] : _weight.Doubles(first, count, buffer);
}
