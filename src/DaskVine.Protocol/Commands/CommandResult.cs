namespace DaskVine.Protocol.Commands;

/// <summary>
/// What became of a command, by TaskVine's names and numbers. A command that ran and ended by itself is a success, whatever its exit code.
/// </summary>
public enum CommandResult
{
    Success = 0,

    /// <summary>An input cannot be had.</summary>
    InputMissing = 1,

    /// <summary>It ended without making one of its outputs.</summary>
    OutputMissing = 2,

    /// <summary>It ran, and what it wrote cannot be read.</summary>
    StdoutMissing = 4,

    /// <summary>A signal ended it.</summary>
    Signal = 8,

    /// <summary>It used more than it was given, and was killed.</summary>
    ResourceExhaustion = 16,

    /// <summary>The time by which it had to end came.</summary>
    MaxEndTime = 24,

    Unknown = 32,

    /// <summary>It was given up: its workers ended.</summary>
    Forsaken = 40,

    MaxRetries = 48,

    /// <summary>It ran for longer than it may.</summary>
    MaxWallTime = 56,

    RmonitorError = 64,

    /// <summary>It made its outputs, and one could not be stored.</summary>
    OutputTransferError = 72,

    FixedLocationMissing = 80,

    Cancelled = 88,

    LibraryExit = 96,

    /// <summary>Its sandbox grew over its limit, or the disk is full.</summary>
    SandboxExhaustion = 104,

    MissingLibrary = 112,
}
