namespace DaskVine.Values;

/// <summary>The form of a value's bytes, which the first of them tell.</summary>
internal enum ValueForm
{
    /// <summary>One MessagePack value, after one byte.</summary>
    Plain,

    /// <summary>An Arrow stream.</summary>
    Arrow,

    /// <summary>Python's own.</summary>
    Pickle,
}

internal static class ValueForms
{
    public const byte PlainMark = 0xc1;
    private const byte PickleMark = 0x80;
    private static readonly byte[] s_arrow = [0xff, 0xff, 0xff, 0xff];

    /// <exception cref="ValueException">It is none.</exception>
    public static ValueForm Of(ReadOnlySpan<byte> bytes, string what)
    {
        if (bytes.Length > 0 && bytes[0] == PlainMark)
            return ValueForm.Plain;
        if (bytes.StartsWith(s_arrow))
            return ValueForm.Arrow;
        if (bytes.Length > 0 && (bytes[0] == PickleMark || bytes.StartsWith("DVP5"u8)))
            return ValueForm.Pickle;
        throw new ValueException($"{what} is given {bytes.Length} bytes that are no value");
    }
}
