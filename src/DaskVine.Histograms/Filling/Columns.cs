using DaskVine.Histograms.Axes;

namespace DaskVine.Histograms.Filling;

/// <summary>The columns of one fill by axis: up to six of any memory, or any number of arrays.</summary>
internal readonly ref struct Columns
{
    internal const int MostByPlace = 6;

    private readonly Column _first;
    private readonly Column _second;
    private readonly Column _third;
    private readonly Column _fourth;
    private readonly Column _fifth;
    private readonly Column _sixth;
    private readonly Array[]? _arrays;

    // The column of each axis; columns are in the order of axes when there is none.
    private readonly int[]? _places;

    internal Columns(Column first, Column second, Column third, Column fourth, Column fifth, Column sixth, Axis[] axes)
    {
        _first = first;
        _second = second;
        _third = third;
        _fourth = fourth;
        _fifth = fifth;
        _sixth = sixth;
        var count = 0;
        while (count < MostByPlace && !Given(count).IsAbsent)
            count++;
        CheckCount(count, axes);
        _places = Places(count, axes);
    }

    internal Columns(IReadOnlyDictionary<string, Array> columns, Axis[] axes)
    {
        CheckCount(columns.Count, axes);
        foreach (var name in columns.Keys)
            AxisNames.Find(axes, name);
        _arrays = Array.ConvertAll(axes, axis => columns[axis.Name]);
    }

    /// <summary>The column of an axis.</summary>
    internal Column this[int axis] => _arrays is null ? Given(_places is null ? axis : _places[axis]) : Column.Of(_arrays[axis]);

    private Column Given(int place) => place switch
    {
        0 => _first,
        1 => _second,
        2 => _third,
        3 => _fourth,
        4 => _fifth,
        _ => _sixth,
    };

    private static void CheckCount(int count, Axis[] axes)
    {
        if (count != axes.Length)
            throw new HistogramException($"The histogram has {Number(axes.Length, "axis", "axes")}, and {Number(count, "column", "columns")} came.");
    }

    private int[]? Places(int count, Axis[] axes)
    {
        var places = new int[axes.Length];
        Array.Fill(places, -1);
        var named = 0;
        for (var i = 0; i < count; i++)
        {
            if (Given(i).Name is not { } name)
                continue;
            named++;
            var axis = AxisNames.Find(axes, name);
            if (places[axis] >= 0)
                throw new HistogramException($"The column \"{name}\" is there twice.");
            places[axis] = i;
        }

        if (named > 0 && named < count)
            throw new HistogramException("Either all columns of a fill have a name, or none.");
        return named > 0 ? places : null;
    }

    private static string Number(int count, string one, string many) => count == 1 ? $"1 {one}" : $"{count} {many}";
}
