using DaskVine.Arrow;

namespace DaskVine.Histograms;

/// <summary>
/// A partition of events: named columns of one length, of which each event has one value (MET_pt) or a list of values (Muon_pt). Columns are
/// read where they lie, so hold this object for as long as spans of its columns are used. For any number of threads.
/// </summary>
public sealed class Events
{
    private readonly RecordBatch _batch;
    private readonly Dictionary<string, EventColumn> _columns = [];

    private Events(RecordBatch batch) => _batch = batch;

    /// <summary>Number of events.</summary>
    public int Count => _batch.Length;

    /// <summary>The names of the columns, in order.</summary>
    public IReadOnlyList<string> Names => [.. _batch.Schema.Fields.Select(found => found.Name)];

    /// <summary>A column by name.</summary>
    /// <exception cref="HistogramException">There is none, or it holds what columns of events cannot; the message names it.</exception>
    public EventColumn this[string name]
    {
        get
        {
            lock (_columns)
            {
                if (!_columns.TryGetValue(name, out var column))
                    _columns.Add(name, column = ArrowColumns.Read(Find(name), name));
                return column;
            }
        }
    }

    /// <summary>The events of a batch, in place.</summary>
    public static Events Of(RecordBatch batch) => new(batch);

    /// <summary>The events of a table; columns are copied when it has several batches.</summary>
    public static Events Of(ArrowTable table) => new(table.Batches is [var only] ? only : Joined(table));

    /// <summary>
    /// The events of a file: an Arrow file, which is mapped (by its partitions, see <see cref="EventFiles"/>, or as one), or a table as
    /// text (.csv).
    /// </summary>
    /// <param name="path">Where it is.</param>
    /// <param name="partition">Which batch of an Arrow file, from 0; null for all.</param>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="HistogramException">It is no such file, or has no such partition; the message names it.</exception>
    public static Events Open(string path, int? partition = null)
    {
        if (EventFile.IsCsv(path))
            return Of(CsvTable.Read(path));
        var file = EventFile.Open(path);
        return partition is { } number ? Of(file.ReadBatch(number)) : Of(file.ReadAll());
    }

    /// <summary>A column with one value per event, in place.</summary>
    /// <typeparam name="T">double, float, int, long or bool: what the column holds.</typeparam>
    /// <exception cref="HistogramException">It holds another type, or lists.</exception>
    public ReadOnlySpan<T> Flat<T>(string name)
        where T : unmanaged
    {
        var column = this[name];
        return !column.IsJagged
            ? Typed<T>(column, name)
            : throw new HistogramException($"The column \"{name}\" has a list per event: read it with Jagged, or reduce it.");
    }

    /// <summary>A column with a list per event, in place.</summary>
    /// <typeparam name="T">double, float, int, long or bool: what the lists hold.</typeparam>
    /// <exception cref="HistogramException">It holds another type, or no lists.</exception>
    public Jagged<T> Jagged<T>(string name)
        where T : unmanaged
    {
        var column = this[name];
        return column.IsJagged
            ? new Jagged<T>(column.Offsets, Typed<T>(column, name))
            : throw new HistogramException($"The column \"{name}\" has one value per event: read it with Flat.");
    }

    /// <summary>The invariant mass of each pair of a collection's objects, from its columns pt, eta, phi and mass: ("Muon") → Muon_pt …</summary>
    /// <remarks>Pairs are in the order (0, 1), (0, 2), …, (1, 2), … of each event.</remarks>
    public EventColumn PairMass(string collection) => Combinations.PairMass(this, collection);

    /// <summary>The product of both charges of each pair, from the column charge: -1 where they are opposite.</summary>
    public EventColumn PairCharge(string collection) => Combinations.PairCharge(this, collection);

    /// <summary>The distance ΔR of each pair, from the columns eta and phi.</summary>
    public EventColumn PairDeltaR(string collection) => Combinations.PairDeltaR(this, collection);

    /// <summary>The invariant mass of each combination of three, from the columns pt, eta, phi and mass.</summary>
    /// <remarks>Triplets are in the order (0, 1, 2), (0, 1, 3), …, (0, 2, 3), … of each event.</remarks>
    public EventColumn TripletMass(string collection) => Combinations.Triplets(this, collection, static vector => vector.Mass);

    /// <summary>The transverse momentum of each combination of three.</summary>
    public EventColumn TripletPt(string collection) => Combinations.Triplets(this, collection, static vector => vector.Pt);

    private static RecordBatch Joined(ArrowTable table)
    {
        ArrowArray[] columns = [.. table.Schema.Fields.Select(field => table.Combined(field.Name))];
        return new RecordBatch(table.Schema, columns.Length == 0 ? 0 : columns[0].Length, columns);
    }

    private static ReadOnlySpan<T> Typed<T>(EventColumn column, string name)
        where T : unmanaged
    {
        try
        {
            return column.Span<T>();
        }
        catch (HistogramException e)
        {
            throw new HistogramException($"\"{name}\": {e.Message}", e);
        }
    }

    private ArrowArray Find(string name)
    {
        var index = _batch.Schema.IndexOf(name);
        return index >= 0
            ? _batch.Columns[index]
            : throw new HistogramException($"There is no column \"{name}\". There are: {string.Join(", ", Names)}.");
    }
}
