using System.Diagnostics.CodeAnalysis;

namespace DaskVine.Histograms;

/// <summary>What each cell of a histogram keeps.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "The names are those that physicists know.")]
public enum StorageKind
{
    /// <summary>A count of rows, exact. It takes no weights.</summary>
    Int64,

    /// <summary>A sum of weights.</summary>
    Double,

    /// <summary>A sum of weights, and the sum of their squares, which is its variance.</summary>
    Weight,
}
