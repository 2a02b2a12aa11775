namespace DaskVine.Transfers;

/// <summary>What is given out, and how.</summary>
public enum ServedKind
{
    /// <summary>A file.</summary>
    File,

    /// <summary>A directory, sent as a tar stream.</summary>
    Directory,

    /// <summary>A file that is a tar stream, sent as the directory that it holds.</summary>
    Archive,
}
