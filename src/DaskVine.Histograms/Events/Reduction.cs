namespace DaskVine.Histograms;

/// <summary>From objects to their events.</summary>
internal static class Reduction
{
    internal static EventColumn OfTruths(ColumnOp operation, EventColumn lists)
    {
        var truths = ColumnOperations.Truths(lists, operation);
        var offsets = lists.Offsets;
        var result = new bool[lists.EventCount];
        for (var i = 0; i < result.Length; i++)
        {
            var objects = truths.AsSpan(offsets[i]..offsets[i + 1]);
            result[i] = operation == ColumnOp.Any ? objects.Contains(true) : !objects.Contains(false);
        }

        return EventColumn.Of(result);
    }

    internal static EventColumn OfNumbers(ColumnOp operation, EventColumn lists)
    {
        var offsets = lists.Offsets;
        if (operation == ColumnOp.Count)
            return Whole(Counts(offsets));
        if (operation == ColumnOp.Sum && lists.Values is TruthValues truths)
            return Whole(Trues(truths.Values, offsets));
        var doubles = lists.Values.ToDoubles();
        var values = doubles.Span;
        if (operation is ColumnOp.ArgMin or ColumnOp.ArgMax)
        {
            var places = new int[lists.EventCount];
            for (var i = 0; i < places.Length; i++)
                places[i] = Place(values[offsets[i]..offsets[i + 1]], operation == ColumnOp.ArgMax);
            return Whole(places);
        }

        var result = new double[lists.EventCount];
        for (var i = 0; i < result.Length; i++)
        {
            var objects = values[offsets[i]..offsets[i + 1]];
            result[i] = operation == ColumnOp.Sum ? Sum(objects) : Extreme(objects, operation == ColumnOp.Max);
        }

        return EventColumn.Of(result);
    }

    private static EventColumn Whole(int[] values) => new(new NumberValues<int>(values));

    private static int[] Counts(ReadOnlySpan<int> offsets)
    {
        var counts = new int[offsets.Length - 1];
        for (var i = 0; i < counts.Length; i++)
            counts[i] = offsets[i + 1] - offsets[i];
        return counts;
    }

    private static int[] Trues(bool[] truths, ReadOnlySpan<int> offsets)
    {
        var counts = new int[offsets.Length - 1];
        for (var i = 0; i < counts.Length; i++)
            counts[i] = truths.AsSpan(offsets[i]..offsets[i + 1]).Count(true);
        return counts;
    }

    // One after another, as whoever checks it would.
    private static double Sum(ReadOnlySpan<double> objects)
    {
        var sum = 0.0;
        foreach (var value in objects)
            sum += value;
        return sum;
    }

    private static double Extreme(ReadOnlySpan<double> objects, bool isGreatest)
    {
        var place = Place(objects, isGreatest);
        return place < 0 ? double.NaN : objects[place];
    }

    // The first of equals. NaN is neither great nor little, and counts where there is nothing else.
    private static int Place(ReadOnlySpan<double> objects, bool isGreatest)
    {
        if (objects.IsEmpty)
            return -1;
        var place = 0;
        for (var i = 1; i < objects.Length; i++)
        {
            var (value, best) = (objects[i], objects[place]);
            if ((isGreatest ? value > best : value < best) || (double.IsNaN(best) && !double.IsNaN(value)))
                place = i;
        }

        return place;
    }
}
