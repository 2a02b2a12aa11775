namespace DaskVine.Histograms.Kernels;

/// <summary>
/// How many copies of the cells a fill adds to, and how far they are apart. Rows side by side often fall in one cell, and adding to a
/// cell that was just written has to wait for the write: so they take turns over four planes, or over two, or share one, as many as
/// leave room in a core's nearest memory, without which writes cost far more. Cell 0 of each plane takes what falls nowhere, so that
/// no row needs a branch.
/// </summary>
internal readonly struct PlaneLayout
{
    /// <summary>Bytes of all planes together. Measured: twice as many take twice the time.</summary>
    internal const int MaxBytes = 18 << 10;

    internal PlaneLayout(int cells, int cellBytes)
    {
        Cells = cells + 1;
        Planes = 4 * Cells * cellBytes <= MaxBytes ? 4 : 2 * Cells * cellBytes <= MaxBytes ? 2 : 1;
    }

    /// <summary>Cells of a plane, with the one for what falls nowhere.</summary>
    internal int Cells { get; }

    /// <summary>4, 2 or 1.</summary>
    internal int Planes { get; }

    /// <summary>The first cell of the plane that a row of four adds to.</summary>
    internal int Start(int row) => row % Planes * Cells;
}
