namespace DaskVine.Transfers;

/// <summary>A file has arrived.</summary>
/// <param name="Bytes">Moved by this call, without what was there before.</param>
/// <param name="Checksum">CRC32C of the whole file, of a directory that of its tar stream.</param>
public sealed record TransferOutcome(long Bytes, uint Checksum);
