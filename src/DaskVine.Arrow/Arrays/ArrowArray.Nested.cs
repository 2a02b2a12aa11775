using System.Numerics;

namespace DaskVine.Arrow;

/// <content>Arrays of other arrays.</content>
public abstract partial class ArrowArray
{
    /// <summary>Lists that are runs of an array's values, as a view over both.</summary>
    /// <param name="values">The items of all lists.</param>
    /// <param name="offsets">Where each list begins, and where the last one ends.</param>
    /// <param name="validity">The bitmap of which lists are not null; empty when none is null.</param>
    /// <exception cref="ArrowFormatException">The offsets do not climb within the values.</exception>
    public static ListArray Lists(ArrowArray values, ReadOnlyMemory<int> offsets, ReadOnlyMemory<byte> validity = default) =>
        (ListArray)Create(new ListType(values.Type), offsets.Length - 1, validity, [MemoryBytes.Of(offsets)], [values]);

    /// <summary>Lists that are runs of an array's values, with offsets of 64 bits, as a view over both.</summary>
    /// <param name="values">The items of all lists.</param>
    /// <param name="offsets">Where each list begins, and where the last one ends.</param>
    /// <param name="validity">The bitmap of which lists are not null; empty when none is null.</param>
    /// <exception cref="ArrowFormatException">The offsets do not climb within the values.</exception>
    public static ListArray Lists(ArrowArray values, ReadOnlyMemory<long> offsets, ReadOnlyMemory<byte> validity = default) =>
        (ListArray)Create(new ListType(values.Type, true), offsets.Length - 1, validity, [MemoryBytes.Of(offsets)], [values]);

    /// <summary>Lists of so many items each, as a view over the items.</summary>
    /// <exception cref="ArrowFormatException">The items do not fill whole lists.</exception>
    public static FixedSizeListArray FixedSizeLists(ArrowArray values, int size, ReadOnlyMemory<byte> validity = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        if (values.Length % size != 0)
            throw new ArrowFormatException($"{values.Length} items do not fill whole lists of {size}.");
        return (FixedSizeListArray)Create(new FixedSizeListType(values.Type, size), values.Length / size, validity, [], [values]);
    }

    /// <summary>Rows of named values, as a view over them.</summary>
    /// <param name="length">How many rows there are.</param>
    /// <param name="fields">The name and values of each field, one per row.</param>
    /// <param name="validity">The bitmap of which rows are not null; empty when none is null.</param>
    /// <exception cref="ArrowFormatException">A field has fewer values than there are rows.</exception>
    public static StructArray Structs(int length, (string Name, ArrowArray Values)[] fields, ReadOnlyMemory<byte> validity = default) =>
        (StructArray)Create(
            new StructType([.. fields.Select(field => new Field(field.Name, field.Values.Type))]),
            length,
            validity,
            [],
            [.. fields.Select(field => field.Values)]);

    /// <summary>Maps that are runs of keys and values, as a view over both.</summary>
    /// <param name="keys">The keys of all maps, none of them null.</param>
    /// <param name="values">The value of each key.</param>
    /// <param name="offsets">Where each map begins, and where the last one ends.</param>
    /// <param name="validity">The bitmap of which maps are not null; empty when none is null.</param>
    /// <exception cref="ArrowFormatException">The offsets do not climb within the keys, or there are fewer values.</exception>
    public static MapArray Maps(ArrowArray keys, ArrowArray values, ReadOnlyMemory<int> offsets, ReadOnlyMemory<byte> validity = default)
    {
        var type = new MapType(keys.Type, values.Type);
        ArrowArray entries = Create(type.Entries.Type, keys.Length, default, [], [keys, values]);
        return (MapArray)Create(type, offsets.Length - 1, validity, [MemoryBytes.Of(offsets)], [entries]);
    }

    /// <summary>Values kept once each, and the place of every row's value.</summary>
    /// <param name="indices">The places, of an integer type; null where a row has no value.</param>
    /// <param name="values">The values.</param>
    /// <param name="isOrdered">Whether the order of the values means something.</param>
    /// <exception cref="ArgumentException">The places are no integers.</exception>
    /// <exception cref="ArrowFormatException">A place is outside of the values.</exception>
    public static DictionaryArray Dictionary(ArrowArray indices, ArrowArray values, bool isOrdered = false)
    {
        if (indices.Type is not IntType type)
            throw new ArgumentException($"Places in a dictionary are integers, not {indices.Type}.", nameof(indices));
        return (DictionaryArray)ArrayFactory.Checked(indices.Data with
        {
            Type = new DictionaryType(type, values.Type, isOrdered),
            Dictionary = new DictionaryValues(values),
        });
    }

    /// <summary>Exact numbers, given as integers that are to be divided by ten to the power of the type's scale; copied.</summary>
    /// <exception cref="OverflowException">An integer has more bits than the type.</exception>
    public static DecimalArray Decimals(DecimalType type, BigInteger?[] values)
    {
        TypeRules.Check(type);
        byte[] bytes = new byte[checked(values.Length * type.ByteWidth)];
        for (int i = 0; i < values.Length; i++)
        {
            Span<byte> target = bytes.AsSpan(i * type.ByteWidth, type.ByteWidth);
            BigInteger value = values[i] ?? BigInteger.Zero;
            if (value.Sign < 0)
                target.Fill(byte.MaxValue);
            if (!value.TryWriteBytes(target, out _))
                throw new OverflowException($"Value {i} has more than {type.BitWidth} bits.");
        }
        return (DecimalArray)Create(type, values.Length, ValidityOf(values, value => value.HasValue), [bytes]);
    }

    /// <summary>Runs of so many bytes each, as a view over all of them.</summary>
    /// <exception cref="ArrowFormatException">The bytes do not fill whole runs.</exception>
    public static FixedSizeBinaryArray FixedSizeBinaries(ReadOnlyMemory<byte> bytes, int width, ReadOnlyMemory<byte> validity = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        if (bytes.Length % width != 0)
            throw new ArrowFormatException($"{bytes.Length} bytes do not fill whole runs of {width}.");
        return (FixedSizeBinaryArray)Create(new FixedSizeBinaryType(width), bytes.Length / width, validity, [bytes]);
    }
}
