using DaskVine.Histograms.Axes;

namespace DaskVine.Histograms.Picking;

/// <summary>What becomes of an axis, and where its slots go: -1 drops a slot. Without an axis every slot that is kept goes to 0.</summary>
internal readonly record struct AxisMap(Axis? Axis, int[] Slots)
{
    /// <summary>Each slot to itself, also on an axis that has become longer.</summary>
    internal static int[] Same(Axis axis) => [.. Enumerable.Range(0, axis.Extent)];

    /// <summary>The axis is gone, and all its slots count.</summary>
    internal static AxisMap Sum(Axis axis) => new(Axis: null, new int[axis.Extent]);

    /// <summary>The places of the axes that are kept.</summary>
    internal static int[] All(AxisMap[] maps) => [.. Enumerable.Range(0, maps.Length).Where(place => maps[place].Axis is not null)];

    /// <summary>The new cell of each old one, in their order, given how far apart the slots of each axis will be.</summary>
    internal static int[] Cells(AxisMap[] maps, int[] strides)
    {
        int[] cells = [0];
        for (var axis = 0; axis < maps.Length; axis++)
        {
            var slots = maps[axis].Slots;
            var longer = new int[cells.Length * slots.Length];
            for (var i = 0; i < longer.Length; i++)
            {
                var (cell, slot) = (cells[i / slots.Length], slots[i % slots.Length]);
                longer[i] = cell < 0 || slot < 0 ? -1 : cell + (slot * strides[axis]);
            }

            cells = longer;
        }

        return cells;
    }
}
