namespace DaskVine.Client;

/// <summary>A file or directory at a path of this machine, which need not be there yet.</summary>
internal sealed class LocalFile(FileTable owner, string path, CacheLevel level, bool isShared) : VineFile(owner, level, isShared)
{
    public override string Path => path;

    /// <summary>What was at the path when its content was named; null for nothing.</summary>
    public string? Signature { get; set; }

    internal override bool ComesHere => true;

    internal override string Text => path;
}

/// <summary>Bytes of this process.</summary>
internal sealed class BufferFile(FileTable owner, ReadOnlyMemory<byte>? data, CacheLevel level, bool isShared) : VineFile(owner, level, isShared)
{
    private ReadOnlyMemory<byte>? _data = data;

    public override ReadOnlyMemory<byte>? Data => _data;

    internal override bool ComesHere => true;

    internal override string Text => "a buffer";

    public void Fill(ReadOnlyMemory<byte> made) => _data = made;
}

/// <summary>What stays with the workers, and is made again when it is lost.</summary>
internal sealed class TemporaryFile(FileTable owner) : VineFile(owner, CacheLevel.Workflow, isShared: true)
{
    internal override string Text => "a temporary file";
}

/// <summary>What workers download.</summary>
internal sealed class UrlFile(FileTable owner, string url, CacheLevel level, bool isShared) : VineFile(owner, level, isShared)
{
    internal override bool MayBeMade => false;

    internal override string Text => url;
}

/// <summary>What a command makes of its inputs, at every worker that needs it.</summary>
internal sealed class MiniTaskFile(FileTable owner, CommandTask task, string source, CacheLevel level, bool isShared) : VineFile(owner, level, isShared)
{
    public CommandTask Task => task;

    /// <summary>Where the command makes it, in its sandbox.</summary>
    public string Source => source;

    internal override bool MayBeMade => false;

    internal override string Text => $"{source} of '{task.Command}'";
}
