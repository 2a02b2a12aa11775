using System.Globalization;
using System.Security;
using System.Text;
using DaskVine.Histograms.Axes;

namespace DaskVine.Histograms.Plotting;

/// <summary>A picture with a frame, ticks and titles, in which plots draw. Places are in px.</summary>
internal sealed class SvgFrame
{
    internal const double Left = 88;
    internal const double Top = 56;
    internal const double Foot = 428;

    private const double Width = 760;
    private const double Height = 500;
    private const string Style = """
        text { font-family: "Helvetica Neue", Helvetica, Arial, "DejaVu Sans", sans-serif; font-size: 14px; fill: #1f2933; }
        .title { font-size: 18px; font-weight: bold; }
        .area { fill: #a9cbe8; stroke: #1d5c94; stroke-width: 1.4; stroke-linejoin: round; }
        .error { stroke: #1d5c94; stroke-width: 1.2; }
        .bin { fill: #f2b25c; fill-opacity: 0; }
        .bin:hover { fill-opacity: 0.8; }
        .tick { stroke: #1f2933; stroke-width: 1; }
        .frame { fill: none; stroke: #1f2933; stroke-width: 1.2; pointer-events: none; }
        """;

    private readonly StringBuilder _svg = new();

    internal SvgFrame(string title, double right)
    {
        Right = right;
        Line($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\">");
        if (title.Length > 0)
            Line($"<title>{Escape(title)}</title>");
        Line($"<style>{Style}</style>");
        Line($"<rect width=\"{Width}\" height=\"{Height}\" fill=\"#ffffff\"/>");
        Text(Left, 34, title, "start", " class=\"title\"");
    }

    internal double Right { get; }

    /// <summary>A place from left to right for a part from 0 to 1.</summary>
    internal double X(double part) => Left + ((Right - Left) * part);

    /// <summary>A place upwards for a part from 0 to 1.</summary>
    internal static double Y(double part) => Foot - ((Foot - Top) * part);

    internal void Line(FormattableString line) => _svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    internal void Text(double x, double y, string text, string anchor, string more = "")
    {
        if (text.Length > 0)
            Line($"<text x=\"{x:0.##}\" y=\"{y:0.##}\" text-anchor=\"{anchor}\"{more}>{Escape(text)}</text>");
    }

    /// <summary>A bin that shows what it holds under the pointer.</summary>
    internal void Bin(double x, double y, double width, double height, string text, string look = "class=\"bin\"") =>
        Line($"<rect {look} x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{width:0.##}\" height=\"{height:0.##}\"><title>{Escape(text)}</title></rect>");

    /// <summary>Ticks and title of the axis from left to right.</summary>
    internal void Across(Axis axis, double[] edges)
    {
        foreach (var (part, text) in Marks(axis, edges, 8))
        {
            Line($"<line class=\"tick\" x1=\"{X(part):0.##}\" y1=\"{Foot}\" x2=\"{X(part):0.##}\" y2=\"{Foot - 7}\"/>");
            Text(X(part), Foot + 20, text, "middle");
        }

        Text(Right, Foot + 46, Curve.Title(axis), "end");
    }

    /// <summary>Ticks and title of a scale upwards.</summary>
    internal void Upwards(IEnumerable<(double Part, string Text)> marks, string title)
    {
        foreach (var (part, text) in marks)
        {
            Line($"<line class=\"tick\" x1=\"{Left}\" y1=\"{Y(part):0.##}\" x2=\"{Left + 7}\" y2=\"{Y(part):0.##}\"/>");
            Text(Left - 8, Y(part) + 5, text, "end");
        }

        var middle = (Top + Foot) / 2;
        Text(22, middle, title, "middle", string.Create(CultureInfo.InvariantCulture, $" transform=\"rotate(-90 22 {middle})\""));
    }

    /// <summary>Where to write what along an axis: round numbers, or the names of categories.</summary>
    internal static IEnumerable<(double Part, string Text)> Marks(Axis axis, double[] edges, int about)
    {
        var (low, range) = (edges[0], edges[^1] - edges[0]);
        if (axis is not NumericAxis)
            return Enumerable.Range(0, axis.Size).Select(bin => ((bin + 0.5) / axis.Size, axis.Describe(bin)));
        return Ticks.Between(low, edges[^1], about).Select(tick => ((tick - low) / range, Ticks.Text(tick)));
    }

    /// <summary>The whole document.</summary>
    internal string Finish()
    {
        Line($"<rect class=\"frame\" x=\"{Left}\" y=\"{Top}\" width=\"{Right - Left}\" height=\"{Foot - Top}\"/>");
        Line($"</svg>");
        return _svg.ToString();
    }

    private static string Escape(string text) => SecurityElement.Escape(text);
}
