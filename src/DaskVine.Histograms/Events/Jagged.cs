using System.Diagnostics.CodeAnalysis;

namespace DaskVine.Histograms;

/// <summary>A list of values per event, for kernels that go from event to event: <c>foreach (var pt in jets[i])</c>.</summary>
/// <typeparam name="T">What the lists hold.</typeparam>
[SuppressMessage("Performance", "CA1815", Justification = "Spans cannot be compared as objects.")]
public readonly ref struct Jagged<T>
    where T : unmanaged
{
    internal Jagged(ReadOnlySpan<int> offsets, ReadOnlySpan<T> values)
    {
        Offsets = offsets;
        Values = values;
    }

    /// <summary>Where each event's values begin, and where the last one's end.</summary>
    public ReadOnlySpan<int> Offsets { get; }

    /// <summary>The values of all events.</summary>
    public ReadOnlySpan<T> Values { get; }

    /// <summary>The values of an event.</summary>
    public ReadOnlySpan<T> this[int index] => Values[Offsets[index]..Offsets[index + 1]];
}
