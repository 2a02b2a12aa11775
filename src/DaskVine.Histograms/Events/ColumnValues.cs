using System.Numerics;

namespace DaskVine.Histograms;

/// <summary>The values of a column, of events or of their objects, without a word on which is whose.</summary>
internal abstract class ColumnValues
{
    internal abstract int Length { get; }

    internal abstract string TypeName { get; }

    /// <summary>The values as doubles: their own memory, or a copy.</summary>
    internal abstract ReadOnlyMemory<double> ToDoubles();

    /// <summary>What a histogram is filled with; refers to these values.</summary>
    internal abstract Column AsColumn();

    /// <summary>Those that are kept, of which there are `count`.</summary>
    internal abstract ColumnValues Where(ReadOnlySpan<bool> kept, int count);

    /// <summary>Each value as often as its event has objects.</summary>
    internal abstract ColumnValues Repeat(ReadOnlySpan<int> offsets);

    internal static T[] Where<T>(ReadOnlySpan<T> values, ReadOnlySpan<bool> kept, int count)
    {
        var found = new T[count];
        var next = 0;
        for (var i = 0; i < values.Length && next < count; i++)
        {
            found[next] = values[i];
            next += kept[i] ? 1 : 0;
        }

        return found;
    }

    internal static T[] Repeat<T>(ReadOnlySpan<T> values, ReadOnlySpan<int> offsets)
    {
        var repeated = new T[offsets[^1]];
        for (var i = 0; i < values.Length; i++)
            repeated.AsSpan(offsets[i]..offsets[i + 1]).Fill(values[i]);
        return repeated;
    }
}

/// <summary>Numbers, as they lie in a file or were computed.</summary>
/// <typeparam name="T">double, float, int or long.</typeparam>
internal sealed class NumberValues<T>(ReadOnlyMemory<T> memory) : ColumnValues
    where T : unmanaged, INumber<T>
{
    internal ReadOnlyMemory<T> Memory => memory;

    internal override int Length => memory.Length;

    internal override string TypeName => AsColumn().TypeName;

    internal override ReadOnlyMemory<double> ToDoubles()
    {
        if (memory is ReadOnlyMemory<double> doubles)
            return doubles;
        var values = memory.Span;
        var wide = new double[values.Length];
        for (var i = 0; i < wide.Length; i++)
            wide[i] = double.CreateTruncating(values[i]);
        GC.KeepAlive(this);
        return wide;
    }

    internal override Column AsColumn() => memory switch
    {
        ReadOnlyMemory<double> doubles => doubles.Span,
        ReadOnlyMemory<float> floats => floats.Span,
        ReadOnlyMemory<int> ints => ints.Span,
        ReadOnlyMemory<long> longs => longs.Span,
        _ => throw new InvalidOperationException($"Columns do not hold {typeof(T).Name}."),
    };

    internal override ColumnValues Where(ReadOnlySpan<bool> kept, int count)
    {
        var found = new NumberValues<T>(Where(memory.Span, kept, count));
        GC.KeepAlive(this);
        return found;
    }

    internal override ColumnValues Repeat(ReadOnlySpan<int> offsets)
    {
        var repeated = new NumberValues<T>(Repeat(memory.Span, offsets));
        GC.KeepAlive(this);
        return repeated;
    }
}

/// <summary>Truth values, a byte for each.</summary>
internal sealed class TruthValues(bool[] values) : ColumnValues
{
    internal bool[] Values => values;

    internal override int Length => values.Length;

    internal override string TypeName => "bool";

    internal override ReadOnlyMemory<double> ToDoubles() => Array.ConvertAll(values, value => value ? 1.0 : 0.0);

    internal override Column AsColumn() => values;

    internal override ColumnValues Where(ReadOnlySpan<bool> kept, int count) => new TruthValues(Where<bool>(values, kept, count));

    internal override ColumnValues Repeat(ReadOnlySpan<int> offsets) => new TruthValues(Repeat<bool>(values, offsets));
}
