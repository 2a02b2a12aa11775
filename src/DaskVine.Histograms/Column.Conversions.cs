namespace DaskVine.Histograms;

// What a column is made of, without a word: arrays, spans, pairs of a name and an array, and values for all rows.
public readonly ref partial struct Column
{
    /// <summary>A column of an array.</summary>
    public static implicit operator Column(double[] values) => Of(values);

    /// <summary>A column of a span.</summary>
    public static implicit operator Column(Span<double> values) => Of<double>(ColumnType.Double, values, name: null);

    /// <summary>A column of a span.</summary>
    public static implicit operator Column(ReadOnlySpan<double> values) => Of(ColumnType.Double, values, name: null);

    /// <summary>A column for the axis of that name.</summary>
    public static implicit operator Column((string Name, double[] Values) column) => Of(column.Values, column.Name);

    /// <summary>One value for all rows.</summary>
    public static implicit operator Column(double value) => Of<double>(ColumnType.Double, new[] { value }, name: null, isScalar: true);

    /// <summary>One value for all rows, for the axis of that name.</summary>
    public static implicit operator Column((string Name, double Value) column) =>
        Of<double>(ColumnType.Double, new[] { column.Value }, column.Name, isScalar: true);

    /// <summary>A column of an array.</summary>
    public static implicit operator Column(float[] values) => Of(values);

    /// <summary>A column of a span.</summary>
    public static implicit operator Column(Span<float> values) => Of<float>(ColumnType.Single, values, name: null);

    /// <summary>A column of a span.</summary>
    public static implicit operator Column(ReadOnlySpan<float> values) => Of(ColumnType.Single, values, name: null);

    /// <summary>A column for the axis of that name.</summary>
    public static implicit operator Column((string Name, float[] Values) column) => Of(column.Values, column.Name);

    /// <summary>One value for all rows.</summary>
    public static implicit operator Column(float value) => Of<float>(ColumnType.Single, new[] { value }, name: null, isScalar: true);

    /// <summary>One value for all rows, for the axis of that name.</summary>
    public static implicit operator Column((string Name, float Value) column) =>
        Of<float>(ColumnType.Single, new[] { column.Value }, column.Name, isScalar: true);

    /// <summary>A column of an array.</summary>
    public static implicit operator Column(int[] values) => Of(values);

    /// <summary>A column of a span.</summary>
    public static implicit operator Column(Span<int> values) => Of<int>(ColumnType.Int32, values, name: null);

    /// <summary>A column of a span.</summary>
    public static implicit operator Column(ReadOnlySpan<int> values) => Of(ColumnType.Int32, values, name: null);

    /// <summary>A column for the axis of that name.</summary>
    public static implicit operator Column((string Name, int[] Values) column) => Of(column.Values, column.Name);

    /// <summary>One value for all rows.</summary>
    public static implicit operator Column(int value) => Of<int>(ColumnType.Int32, new[] { value }, name: null, isScalar: true);

    /// <summary>One value for all rows, for the axis of that name.</summary>
    public static implicit operator Column((string Name, int Value) column) =>
        Of<int>(ColumnType.Int32, new[] { column.Value }, column.Name, isScalar: true);

    /// <summary>A column of an array.</summary>
    public static implicit operator Column(long[] values) => Of(values);

    /// <summary>A column of a span.</summary>
    public static implicit operator Column(Span<long> values) => Of<long>(ColumnType.Int64, values, name: null);

    /// <summary>A column of a span.</summary>
    public static implicit operator Column(ReadOnlySpan<long> values) => Of(ColumnType.Int64, values, name: null);

    /// <summary>A column for the axis of that name.</summary>
    public static implicit operator Column((string Name, long[] Values) column) => Of(column.Values, column.Name);

    /// <summary>One value for all rows.</summary>
    public static implicit operator Column(long value) => Of<long>(ColumnType.Int64, new[] { value }, name: null, isScalar: true);

    /// <summary>One value for all rows, for the axis of that name.</summary>
    public static implicit operator Column((string Name, long Value) column) =>
        Of<long>(ColumnType.Int64, new[] { column.Value }, column.Name, isScalar: true);

    /// <summary>A column of an array.</summary>
    public static implicit operator Column(bool[] values) => Of(values);

    /// <summary>A column of a span.</summary>
    public static implicit operator Column(Span<bool> values) => Of<bool>(ColumnType.Boolean, values, name: null);

    /// <summary>A column of a span.</summary>
    public static implicit operator Column(ReadOnlySpan<bool> values) => Of(ColumnType.Boolean, values, name: null);

    /// <summary>A column for the axis of that name.</summary>
    public static implicit operator Column((string Name, bool[] Values) column) => Of(column.Values, column.Name);

    /// <summary>One value for all rows.</summary>
    public static implicit operator Column(bool value) => Of<bool>(ColumnType.Boolean, new[] { value }, name: null, isScalar: true);

    /// <summary>One value for all rows, for the axis of that name.</summary>
    public static implicit operator Column((string Name, bool Value) column) =>
        Of<bool>(ColumnType.Boolean, new[] { column.Value }, column.Name, isScalar: true);

    /// <summary>A column of an array.</summary>
    public static implicit operator Column(string[] values) => Of(values);

    /// <summary>A column of a span.</summary>
    public static implicit operator Column(ReadOnlySpan<string> values) => new(values, name: null, isScalar: false);

    /// <summary>A column for the axis of that name.</summary>
    public static implicit operator Column((string Name, string[] Values) column) => Of(column.Values, column.Name);

    /// <summary>One value for all rows.</summary>
    public static implicit operator Column(string value) => new(new[] { value }, name: null, isScalar: true);

    /// <summary>One value for all rows, for the axis of that name.</summary>
    public static implicit operator Column((string Name, string Value) column) =>
        new(new[] { column.Value }, column.Name, isScalar: true);
}
