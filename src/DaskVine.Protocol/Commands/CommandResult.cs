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

    /// <summary>It ran, and its standard output cannot be read or kept.</summary>
    StdoutMissing = 4,

    /// <summary>A signal ended it.</summary>
    Signal = 8,

    /// <summary>It used more than it was given, and was killed.</summary>
    ResourceExhaustion = 16,

    /// <summary>The time by which it had to end came.</summary>
    MaxEndTime = 24,

    Unknown = 32,

    /// <summary>It was given up without any fault of its own that is known: its workers ended, or could not start it.</summary>
    Forsaken = 40,

    /// <summary>Its workers ended, more often than it was to be tried again. TaskVine has the number and never gives it.</summary>
    MaxRetries = 48,

    /// <summary>It ran for longer than it may.</summary>
    MaxWallTime = 56,

    /// <summary>It ran, and what it took of what it is limited in could not be measured.</summary>
    RmonitorError = 64,

    /// <summary>It made its outputs, and one could not be stored.</summary>
    OutputTransferError = 72,

    /// <summary>It is to run where its file is already, and no worker that can run it has that file.</summary>
    FixedLocationMissing = 80,

    Cancelled = 88,

    LibraryExit = 96,

    /// <summary>Its sandbox grew over its limit, or the disk is full.</summary>
    SandboxExhaustion = 104,

    MissingLibrary = 112,
}
