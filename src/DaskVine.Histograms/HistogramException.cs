namespace DaskVine.Histograms;

/// <summary>A histogram was asked for what it cannot do. The message names the axis or column and says what would do.</summary>
public sealed class HistogramException : Exception
{
    /// <summary>Says what was wrong, in a sentence for a person.</summary>
    public HistogramException(string message)
        : base(message)
    {
    }

    /// <inheritdoc cref="HistogramException(string)"/>
    public HistogramException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
