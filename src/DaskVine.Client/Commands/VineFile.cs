namespace DaskVine.Client;

/// <summary>A file, a directory or bytes that commands may have: what the <c>Declare…</c> of a <see cref="Vine"/> return.</summary>
public abstract class VineFile
{
    private protected VineFile(FileTable owner, CacheLevel level, bool isShared)
    {
        Owner = owner;
        Level = level;
        IsShared = isShared;
    }

    /// <summary>Where it is, or comes to be, on this machine; null for what has no path here.</summary>
    public virtual string? Path => null;

    /// <summary>The bytes of a buffer; null until a command that was to make it has, and for other files.</summary>
    public virtual ReadOnlyMemory<byte>? Data => null;

    internal FileTable Owner { get; }

    internal CacheLevel Level { get; set; }

    /// <summary>Workers may get it from each other.</summary>
    internal bool IsShared { get; set; }

    /// <summary>Names its content; empty while that is not known.</summary>
    internal string Name { get; set; } = "";

    /// <summary>Bytes, as far as they are known.</summary>
    internal long Size { get; set; }

    /// <summary>Its present node; null while nobody has declared or made it.</summary>
    internal int? Node { get; set; }

    /// <summary>All nodes that it has had.</summary>
    internal List<int> Nodes { get; } = [];

    /// <summary>A command is to make it that is not done.</summary>
    internal bool IsAwaited { get; set; }

    /// <summary>It was undeclared.</summary>
    internal bool IsGone { get; set; }

    /// <summary>Whether a command can make it.</summary>
    internal virtual bool MayBeMade => true;

    /// <summary>What a command makes of it comes to this process.</summary>
    internal virtual bool ComesHere => false;

    /// <summary>For people.</summary>
    internal abstract string Text { get; }

    /// <inheritdoc/>
    public override string ToString() => Text;

    internal void TakeNode(int node)
    {
        Node = node;
        Nodes.Add(node);
    }
}
