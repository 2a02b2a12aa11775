namespace DaskVine.Histograms.Storages;

/// <summary>Takes the rows of a fill, block by block.</summary>
internal interface IRowSink
{
    /// <summary>Adds rows by their cells, where -1 is no cell. Each weighs 1 when there are no weights.</summary>
    void Add(ReadOnlySpan<int> cells, ReadOnlySpan<double> weights);

    /// <summary>Puts all rows into the storage, if they are not there yet.</summary>
    void Close();
}
