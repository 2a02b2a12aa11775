using System.Diagnostics.CodeAnalysis;

namespace DaskVine.Histograms;

/// <summary>What a further axis is filled with: a lazy column, or one text for all rows. Both convert to it by themselves.</summary>
[SuppressMessage("Usage", "CA2225", Justification = "It is there to be converted to.")]
public sealed class FillColumn
{
    private FillColumn(LazyColumn? column, string? text) => (Column, Text) = (column, text);

    internal LazyColumn? Column { get; }

    internal string? Text { get; }

    /// <summary>A column.</summary>
    public static implicit operator FillColumn(LazyColumn column) => new(column, null);

    /// <summary>A category for all rows.</summary>
    public static implicit operator FillColumn(string text) => new(null, text);
}
