using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DaskVine.Histograms.Kernels;

namespace DaskVine.Histograms;

/// <summary>What a column holds.</summary>
internal enum ColumnType
{
    Absent,
    Double,
    Single,
    Int32,
    Int64,
    Boolean,
    String,
}

/// <summary>
/// Values to fill with: an array or span of double, float, int, long, bool or string, or one value for all rows. All convert to it by
/// themselves. A pair of a name and an array is a column that finds its axis by name. It refers to the caller's memory and copies nothing.
/// </summary>
public readonly ref partial struct Column
{
    // The first element, if there is any. Spans of bytes end at 2 GiB, and columns do not.
    private readonly ref readonly byte _first;

    private Column(ColumnType type, ref readonly byte first, int length, string? name, bool isScalar)
    {
        Type = type;
        _first = ref first;
        Length = length;
        Name = name;
        IsScalar = isScalar;
    }

    private Column(ReadOnlySpan<string> texts, string? name, bool isScalar)
    {
        Type = ColumnType.String;
        Texts = texts;
        Length = texts.Length;
        Name = name;
        IsScalar = isScalar;
    }

    /// <summary>Number of rows; 1 for a value that holds for all.</summary>
    public int Length { get; }

    /// <summary>The name of the axis that it is for; null when its place says that.</summary>
    public string? Name { get; }

    /// <summary>Whether it is one value for all rows.</summary>
    public bool IsScalar { get; }

    internal ColumnType Type { get; }

    internal ReadOnlySpan<string> Texts { get; }

    internal bool IsAbsent => Type == ColumnType.Absent;

    internal bool IsWhole => Type is ColumnType.Int32 or ColumnType.Int64 or ColumnType.Boolean;

    internal string TypeName => Type switch
    {
        ColumnType.Double => "double",
        ColumnType.Single => "float",
        ColumnType.Int32 => "int",
        ColumnType.Int64 => "long",
        ColumnType.Boolean => "bool",
        ColumnType.String => "string",
        _ => "nothing",
    };

    internal ReadOnlySpan<bool> Bools => As<bool>(0, Length);

    /// <summary>Makes a column of an array whose type is known only when it runs.</summary>
    /// <exception cref="HistogramException">Its elements are of another type than those that a column can hold.</exception>
    public static Column Of(Array values, string? name = null) => values switch
    {
        double[] array => Of<double>(ColumnType.Double, array, name),
        float[] array => Of<float>(ColumnType.Single, array, name),
        int[] array => Of<int>(ColumnType.Int32, array, name),
        long[] array => Of<long>(ColumnType.Int64, array, name),
        bool[] array => Of<bool>(ColumnType.Boolean, array, name),
        string[] array => new Column(array, name, isScalar: false),
        null => throw new ArgumentNullException(nameof(values)),
        _ => throw new HistogramException(
            $"A column holds double, float, int, long, bool or string, not {values.GetType().GetElementType()?.Name}."),
    };

    /// <summary>Rows as doubles: the column's own memory, or converted in `buffer`.</summary>
    internal ReadOnlySpan<double> Doubles(int first, int count, Span<double> buffer)
    {
        switch (Type)
        {
            case ColumnType.Double:
                return As<double>(first, count);
            case ColumnType.Single:
                Widening.Widen(As<float>(first, count), buffer);
                break;
            case ColumnType.Int32:
                Widening.Widen(As<int>(first, count), buffer);
                break;
            case ColumnType.Int64:
                Widening.Widen(As<long>(first, count), buffer);
                break;
            default:
                Widening.Widen(As<bool>(first, count), buffer);
                break;
        }

        return buffer[..count];
    }

    /// <summary>Rows of a column of whole numbers as longs: the column's own memory, or converted in `buffer`.</summary>
    internal ReadOnlySpan<long> Longs(int first, int count, Span<long> buffer)
    {
        if (Type == ColumnType.Int64)
            return As<long>(first, count);
        if (Type == ColumnType.Int32)
            Widening.Widen(As<int>(first, count), buffer);
        else
            Widening.Widen(As<bool>(first, count), buffer);

        return buffer[..count];
    }

    private static Column Of<T>(ColumnType type, ReadOnlySpan<T> values, string? name, bool isScalar = false)
        where T : unmanaged =>
        new(type, ref Unsafe.As<T, byte>(ref MemoryMarshal.GetReference(values)), values.Length, name, isScalar);

    private ReadOnlySpan<T> As<T>(int first, int count)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)first + (uint)count, (uint)Length, nameof(count));
        ref var start = ref Unsafe.As<byte, T>(ref Unsafe.AsRef(in _first));
        return MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref start, first), count);
    }
}
