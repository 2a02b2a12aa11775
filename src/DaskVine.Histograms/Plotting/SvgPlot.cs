using System.Globalization;
using System.Text;
using DaskVine.Histograms.Axes;

namespace DaskVine.Histograms.Plotting;

/// <summary>Histograms as scalable pictures (SVG 1.1); each bin says its range and value under the pointer.</summary>
internal static class SvgPlot
{
    // From little to much, as the eye takes them: dark blue, teal, green, yellow.
    private static readonly (double R, double G, double B)[] Colours = [(68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37)];

    internal static string Draw(Hist hist, string title) => hist.Axes.Count switch
    {
        _ when hist.Axes.Any(axis => axis.Size == 0) => throw new HistogramException("There is no category to plot."),
        1 => Steps(Curve.Of(hist), title),
        2 => Map(hist, title),
        _ => throw new HistogramException(
            $"A histogram of {hist.Axes.Count} axes cannot be plotted. Project it onto one or two, or pick bins of the others."),
    };

    private static string Steps(Curve curve, string title)
    {
        var frame = new SvgFrame(title, right: 730);
        var (low, range) = (curve.Edges[0], curve.Edges[^1] - curve.Edges[0]);
        var (foot, top) = (curve.Foot * 1.05, curve.Top * 1.05);
        var path = new StringBuilder(Text($"M{SvgFrame.Left} {Height(0):0.##}"));
        for (var bin = 0; bin < curve.Values.Length; bin++)
            path.Append(Text($"V{Height(curve.Values[bin]):0.##}H{Right(bin):0.##}"));
        frame.Line($"<path class=\"area\" d=\"{path}V{Height(0):0.##}Z\"/>");
        for (var bin = 0; bin < curve.Values.Length; bin++)
            DrawBin(bin);
        frame.Across(curve.Axis, curve.Edges);
        frame.Upwards(
            Ticks.Between(foot, top, 6).Select(tick => ((tick - foot) / (top - foot), Ticks.Text(tick))), "Entries");
        return frame.Finish();

        double Height(double value) => SvgFrame.Y(((double.IsFinite(value) ? value : 0) - foot) / (top - foot));
        double Right(int bin) => frame.X((curve.Edges[bin + 1] - low) / range);
        void DrawBin(int bin)
        {
            var x = bin == 0 ? SvgFrame.Left : Right(bin - 1);
            var (value, error) = (curve.Values[bin], curve.Errors?[bin]);
            if (error is > 0 && double.IsFinite(value + error.Value))
            {
                var middle = (x + Right(bin)) / 2;
                var (from, to) = (Height(Math.Max(value - error.Value, foot)), Height(Math.Min(value + error.Value, top)));
                frame.Line($"<line class=\"error\" x1=\"{middle:0.##}\" y1=\"{from:0.##}\" x2=\"{middle:0.##}\" y2=\"{to:0.##}\"/>");
            }

            var told = Text($"{curve.Axis.Describe(bin)}: {value:G6}") + (error is null ? "" : Text($" ± {error:G3}"));
            frame.Bin(x, SvgFrame.Top, Right(bin) - x, SvgFrame.Foot - SvgFrame.Top, told);
        }
    }

    private static string Map(Hist hist, string title)
    {
        var frame = new SvgFrame(title, right: 650);
        var (x, y) = (hist.Axes[0], hist.Axes[1]);
        var (across, upwards) = (Parts(x), Parts(y));
        var values = hist.Values();
        var top = values.Where(double.IsFinite).DefaultIfEmpty(0).Max() is > 0 and var most ? most : 1;
        for (var cell = 0; cell < values.Length; cell++)
        {
            var (left, low) = (cell / y.Size, cell % y.Size);
            // What is empty stays white, so that few entries stand out.
            if (values[cell] == 0)
                continue;
            frame.Bin(
                frame.X(across[left]),
                SvgFrame.Y(upwards[low + 1]),
                frame.X(across[left + 1]) - frame.X(across[left]),
                SvgFrame.Y(upwards[low]) - SvgFrame.Y(upwards[low + 1]),
                Text($"{x.Describe(left)} × {y.Describe(low)}: {values[cell]:G6}"),
                $"fill=\"{Colour(values[cell] / top)}\"");
        }

        frame.Across(x, Curve.FiniteEdges(x));
        frame.Upwards(SvgFrame.Marks(y, Curve.FiniteEdges(y), 6), Curve.Title(y));
        DrawScale(frame, top);
        return frame.Finish();
    }

    /// <summary>What the colours mean, right of the frame.</summary>
    private static void DrawScale(SvgFrame frame, double top)
    {
        const int Steps = 50;
        for (var step = 0; step < Steps; step++)
        {
            var (low, high) = (SvgFrame.Y((double)step / Steps), SvgFrame.Y((step + 1.0) / Steps));
            frame.Line($"<rect x=\"{frame.Right + 14}\" y=\"{high:0.##}\" width=\"14\" height=\"{low - high + 0.3:0.##}\" fill=\"{Colour((step + 0.5) / Steps)}\"/>");
        }

        foreach (var tick in Ticks.Between(0, top, 5))
            frame.Text(frame.Right + 34, SvgFrame.Y(tick / top) + 5, Ticks.Text(tick), "start");
    }

    private static double[] Parts(Axis axis)
    {
        var edges = Curve.FiniteEdges(axis);
        return Array.ConvertAll(edges, edge => (edge - edges[0]) / (edges[^1] - edges[0]));
    }

    private static string Colour(double part)
    {
        var place = (double.IsFinite(part) ? Math.Clamp(part, 0, 1) : 0) * (Colours.Length - 1);
        var (low, high) = (Colours[(int)place], Colours[Math.Min((int)place + 1, Colours.Length - 1)]);
        var between = place - (int)place;
        return $"#{Mix(low.R, high.R):x2}{Mix(low.G, high.G):x2}{Mix(low.B, high.B):x2}";

        int Mix(double from, double to) => (int)Math.Round(from + ((to - from) * between));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
