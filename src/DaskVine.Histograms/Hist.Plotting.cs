using DaskVine.Histograms.Plotting;

namespace DaskVine.Histograms;

public sealed partial class Hist
{
    /// <summary>Draws it on the terminal, and with <paramref name="svg"/> into that file too.</summary>
    /// <param name="svg">Path of a file, which is overwritten; null for none.</param>
    /// <param name="to">In place of standard output.</param>
    /// <returns>This histogram.</returns>
    /// <exception cref="HistogramException">There are more than two axes, or there is no bin.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public Hist Plot(string? svg = null, TextWriter? to = null)
    {
        (to ?? Console.Out).WriteLine(ToText());
        if (svg is not null)
            File.WriteAllText(svg, ToSvg());
        return this;
    }

    /// <summary>
    /// A picture of one or two axes in text, without underflow and overflow: columns for numbers, a line for each category, shades for two axes.
    /// </summary>
    /// <param name="columns">Characters of a line, at most.</param>
    /// <param name="rows">Lines of the columns or shades.</param>
    /// <exception cref="HistogramException">There are more than two axes, or there is no bin.</exception>
    public string ToText(int columns = 80, int rows = 12) => TextPlot.Draw(this, columns, rows);

    /// <summary>
    /// A picture of one axis, as steps with error bars where variances are known, or of two, as a map of colours: a whole SVG document.
    /// </summary>
    /// <exception cref="HistogramException">There are more than two axes, or there is no bin.</exception>
    public string ToSvg(string title = "") => SvgPlot.Draw(this, title);
}
