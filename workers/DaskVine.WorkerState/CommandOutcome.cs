using DaskVine.Protocol;
using DaskVine.Protocol.Commands;

namespace DaskVine.WorkerState;

/// <summary>What came of a command.</summary>
public abstract record CommandOutcome;

/// <summary>It ran, or could not be run, and this is to be told of it.</summary>
/// <param name="Report">What is told; its output is empty when <paramref name="Value"/> is null.</param>
/// <param name="Value">The report as bytes, or null: it was written to the path of its call.</param>
/// <param name="Size">Bytes of the report.</param>
/// <param name="Tail">The end of its output, for people.</param>
public sealed record CommandReported(CommandReport Report, ReadOnlyMemory<byte>? Value, long Size, string Tail) : CommandOutcome;

/// <summary>An input was not in the cache, so it did not run.</summary>
public sealed record CommandInputLost(FileId File, string Reason) : CommandOutcome;

/// <summary>It was killed as it was asked for, and left nothing.</summary>
public sealed record CommandKilled : CommandOutcome;
