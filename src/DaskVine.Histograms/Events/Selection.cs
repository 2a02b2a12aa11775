namespace DaskVine.Histograms;

/// <summary>Some events, or some objects of all events.</summary>
internal static class Selection
{
    internal static EventColumn Where(EventColumn column, EventColumn mask)
    {
        if (mask.Values is not TruthValues { Values: var kept })
            throw new HistogramException($"A mask is a column of true and false, not of {mask.Values.TypeName}.");
        if (column.EventCount != mask.EventCount)
            throw new HistogramException($"A mask of {mask.EventCount} events does not go with a column of {column.EventCount}.");
        if (mask.IsJagged)
        {
            return column.IsJagged && column.Offsets.SequenceEqual(mask.Offsets)
                ? new EventColumn(column.Values.Where(kept, kept.AsSpan().Count(true)), Kept(column.Offsets, kept))
                : throw new HistogramException("A mask of objects goes with a column of the same objects, and this is another one.");
        }

        if (!column.IsJagged)
            return new EventColumn(column.Values.Where(kept, kept.AsSpan().Count(true)));
        var objects = ColumnValues.Repeat<bool>(kept, column.Offsets);
        return new EventColumn(column.Values.Where(objects, objects.AsSpan().Count(true)), Events(column.Offsets, kept));
    }

    internal static EventColumn At(EventColumn lists, EventColumn place)
    {
        if (place.IsJagged || (!place.IsConstant && place.EventCount != lists.EventCount))
            throw new HistogramException("At takes a place, or a column of one place per event.");
        var (objects, places) = (lists.Values.ToDoubles(), place.Values.ToDoubles());
        var values = objects.Span;
        var at = places.Span;
        var offsets = lists.Offsets;
        var result = new double[lists.EventCount];
        for (var i = 0; i < result.Length; i++)
        {
            var wanted = at[place.IsConstant ? 0 : i];
            result[i] = wanted >= 0 && wanted < offsets[i + 1] - offsets[i] ? values[offsets[i] + (int)wanted] : double.NaN;
        }

        return EventColumn.Of(result);
    }

    // Offsets of all events, with the objects that are kept.
    private static int[] Kept(ReadOnlySpan<int> offsets, bool[] kept)
    {
        var result = new int[offsets.Length];
        for (var i = 1; i < result.Length; i++)
            result[i] = result[i - 1] + kept.AsSpan(offsets[i - 1]..offsets[i]).Count(true);
        return result;
    }

    // Offsets of the events that are kept, with all their objects.
    private static int[] Events(ReadOnlySpan<int> offsets, bool[] kept)
    {
        var result = new int[kept.AsSpan().Count(true) + 1];
        var next = 0;
        for (var i = 0; i < kept.Length; i++)
        {
            if (!kept[i])
                continue;
            result[next + 1] = result[next] + offsets[i + 1] - offsets[i];
            next++;
        }

        return result;
    }
}
