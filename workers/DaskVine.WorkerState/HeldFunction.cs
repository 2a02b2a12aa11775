using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState;

/// <summary>A function and how long its calls take. <paramref name="code"/> is null for expressions, which call none.</summary>
internal sealed class HeldFunction(FunctionCode? code)
{
    // Older durations fade, since a function's first calls are often its slowest.
    private const int Memory = 16;

    private int _samples;
    private int _sizes;

    public FunctionCode? Code { get; } = code;

    /// <summary>Null before the first call has ended.</summary>
    public double? MeanUs { get; private set; }

    /// <summary>Size of its results; 0 before the first.</summary>
    public double MeanBytes { get; private set; }

    public void MeasureSize(long size)
    {
        _sizes = Math.Min(_sizes + 1, Memory);
        MeanBytes += (size - MeanBytes) / _sizes;
    }

    public void Measure(long durationUs)
    {
        _samples = Math.Min(_samples + 1, Memory);
        var mean = MeanUs ?? 0;
        // Not below one: a thousand calls that take no time still take some.
        MeanUs = Math.Max(1, mean + (Math.Max(1, durationUs) - mean) / _samples);
    }
}
