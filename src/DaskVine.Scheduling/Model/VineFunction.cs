using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Model;

/// <summary>A function under its content hash, with what is known about how long it takes.</summary>
internal sealed class VineFunction(FunctionCode code, long unknownDurationUs)
{
    // New samples count an eighth: follows a change within some tens of calls, and one outlier does not matter.
    private const int Smoothing = 8;

    // On a busy machine some calls last a thousand times as long as others.
    private const int OutlierFactor = 8;
    private const int ShortUs = 100;

    private bool _measured;
    private VineFunction[]? _alone;
    private int[]? _numberAlone;

    public FunctionCode Code { get; } = code;

    public int Number => Code.Number;

    /// <summary>The functions of a task that has only this one; shared, as most have only one.</summary>
    public VineFunction[] Alone => _alone ??= [this];

    /// <summary>Likewise their numbers.</summary>
    public int[] NumberAlone => _numberAlone ??= [Number];

    /// <summary>How many numbers of clients stand for it; it is forgotten when none does.</summary>
    public int Users { get; set; }

    /// <summary>Once it was named as a library of which workers run few calls at a time.</summary>
    public VineLibrary? Library { get; private set; }

    /// <summary>Whether it was named as a library.</summary>
    public bool IsReadAsLibrary { get; private set; }

    /// <summary>All and only the workers whose <see cref="VineWorker.Functions"/> contain it.</summary>
    public HashSet<VineWorker> Holders { get; } = [];

    /// <summary>Expected duration of a call in microseconds.</summary>
    public long EstimateUs { get; private set; } = unknownDurationUs;

    /// <summary>Expected bytes of a result; null before the first.</summary>
    public long? ResultBytes { get; private set; }

    /// <param name="limited">Itself when workers run few of its calls at a time; null for as many as they have cores.</param>
    public void ReadAsLibrary(VineLibrary? limited) => (Library, IsReadAsLibrary) = (limited, true);

    public void Measure(long durationUs, long resultBytes)
    {
        if (_measured)
            durationUs = Math.Min(durationUs, OutlierFactor * Math.Max(EstimateUs, ShortUs));
        EstimateUs = _measured ? EstimateUs + ((durationUs - EstimateUs) / Smoothing) : durationUs;
        ResultBytes = ResultBytes is { } before ? before + ((resultBytes - before) / Smoothing) : resultBytes;
        _measured = true;
    }
}
