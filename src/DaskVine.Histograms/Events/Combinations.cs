namespace DaskVine.Histograms;

/// <summary>Columns with a value for each pair or triplet of an event's objects.</summary>
internal static class Combinations
{
    internal static EventColumn PairMass(Events events, string collection)
    {
        var objects = new Particles(events, collection);
        var offsets = PairOffsets(objects.Offsets);
        var masses = new double[offsets[^1]];
        var vectors = new LorentzVector[objects.MostObjects];
        var next = 0;
        for (var i = 0; i < events.Count; i++)
        {
            var found = objects.Read(i, vectors);
            for (var first = 0; first < found.Length; first++)
            {
                for (var second = first + 1; second < found.Length; second++)
                    masses[next++] = (found[first] + found[second]).Mass;
            }
        }

        return new EventColumn(new NumberValues<double>(masses), offsets);
    }

    internal static EventColumn PairCharge(Events events, string collection)
    {
        var charge = Lists(events, $"{collection}_charge");
        return Pairs(charge, (charges, first, second) => charges[first] * charges[second], charge.ToDoubles());
    }

    internal static EventColumn PairDeltaR(Events events, string collection)
    {
        var (eta, phi) = (Lists(events, $"{collection}_eta"), Lists(events, $"{collection}_phi"));
        SameObjects(eta, phi, collection);
        // One behind the other, as a lambda cannot hold spans.
        var both = new double[2 * eta.Length];
        eta.ToDoubles().CopyTo(both);
        phi.ToDoubles().CopyTo(both.AsSpan(eta.Length));
        GC.KeepAlive(phi);
        var half = eta.Length;
        return Pairs(eta, (values, a, b) => Kinematics.DeltaR(values[a], values[half + a], values[b], values[half + b]), both);
    }

    internal static EventColumn Triplets(Events events, string collection, Func<LorentzVector, double> of)
    {
        var objects = new Particles(events, collection);
        var offsets = Offsets(objects.Offsets, count => (long)count * (count - 1) * (count - 2) / 6);
        var result = new double[offsets[^1]];
        var vectors = new LorentzVector[objects.MostObjects];
        var next = 0;
        for (var i = 0; i < events.Count; i++)
        {
            var found = objects.Read(i, vectors);
            for (var first = 0; first < found.Length; first++)
            {
                for (var second = first + 1; second < found.Length; second++)
                {
                    var two = found[first] + found[second];
                    for (var third = second + 1; third < found.Length; third++)
                        result[next++] = of(two + found[third]);
                }
            }
        }

        return new EventColumn(new NumberValues<double>(result), offsets);
    }

    internal static EventColumn Lists(Events events, string name) => events[name] is { IsJagged: true } lists
        ? lists
        : throw new HistogramException($"The column \"{name}\" has one value per event, and combinations are of lists.");

    internal static void SameObjects(EventColumn left, EventColumn right, string collection)
    {
        if (!left.Offsets.SequenceEqual(right.Offsets))
            throw new HistogramException($"The columns of \"{collection}\" have different numbers of objects in an event.");
    }

    private static EventColumn Pairs(EventColumn lists, PairValue of, ReadOnlySpan<double> values)
    {
        var offsets = PairOffsets(lists.Offsets);
        var result = new double[offsets[^1]];
        var starts = lists.Offsets;
        var next = 0;
        for (var i = 0; i < lists.EventCount; i++)
        {
            for (var first = starts[i]; first < starts[i + 1]; first++)
            {
                for (var second = first + 1; second < starts[i + 1]; second++)
                    result[next++] = of(values, first, second);
            }
        }

        GC.KeepAlive(lists);
        return new EventColumn(new NumberValues<double>(result), offsets);
    }

    private static int[] PairOffsets(ReadOnlySpan<int> offsets) => Offsets(offsets, count => (long)count * (count - 1) / 2);

    private static int[] Offsets(ReadOnlySpan<int> offsets, Func<int, long> combinations)
    {
        var result = new int[offsets.Length];
        for (var i = 1; i < result.Length; i++)
        {
            var end = result[i - 1] + combinations(offsets[i] - offsets[i - 1]);
            result[i] = end <= Array.MaxLength
                ? (int)end
                : throw new HistogramException("A partition has more combinations than fit: cut it into smaller ones, or select objects first.");
        }

        return result;
    }

    private delegate double PairValue(ReadOnlySpan<double> values, int first, int second);
}
