namespace DaskVine.Histograms;

/// <summary>Some events of a file, which one task reads.</summary>
/// <param name="Path">The file, in full.</param>
/// <param name="Number">Which batch of it, from 0; null for the whole file.</param>
public sealed record EventPartition(string Path, int? Number);
