using DaskVine.Histograms.Plotting;

namespace DaskVine.Histograms;

public sealed partial class Hist
{
    /// <summary>
    /// A picture of one or two axes in text, without underflow and overflow: columns for numbers, a line for each category, shades for two axes.
    /// </summary>
    /// <param name="columns">Characters of a line, at most.</param>
    /// <param name="rows">Lines of the columns or shades.</param>
    /// <exception cref="HistogramException">There are more than two axes, or there is no bin.</exception>
    public string Plot(int columns = 80, int rows = 12) => TextPlot.Draw(this, columns, rows);

    /// <summary>
    /// A picture of one axis, as steps with error bars where variances are known, or of two, as a map of colours: a whole SVG document.
    /// </summary>
    /// <exception cref="HistogramException">There are more than two axes, or there is no bin.</exception>
    public string ToSvg(string title = "") => SvgPlot.Draw(this, title);
}
