namespace DaskVine.Transfers;

/// <summary>What went wrong with a transfer, as far as it matters for what to try next.</summary>
public enum TransferFailureKind
{
    /// <summary>Nobody answers at the address.</summary>
    Unreachable = 0,

    /// <summary>The source does not have the file, or not as a whole.</summary>
    NotThere = 1,

    /// <summary>The connection ended or stalled in the middle; what has arrived is kept, to go on from here or elsewhere.</summary>
    BrokenOff = 2,

    /// <summary>The source's bytes are not the file: another checksum or size, or a directory that must not be unpacked.</summary>
    Corrupt = 3,

    /// <summary>This side cannot write: a full disk, a missing directory, no permission.</summary>
    CannotStore = 4,

    /// <summary>One side does not accept the other: a wrong token, certificate or version.</summary>
    Refused = 5,
}
