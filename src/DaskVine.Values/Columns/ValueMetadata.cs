namespace DaskVine.Values.Columns;

/// <summary>What the metadata of a stream says of the value in it.</summary>
internal static class ValueMetadata
{
    public const string Kind = "daskvine.value";
    public const string Detail = "daskvine.detail";
    public const string Tensor = "arrow.fixed_shape_tensor";
}

/// <summary>How NumPy names the types of numbers.</summary>
internal static class NumpyTypes
{
    public const string Boolean = "|b1";

    private static readonly Dictionary<Type, string> s_names = new()
    {
        [typeof(bool)] = Boolean,
        [typeof(sbyte)] = "|i1",
        [typeof(byte)] = "|u1",
        [typeof(short)] = "<i2",
        [typeof(ushort)] = "<u2",
        [typeof(int)] = "<i4",
        [typeof(uint)] = "<u4",
        [typeof(long)] = "<i8",
        [typeof(ulong)] = "<u8",
        [typeof(Half)] = "<f2",
        [typeof(float)] = "<f4",
        [typeof(double)] = "<f8",
    };

    /// <summary>Null for what is no number.</summary>
    public static string? NameOf(Type type) => s_names.GetValueOrDefault(type);
}
