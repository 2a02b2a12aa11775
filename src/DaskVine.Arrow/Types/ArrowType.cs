namespace DaskVine.Arrow;

/// <summary>The type of an array's values. Types with the same parts are equal.</summary>
public abstract record ArrowType
{
    private protected ArrowType()
    {
    }

    /// <summary>Only nulls.</summary>
    public static NullType Null { get; } = new();

    /// <summary>Truth values, one bit each.</summary>
    public static BooleanType Boolean { get; } = new();

    /// <summary>Signed integers of 8 bits.</summary>
    public static IntType Int8 { get; } = new(8, true);

    /// <summary>Signed integers of 16 bits.</summary>
    public static IntType Int16 { get; } = new(16, true);

    /// <summary>Signed integers of 32 bits.</summary>
    public static IntType Int32 { get; } = new(32, true);

    /// <summary>Signed integers of 64 bits.</summary>
    public static IntType Int64 { get; } = new(64, true);

    /// <summary>Unsigned integers of 8 bits.</summary>
    public static IntType UInt8 { get; } = new(8, false);

    /// <summary>Unsigned integers of 16 bits.</summary>
    public static IntType UInt16 { get; } = new(16, false);

    /// <summary>Unsigned integers of 32 bits.</summary>
    public static IntType UInt32 { get; } = new(32, false);

    /// <summary>Unsigned integers of 64 bits.</summary>
    public static IntType UInt64 { get; } = new(64, false);

    /// <summary>Floating point numbers of half precision.</summary>
    public static FloatType Half { get; } = new(16);

    /// <summary>Floating point numbers of single precision.</summary>
    public static FloatType Float { get; } = new(32);

    /// <summary>Floating point numbers of double precision.</summary>
    public static FloatType Double { get; } = new(64);

    /// <summary>Text, with offsets of 32 bits.</summary>
    public static Utf8Type Utf8 { get; } = new(false);

    /// <summary>Text, with offsets of 64 bits.</summary>
    public static Utf8Type LargeUtf8 { get; } = new(true);

    /// <summary>Runs of bytes, with offsets of 32 bits.</summary>
    public static BinaryType Binary { get; } = new(false);

    /// <summary>Runs of bytes, with offsets of 64 bits.</summary>
    public static BinaryType LargeBinary { get; } = new(true);

    /// <summary>Days since 1970, 32 bits.</summary>
    public static DateType Date32 { get; } = new(DateUnit.Day);

    /// <summary>Milliseconds since 1970 that are whole days, 64 bits.</summary>
    public static DateType Date64 { get; } = new(DateUnit.Millisecond);

    /// <summary>The fields of the arrays inside an array of this type, in order; empty for types that have none.</summary>
    public virtual IReadOnlyList<Field> Children => [];

    /// <summary>The type's name and parameters, and those of its children.</summary>
    public sealed override string ToString()
    {
        string children = string.Join(", ", Children.Select(field => $"{field.Name}: {field.Type}"));
        return TypeRules.Name(this) + TypeRules.Parameters(this) + (children.Length == 0 ? "" : $"<{children}>");
    }

    /// <summary>The type that holds CLR numbers as they are.</summary>
    /// <exception cref="NotSupportedException">No Arrow type is made of those.</exception>
    public static ArrowType Of<T>()
        where T : unmanaged => default(T) switch
        {
            sbyte => Int8,
            short => Int16,
            int => Int32,
            long => Int64,
            byte => UInt8,
            ushort => UInt16,
            uint => UInt32,
            ulong => UInt64,
            System.Half => Half,
            float => Float,
            double => Double,
            DayTimeInterval => new IntervalType(IntervalUnit.DayTime),
            MonthDayNanoInterval => new IntervalType(IntervalUnit.MonthDayNano),
            _ => throw new NotSupportedException($"Arrow has no primitive type of {typeof(T)}."),
        };
}
