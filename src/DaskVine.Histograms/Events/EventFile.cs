using System.Collections.Concurrent;
using DaskVine.Arrow;
using DaskVine.ZeroMq;

namespace DaskVine.Histograms;

/// <summary>
/// An Arrow file of events, mapped. Those who open it share one, which stays as long as somebody has columns of it, and at least until some
/// others were opened: one query after another goes over the same files.
/// </summary>
internal sealed class EventFile
{
    private const int Kept = 64;

    private static readonly ConcurrentDictionary<string, WeakReference<EventFile>> s_open = new();
    private static readonly ConcurrentQueue<EventFile> s_latest = new();

    private readonly string _path;
    private readonly ArrowFileReader _reader;
    private readonly (DateTime Written, long Length) _stamp;

    // A batch refers to the mapped memory, and so do its columns.
    private readonly ConcurrentDictionary<int, RecordBatch> _batches = new();

    private EventFile(string path, (DateTime, long) stamp)
    {
        _path = path;
        _stamp = stamp;
        _reader = new ArrowFileReader(MappedFile.Open(path).Memory);
    }

    internal int BatchCount => _reader.BatchCount;

    internal Schema Schema => _reader.Schema;

    internal static bool IsCsv(string path) => path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="HistogramException">It is no Arrow file.</exception>
    internal static EventFile Open(string path)
    {
        var full = Path.GetFullPath(path);
        var info = new FileInfo(full);
        if (!info.Exists)
            throw new FileNotFoundException($"There is no file {full}. Workers need the files of events under the same paths.", full);
        var stamp = (info.LastWriteTimeUtc, info.Length);
        if (s_open.TryGetValue(full, out var known) && known.TryGetTarget(out var open) && open._stamp == stamp)
            return open;
        try
        {
            var file = new EventFile(full, stamp);
            s_open[full] = new WeakReference<EventFile>(file);
            s_latest.Enqueue(file);
            if (s_latest.Count > Kept)
                s_latest.TryDequeue(out _);
            return file;
        }
        catch (ArrowFormatException e)
        {
            throw new HistogramException($"{full} is no Arrow file of events: {e.Message}", e);
        }
    }

    /// <exception cref="HistogramException">There is no such batch, or it is malformed.</exception>
    internal RecordBatch ReadBatch(int number)
    {
        if ((uint)number >= (uint)BatchCount)
            throw new HistogramException($"{_path} has {BatchCount} partitions, and no partition {number}.");
        try
        {
            return _batches.GetOrAdd(number, _reader.ReadBatch);
        }
        catch (ArrowFormatException e)
        {
            throw new HistogramException($"Partition {number} of {_path} is malformed: {e.Message}", e);
        }
    }

    internal ArrowTable ReadAll() => new(Schema, [.. Enumerable.Range(0, BatchCount).Select(ReadBatch)]);
}
