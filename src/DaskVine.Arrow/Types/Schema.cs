namespace DaskVine.Arrow;

/// <summary>The columns of a table.</summary>
public sealed record Schema(IReadOnlyList<Field> Fields)
{
    /// <summary>Makes a schema with metadata.</summary>
    public Schema(IReadOnlyList<Field> fields, Metadata metadata)
        : this(fields) => Metadata = metadata;

    /// <summary>What travels with the table.</summary>
    public Metadata Metadata { get; init; } = Metadata.Empty;

    /// <summary>The place of the first column of that name; -1 when there is none.</summary>
    public int IndexOf(string name)
    {
        for (int i = 0; i < Fields.Count; i++)
        {
            if (Fields[i].Name == name)
                return i;
        }
        return -1;
    }

    /// <inheritdoc/>
    public bool Equals(Schema? other) => other is not null && Fields.SequenceEqual(other.Fields) && Metadata.Equals(other.Metadata);

    /// <inheritdoc/>
    public override int GetHashCode() => Fields.Aggregate(17, HashCode.Combine);

    /// <summary>The place of the first column of that name.</summary>
    internal int Require(string name) => IndexOf(name) is int index and >= 0
        ? index
        : throw new KeyNotFoundException($"There is no \"{name}\" among {string.Join(", ", Fields.Select(field => field.Name))}.");
}
