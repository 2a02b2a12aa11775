namespace DaskVine.Arrow;

/// <summary>Rows of named values: one child per field, as long as this array.</summary>
public sealed class StructArray : ArrowArray
{
    internal StructArray(ArrayData data)
        : base(data)
    {
    }

    /// <summary>The fields of a row.</summary>
    public IReadOnlyList<Field> Fields => Type.Children;

    /// <summary>The values of the first field of that name.</summary>
    /// <exception cref="KeyNotFoundException">There is no such field.</exception>
    public ArrowArray this[string name] => Children[new Schema(Fields).Require(name)];
}
