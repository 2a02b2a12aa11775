using DaskVine.Protocol.Commands;

namespace DaskVine.Client;

/// <summary>When an output of a command is kept.</summary>
public enum OutputCondition
{
    /// <summary>Whatever became of the command.</summary>
    Always,

    /// <summary>Only when it failed: its exit code is not 0.</summary>
    Failure,

    /// <summary>Only when it ended with exit code 0.</summary>
    Success,
}

/// <summary>What a running command has appended to an output that is watched.</summary>
/// <param name="Offset">Where the bytes belong; 0 when the output began, or begins anew as its command does: what came before is void.</param>
/// <param name="Data">The bytes; perhaps none at offset 0.</param>
public readonly record struct WatchedPiece(long Offset, ReadOnlyMemory<byte> Data);

/// <summary>An input of a command.</summary>
internal readonly record struct MountedInput(VineFile File, string Name, CommandInputOptions Options);

/// <summary>An output of a command.</summary>
internal readonly record struct MountedOutput(VineFile File, string Name, CommandOutputOptions Options, IProgress<WatchedPiece>? Watcher);
