using System.Text;
using DaskVine.Histograms.Axes;

namespace DaskVine.Histograms.Plotting;

/// <summary>Histograms as lines of text for a terminal.</summary>
internal static class TextPlot
{
    private const string Rising = " ▁▂▃▄▅▆▇█";
    private const string Growing = " ▏▎▍▌▋▊▉█";
    private const string Shades = " ░▒▓█";
    private const int Margin = 9;

    internal static string Draw(Hist hist, int columns, int rows)
    {
        columns = Math.Max(columns, Margin + 12);
        rows = Math.Max(rows, 2);
        var lines = hist.Axes.Count switch
        {
            1 when hist.Axes[0] is NumericAxis => Columns(Curve.Of(hist), columns - Margin - 1, rows),
            1 => Bars(Curve.Of(hist), columns),
            2 => Map(hist, columns - Margin - 1, rows),
            _ => throw new HistogramException(
                $"A histogram of {hist.Axes.Count} axes cannot be plotted. Project it onto one or two, or pick bins of the others."),
        };
        return string.Join('\n', lines.Select(line => line.TrimEnd()));
    }

    /// <summary>Bins side by side from left to right, each as high as its value; several share a column when there are too many.</summary>
    private static IEnumerable<string> Columns(Curve curve, int width, int rows)
    {
        var heights = Share(curve.Values, width).Select(value => Math.Clamp(value / curve.Top, 0, 1) * rows).ToArray();
        for (var row = rows - 1; row >= 0; row--)
        {
            var line = new StringBuilder(row == rows - 1 ? Ticks.Text(curve.Top).PadLeft(Margin) : new string(' ', Margin));
            line.Append(row == rows - 1 ? '┤' : '│');
            foreach (var height in heights)
                line.Append(Level(Rising, height - row));
            yield return line.ToString();
        }

        yield return $"{"0",Margin}└{new string('─', heights.Length)}";
        foreach (var line in Foot(curve.Axis, heights.Length))
            yield return line;
    }

    /// <summary>A line for each category.</summary>
    private static IEnumerable<string> Bars(Curve curve, int columns)
    {
        var names = Names(curve.Axis);
        var (name, value) = (names.Max(text => text.Length), curve.Values.Max(number => Ticks.Text(number).Length));
        var width = Math.Max(columns - name - value - 4, 4);
        for (var bin = 0; bin < names.Length; bin++)
        {
            var length = Math.Clamp(curve.Values[bin] / curve.Top, 0, 1) * width;
            var bar = string.Concat(Enumerable.Range(0, width).Select(cell => Level(Growing, length - cell)));
            yield return $"{names[bin].PadLeft(name)} {Ticks.Text(curve.Values[bin]).PadLeft(value)} │{bar}";
        }

        if (Curve.Title(curve.Axis) is { Length: > 0 } title)
            yield return $"{new string(' ', name + value + 3)}{title}";
    }

    /// <summary>The first axis from left to right, the second one upwards, values as shades.</summary>
    private static IEnumerable<string> Map(Hist hist, int width, int rows)
    {
        var (x, y) = (hist.Axes[0], hist.Axes[1]);
        var values = hist.Values();
        var across = Enumerable.Range(0, y.Size)
            .Select(bin => Share([.. Enumerable.Range(0, x.Size).Select(left => values[(left * y.Size) + bin])], width)).ToArray();
        var cells = Enumerable.Range(0, across[0].Length).Select(column => Share([.. across.Select(line => line[column])], rows)).ToArray();
        var top = cells.Max(column => column.Max()) is > 0 and var most ? most : 1;
        for (var row = cells[0].Length - 1; row >= 0; row--)
        {
            var label = row == 0 || row == cells[0].Length - 1 ? End(y, row > 0) : "";
            yield return $"{Short(label).PadLeft(Margin)}│{string.Concat(cells.Select(column => Level(Shades, column[row] / top)))}";
        }

        yield return $"{new string(' ', Margin)}└{new string('─', cells.Length)}";
        foreach (var line in Foot(x, cells.Length))
            yield return line;
        yield return $"{new string(' ', Margin + 1)}upwards: {Curve.Title(y)}, █ = {Ticks.Text(top)}";
    }

    /// <summary>Means of values that share a cell, or each value over as many cells as fit.</summary>
    private static double[] Share(double[] values, int cells)
    {
        if (values.Length <= cells)
            return [.. values.SelectMany(value => Enumerable.Repeat(value, cells / values.Length))];
        return [.. Enumerable.Range(0, cells).Select(cell =>
            values[(cell * values.Length / cells)..((cell + 1) * values.Length / cells)].Average())];
    }

    // Rounded up, so that a bin with few entries still shows.
    private static char Level(string levels, double part) =>
        double.IsNaN(part) ? '?' : levels[(int)Math.Ceiling(Math.Clamp(part, 0, 1) * (levels.Length - 1))];

    private static IEnumerable<string> Foot(Axis axis, int width)
    {
        var (low, high) = (End(axis, isHigh: false), End(axis, isHigh: true));
        var title = Curve.Title(axis);
        var line = low.PadRight(width - high.Length) + high;
        if (title.Length > 0 && low.Length + high.Length + title.Length + 4 <= width)
        {
            var at = (width - title.Length) / 2;
            line = line.Remove(at, title.Length).Insert(at, title);
            title = "";
        }

        yield return new string(' ', Margin + 1) + line;
        if (title.Length > 0)
            yield return new string(' ', Margin + 1) + title;
    }

    private static string End(Axis axis, bool isHigh) => axis switch
    {
        _ when axis.Size == 0 => "",
        NumericAxis numeric => Ticks.Text(Curve.FiniteEdges(numeric)[isHigh ? numeric.Size : 0]),
        _ => axis.Describe(isHigh ? axis.Size - 1 : 0),
    };

    private static string Short(string text) => text.Length <= Margin ? text : text[..(Margin - 1)] + "…";

    private static string[] Names(Axis axis) =>
        axis.Size > 0 ? [.. Enumerable.Range(0, axis.Size).Select(axis.Describe)] : throw new HistogramException("There is no category to plot.");
}
