using DaskVine.Client;

namespace DaskVine.Histograms;

/// <summary>
/// Events in files, none of which is read before something is computed. Their columns are lazy: <c>events["Muon_pt"].Max() > 20</c> is what
/// each partition's task will compute. Workers read the files themselves, under the same paths.
/// </summary>
public sealed class EventFiles
{
    private EventFiles(IReadOnlyList<EventPartition> partitions, IReadOnlyList<string> names) => (Partitions, Names) = (partitions, names);

    /// <summary>What is read by a task each: the batches of Arrow files, and whole files of text.</summary>
    public IReadOnlyList<EventPartition> Partitions { get; }

    /// <summary>The names of the columns.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>A column of all events, lazily.</summary>
    /// <exception cref="HistogramException">There is none of that name; the message says which there are.</exception>
    public LazyColumn this[string name] => Names.Contains(name)
        ? new LazyColumn(this, ColumnOp.Read, name: name)
        : throw new HistogramException($"There is no column \"{name}\". There are: {string.Join(", ", Names)}.");

    /// <summary>Finds files of events: Arrow files (.arrow), or tables as text (.csv). All have the same columns.</summary>
    /// <param name="patterns">Paths; the last part of each may have stars: <c>"data/*.arrow"</c>. Files are in the order of their names.</param>
    /// <exception cref="HistogramException">There is no such file, or the first is none of events.</exception>
    /// <exception cref="IOException">One cannot be opened.</exception>
    public static EventFiles Open(params string[] patterns)
    {
        string[] paths = [.. patterns.SelectMany(Find)];
        if (paths.Length == 0)
            throw new HistogramException("No file is named.");
        IReadOnlyList<string> names = EventFile.IsCsv(paths[0])
            ? Events.Open(paths[0]).Names
            : [.. EventFile.Open(paths[0]).Schema.Fields.Select(column => column.Name)];
        EventPartition[] partitions = [.. paths.SelectMany(PartitionsOf)];
        return partitions.Length > 0
            ? new EventFiles(partitions, names)
            : throw new HistogramException($"There are no events in {string.Join(", ", paths)}.");
    }

    /// <summary>
    /// Applies a function of one's own to each partition, at the workers, and adds up what it returns: <c>events.Select(Kernels.Query6)</c>.
    /// </summary>
    /// <param name="kernel">A static method, or a lambda that captures nothing. Its histograms all have the same axes and storage.</param>
    /// <exception cref="GraphException">It captures variables, or is an instance's.</exception>
    public LazyHist Select(Func<Events, Hist> kernel) => new(
        Partitions.Select(partition => EventTasks.Apply(partition, Call.Of(kernel, EventTasks.Opening(partition)))));

    /// <summary>Applies a function of one's own with an argument for all partitions, such as a cut or a record of them.</summary>
    /// <typeparam name="T">What can travel to workers: numbers, texts, arrays, records.</typeparam>
    /// <inheritdoc cref="Select(Func{Events, Hist})"/>
    public LazyHist Select<T>(Func<Events, T, Hist> kernel, T argument) => new(
        Partitions.Select(partition => EventTasks.Apply(partition, Call.Of(kernel, EventTasks.Opening(partition), argument))));

    /// <inheritdoc cref="Events.PairMass"/>
    public LazyColumn PairMass(string collection) => Combined(ColumnOp.PairMass, collection, "pt", "eta", "phi", "mass");

    /// <inheritdoc cref="Events.PairCharge"/>
    public LazyColumn PairCharge(string collection) => Combined(ColumnOp.PairCharge, collection, "charge");

    /// <inheritdoc cref="Events.PairDeltaR"/>
    public LazyColumn PairDeltaR(string collection) => Combined(ColumnOp.PairDeltaR, collection, "eta", "phi");

    /// <inheritdoc cref="Events.TripletMass"/>
    public LazyColumn TripletMass(string collection) => Combined(ColumnOp.TripletMass, collection, "pt", "eta", "phi", "mass");

    /// <inheritdoc cref="Events.TripletPt"/>
    public LazyColumn TripletPt(string collection) => Combined(ColumnOp.TripletPt, collection, "pt", "eta", "phi", "mass");

    private static string[] Find(string pattern)
    {
        var full = Path.GetFullPath(pattern);
        var (directory, name) = (Path.GetDirectoryName(full) ?? "/", Path.GetFileName(full));
        if (!name.Contains('*', StringComparison.Ordinal))
            return File.Exists(full) ? [full] : throw new HistogramException($"There is no file {full}.");
        string[] found = Directory.Exists(directory) ? Directory.GetFiles(directory, name) : [];
        Array.Sort(found, StringComparer.Ordinal);
        return found.Length > 0 ? found : throw new HistogramException($"No file matches {full}.");
    }

    private static IEnumerable<EventPartition> PartitionsOf(string path) => EventFile.IsCsv(path)
        ? [new EventPartition(path, null)]
        : Enumerable.Range(0, EventFile.Open(path).BatchCount).Select(number => new EventPartition(path, number));

    private LazyColumn Combined(ColumnOp operation, string collection, params string[] columns)
    {
        foreach (var column in columns)
            _ = this[$"{collection}_{column}"];
        return new LazyColumn(this, operation, name: collection);
    }
}
