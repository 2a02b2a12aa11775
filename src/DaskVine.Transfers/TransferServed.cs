namespace DaskVine.Transfers;

/// <summary>A request was answered to its end.</summary>
/// <param name="File">Number of the file.</param>
/// <param name="Bytes">Bytes of the file, or of the tar stream, that were sent.</param>
/// <param name="Duration">From the request to the last byte given to the kernel.</param>
public sealed record TransferServed(long File, long Bytes, TimeSpan Duration);
