namespace DaskVine.Arrow;

/// <summary>Lists of any length. Large: with offsets of 64 bits.</summary>
public sealed record ListType(Field Item, bool IsLarge = false) : ArrowType
{
    /// <summary>Makes the type of lists whose items are nullable and named as Arrow names them.</summary>
    public ListType(ArrowType item, bool isLarge = false)
        : this(new Field("item", item), isLarge)
    {
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Field> Children => [Item];
}

/// <summary>Lists that all have that many items.</summary>
public sealed record FixedSizeListType(Field Item, int Size) : ArrowType
{
    /// <summary>Makes the type of lists whose items are nullable and named as Arrow names them.</summary>
    public FixedSizeListType(ArrowType item, int size)
        : this(new Field("item", item), size)
    {
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Field> Children => [Item];
}

/// <summary>
/// Lists of key and value pairs. The entries are structs of two fields, whose names do not count for equality: Arrow's readers and
/// writers choose them freely.
/// </summary>
public sealed record MapType(Field Entries, bool KeysSorted = false) : ArrowType
{
    /// <summary>Makes the type of maps whose entries are named as Arrow names them.</summary>
    public MapType(ArrowType key, ArrowType value, bool keysSorted = false)
        : this(new Field("entries", new StructType([new Field("key", key, false), new Field("value", value)]), false), keysSorted)
    {
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Field> Children => [Entries];

    /// <inheritdoc/>
    public bool Equals(MapType? other) => ReferenceEquals(this, other)
        || (other is not null && KeysSorted == other.KeysSorted && Parts().SequenceEqual(other.Parts()));

    /// <inheritdoc/>
    public override int GetHashCode() => Parts().Aggregate(KeysSorted ? 1 : 0, HashCode.Combine);

    private IEnumerable<Field> Parts() => Entries.Type.Children.Select(field => field with { Name = "" });
}

/// <summary>Rows of named values.</summary>
public sealed record StructType(IReadOnlyList<Field> Fields) : ArrowType
{
    /// <inheritdoc/>
    public override IReadOnlyList<Field> Children => Fields;

    /// <inheritdoc/>
    public bool Equals(StructType? other) => ReferenceEquals(this, other) || (other is not null && Fields.SequenceEqual(other.Fields));

    /// <inheritdoc/>
    public override int GetHashCode() => Fields.Aggregate(17, HashCode.Combine);
}

/// <summary>How a union keeps its values.</summary>
public enum UnionMode
{
    /// <summary>Every child has a value in every row.</summary>
    Sparse,

    /// <summary>A row says which value of its child it is.</summary>
    Dense,
}

/// <summary>Values that are each of one of several types. A row's type id is one of <paramref name="TypeIds"/>.</summary>
public sealed record UnionType(UnionMode Mode, IReadOnlyList<Field> Fields, IReadOnlyList<int> TypeIds) : ArrowType
{
    /// <summary>Makes the type whose ids are the places of the fields.</summary>
    public UnionType(UnionMode mode, IReadOnlyList<Field> fields)
        : this(mode, fields, [.. Enumerable.Range(0, fields.Count)])
    {
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Field> Children => Fields;

    /// <inheritdoc/>
    public bool Equals(UnionType? other) => ReferenceEquals(this, other)
        || (other is not null && Mode == other.Mode && Fields.SequenceEqual(other.Fields) && TypeIds.SequenceEqual(other.TypeIds));

    /// <inheritdoc/>
    public override int GetHashCode() => Fields.Aggregate((int)Mode, HashCode.Combine);
}

/// <summary>Values kept once each; a row is the place of its value. Children of the value type belong to the values.</summary>
public sealed record DictionaryType(IntType IndexType, ArrowType ValueType, bool IsOrdered = false) : ArrowType;
