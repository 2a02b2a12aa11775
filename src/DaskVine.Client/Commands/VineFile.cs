namespace DaskVine.Client;

/// <summary>A file of commands: declared by <see cref="Vine.DeclareFile"/>, <see cref="Vine.DeclareBuffer"/> or <see cref="Vine.DeclareTemp"/>.</summary>
public sealed class VineFile
{
    internal VineFile(CommandSession owner, string? path, ReadOnlyMemory<byte>? data, bool isTemporary = false)
    {
        Owner = owner;
        Path = path;
        Data = data;
        IsTemporary = isTemporary;
    }

    /// <summary>Where it is, or comes to be, on this machine; null for what has no path here.</summary>
    public string? Path { get; }

    /// <summary>The bytes of a buffer; null until a command that was to make it has.</summary>
    public ReadOnlyMemory<byte>? Data { get; internal set; }

    internal CommandSession Owner { get; }

    /// <summary>It stays with the workers.</summary>
    internal bool IsTemporary { get; }

    /// <summary>Its node; null while nobody has declared or made it.</summary>
    internal int? Node { get; set; }
}
