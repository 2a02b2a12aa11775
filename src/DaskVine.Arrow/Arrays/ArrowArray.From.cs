using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace DaskVine.Arrow;

/// <content>Arrays of what .NET has at hand.</content>
public abstract partial class ArrowArray
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <summary>An array of numbers that is a view over them: they must not change any more.</summary>
    /// <exception cref="NotSupportedException">No Arrow type is made of those.</exception>
    public static PrimitiveArray<T> From<T>(T[] values)
        where T : unmanaged => From<T>(values.AsMemory());

    /// <summary>An array of numbers that is a view over them: they must not change any more.</summary>
    /// <param name="values">The numbers; those that are null may be anything.</param>
    /// <param name="validity">The bitmap of what is not null, lowest bit of a byte first; empty when nothing is null.</param>
    /// <exception cref="NotSupportedException">No Arrow type is made of those.</exception>
    /// <exception cref="ArrowFormatException">The bitmap is too short.</exception>
    public static PrimitiveArray<T> From<T>(ReadOnlyMemory<T> values, ReadOnlyMemory<byte> validity = default)
        where T : unmanaged => From(ArrowType.Of<T>(), values, validity);

    /// <summary>An array of dates, times or other values that are kept as numbers, as a view over those.</summary>
    /// <param name="type">The type of the values.</param>
    /// <param name="values">The numbers; those that are null may be anything.</param>
    /// <param name="validity">The bitmap of what is not null, lowest bit of a byte first; empty when nothing is null.</param>
    /// <exception cref="ArgumentException">The type is not kept as such numbers.</exception>
    /// <exception cref="ArrowFormatException">The bitmap is too short.</exception>
    public static PrimitiveArray<T> From<T>(ArrowType type, ReadOnlyMemory<T> values, ReadOnlyMemory<byte> validity = default)
        where T : unmanaged
    {
        return TypeRules.Width(type) == Unsafe.SizeOf<T>()
            && Create(type, values.Length, validity, [MemoryBytes.Of(values)]) is PrimitiveArray<T> array
                ? array
                : throw new ArgumentException($"Values of type {type} are not kept as {typeof(T).Name}.", nameof(type));
    }

    /// <summary>An array of numbers, copied.</summary>
    /// <exception cref="NotSupportedException">No Arrow type is made of those.</exception>
    public static PrimitiveArray<T> From<T>(ReadOnlySpan<T> values)
        where T : unmanaged => From<T>(values.ToArray());

    /// <summary>An array of numbers or nulls, copied.</summary>
    /// <exception cref="NotSupportedException">No Arrow type is made of those.</exception>
    public static PrimitiveArray<T> From<T>(T?[] values)
        where T : unmanaged =>
        From<T>(Array.ConvertAll(values, value => value.GetValueOrDefault()), ValidityOf(values, value => value.HasValue));

    /// <summary>An array of truth values, copied into bits.</summary>
    public static BooleanArray From(bool[] values) => (BooleanArray)Create(ArrowType.Boolean, values.Length, default, [Bits.Pack(values)]);

    /// <summary>An array of truth values or nulls, copied into bits.</summary>
    public static BooleanArray From(bool?[] values) => (BooleanArray)Create(
        ArrowType.Boolean,
        values.Length,
        ValidityOf(values, value => value.HasValue),
        [Bits.Pack(Array.ConvertAll(values, value => value is true))]);

    /// <summary>An array of texts or nulls, copied as UTF-8. More than 2^31 bytes of it cannot be.</summary>
    /// <exception cref="EncoderFallbackException">A text has half of a surrogate pair, which UTF-8 cannot tell.</exception>
    public static StringArray From(string?[] values)
    {
        byte[] offsets = new byte[(values.Length + 1) * sizeof(int)];
        Span<int> ends = MemoryMarshal.Cast<byte, int>(offsets.AsSpan());
        for (int i = 0; i < values.Length; i++)
            ends[i + 1] = checked(ends[i] + (values[i] is string text ? Strict.GetByteCount(text) : 0));
        byte[] bytes = new byte[ends[^1]];
        for (int i = 0; i < values.Length; i++)
            Strict.GetBytes(values[i] ?? "", bytes.AsSpan(ends[i]));
        return (StringArray)Create(ArrowType.Utf8, values.Length, ValidityOf(values, value => value is not null), [offsets, bytes]);
    }

    /// <summary>An array of runs of bytes or nulls, copied. More than 2^31 bytes of it cannot be.</summary>
    public static BinaryArray From(byte[]?[] values)
    {
        byte[] offsets = new byte[(values.Length + 1) * sizeof(int)];
        Span<int> ends = MemoryMarshal.Cast<byte, int>(offsets.AsSpan());
        for (int i = 0; i < values.Length; i++)
            ends[i + 1] = checked(ends[i] + (values[i]?.Length ?? 0));
        byte[] bytes = new byte[ends[^1]];
        for (int i = 0; i < values.Length; i++)
            values[i]?.CopyTo(bytes.AsSpan(ends[i]));
        return (BinaryArray)Create(ArrowType.Binary, values.Length, ValidityOf(values, value => value is not null), [offsets, bytes]);
    }

    /// <summary>The bitmap of what is not null, as arrays take it; empty when nothing is null.</summary>
    public static ReadOnlyMemory<byte> PackValidity(ReadOnlySpan<bool> valid) => Bits.Validity(valid);

    private static ReadOnlyMemory<byte> ValidityOf<T>(T[] values, Converter<T, bool> isThere) =>
        Bits.Validity(Array.ConvertAll(values, isThere));
}
