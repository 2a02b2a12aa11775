namespace DaskVine.Arrow;

/// <summary>The name and type of a column, or of an array inside another.</summary>
public sealed record Field(string Name, ArrowType Type, bool Nullable = true)
{
    /// <summary>The metadata key under which an extension type's name stands.</summary>
    public const string ExtensionNameKey = "ARROW:extension:name";

    /// <summary>The metadata key under which an extension type's parameters stand.</summary>
    public const string ExtensionMetadataKey = "ARROW:extension:metadata";

    /// <summary>Makes a field with metadata.</summary>
    public Field(string name, ArrowType type, bool nullable, Metadata metadata)
        : this(name, type, nullable) => Metadata = metadata;

    /// <summary>What travels with the field.</summary>
    public Metadata Metadata { get; init; } = Metadata.Empty;

    /// <summary>The name of the extension type that the values have; null when they have none.</summary>
    public string? ExtensionName => Metadata[ExtensionNameKey];
}
