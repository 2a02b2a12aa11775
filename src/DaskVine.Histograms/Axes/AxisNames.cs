namespace DaskVine.Histograms.Axes;

/// <summary>Axes by name.</summary>
internal static class AxisNames
{
    /// <summary>The place of the axis of that name.</summary>
    /// <exception cref="HistogramException">There is none; the message tells which there are.</exception>
    internal static int Find(Axis[] axes, string name)
    {
        var place = name.Length == 0 ? -1 : Array.FindIndex(axes, axis => axis.Name == name);
        return place >= 0 ? place : throw new HistogramException($"There is no axis \"{name}\". {Known(axes)}");
    }

    /// <summary>Refuses axes of which two have one name.</summary>
    internal static void CheckUnique(Axis[] axes)
    {
        var names = new HashSet<string>();
        foreach (var axis in axes)
        {
            if (axis.Name.Length > 0 && !names.Add(axis.Name))
                throw new HistogramException($"Two axes are called \"{axis.Name}\".");
        }
    }

    private static string Known(Axis[] axes)
    {
        var names = axes.Where(axis => axis.Name.Length > 0).Select(axis => $"\"{axis.Name}\"").ToList();
        return names.Count == 0 ? "The axes have no names." : $"Known are {string.Join(", ", names)}.";
    }
}
