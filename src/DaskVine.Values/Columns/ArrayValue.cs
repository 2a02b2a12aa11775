using System.Runtime.InteropServices;
using System.Text.Json;
using DaskVine.Arrow;

namespace DaskVine.Values.Columns;

/// <summary>An array in a column.</summary>
internal sealed class ArrayValue
{
    private readonly ArrowArray _flat;
    private readonly bool _isBoolean;

    // Null for one dimension; else the extent of each, and whether the first one counts fastest.
    private readonly int[]? _shape;
    private readonly bool _isColumnMajor;

    /// <param name="detail">What is known of it beside its column, or nothing.</param>
    public ArrayValue(Field field, ArrowArray column, JsonElement? detail)
    {
        _flat = column;
        if (detail is { } known && known.TryGetProperty("dtype", out var dtype))
        {
            _isBoolean = dtype.GetString() == NumpyTypes.Boolean;
            _shape = known.TryGetProperty("shape", out var shape) ? [.. shape.EnumerateArray().Select(extent => extent.GetInt32())] : null;
            _isColumnMajor = known.TryGetProperty("order", out var order) && order.GetString() == "F";
        }
        else if (field.ExtensionName == ValueMetadata.Tensor)
            _shape = ShapeOf(field);
        if (_shape is { Length: > 0 })
            _flat = Row(column);
    }

    /// <summary>
    /// The array as what the bytes say: one of numbers or texts, of its dimensions; a number when it has none. Bytes as memory, since a byte[] is
    /// no array to other runtimes.
    /// </summary>
    public object? Natural()
    {
        var array = AsArray();
        // To the runtime an sbyte[] is one too.
        return array?.GetType() == typeof(byte[]) ? (ReadOnlyMemory<byte>)(byte[])array : array;
    }

    /// <exception cref="ValueException">The type takes no such array.</exception>
    public object? To(Type wanted, string what)
    {
        if (wanted.IsValueType && _shape is null && _flat.NullCount == 0 && !_isBoolean && Memory(_flat) is { } memory && wanted.IsInstanceOfType(memory))
            return memory;
        if (wanted.IsArray && wanted.GetArrayRank() is var rank and > 1)
        {
            if (_shape?.Length != rank)
                throw new ValueException($"{what} takes {TypeText.Of(wanted)}, and is given an array of {_shape?.Length ?? 1} dimensions");
            return Shaped((Array)PlainConversion.To(Flat(), wanted.GetElementType()!.MakeArrayType(), what)!);
        }

        if (_shape is { Length: > 1 } && !wanted.IsAssignableFrom(typeof(Array)))
            throw new ValueException($"{what} takes {TypeText.Of(wanted)}, and is given an array of {_shape.Length} dimensions: take a T[{new string(',', _shape.Length - 1)}] or an ArrowTable");
        return wanted == typeof(byte[]) ? PlainConversion.To(AsArray(), wanted, what) : PlainConversion.To(Natural(), wanted, what);
    }

    private object? AsArray()
    {
        var flat = Flat();
        return _shape switch
        {
            null => flat,
            [] => flat.GetValue(0),
            _ => Shaped(flat),
        };
    }

    private static int[] ShapeOf(Field field)
    {
        using var described = JsonDocument.Parse(field.Metadata[Field.ExtensionMetadataKey] ?? "{}");
        if (described.RootElement.TryGetProperty("permutation", out _))
            throw new ValueException("a tensor with permuted dimensions cannot be read: give it in the order of C");
        return [.. described.RootElement.GetProperty("shape").EnumerateArray().Select(extent => extent.GetInt32())];
    }

    private static ArrowArray Row(ArrowArray column) => column switch
    {
        FixedSizeListArray { Length: 1 } list => list.GetList(0),
        VariableListArray { Length: 1 } list => list.GetList(0),
        _ => throw new ValueException($"a column of {column.Length} rows of type {column.Type} is no array"),
    };

    private Array Flat()
    {
        if (_flat.NullCount > 0 && _flat is not StringArray)
            return Cells.All(_flat);
        return _flat switch
        {
            PrimitiveArray<byte> array when _isBoolean => MemoryMarshal.Cast<byte, bool>(array.Values).ToArray(),
            BooleanArray array => Enumerable.Range(0, array.Length).Select(array.GetValue).ToArray(),
            StringArray array => Enumerable.Range(0, array.Length).Select(row => array[row]).ToArray(),
            { Type: IntType or FloatType } => Copy(_flat),
            _ => Cells.All(_flat),
        };
    }

    private static Array Copy(ArrowArray array) => array switch
    {
        PrimitiveArray<double> numbers => numbers.Values.ToArray(),
        PrimitiveArray<float> numbers => numbers.Values.ToArray(),
        PrimitiveArray<Half> numbers => numbers.Values.ToArray(),
        PrimitiveArray<long> numbers => numbers.Values.ToArray(),
        PrimitiveArray<ulong> numbers => numbers.Values.ToArray(),
        PrimitiveArray<int> numbers => numbers.Values.ToArray(),
        PrimitiveArray<uint> numbers => numbers.Values.ToArray(),
        PrimitiveArray<short> numbers => numbers.Values.ToArray(),
        PrimitiveArray<ushort> numbers => numbers.Values.ToArray(),
        PrimitiveArray<sbyte> numbers => numbers.Values.ToArray(),
        PrimitiveArray<byte> numbers => numbers.Values.ToArray(),
        _ => Cells.All(array),
    };

    // The column's own memory, which stays as long as this does.
    private static object? Memory(ArrowArray array) => array is not { Type: IntType or FloatType } ? null : array switch
    {
        PrimitiveArray<double> numbers => numbers.Memory,
        PrimitiveArray<float> numbers => numbers.Memory,
        PrimitiveArray<Half> numbers => numbers.Memory,
        PrimitiveArray<long> numbers => numbers.Memory,
        PrimitiveArray<ulong> numbers => numbers.Memory,
        PrimitiveArray<int> numbers => numbers.Memory,
        PrimitiveArray<uint> numbers => numbers.Memory,
        PrimitiveArray<short> numbers => numbers.Memory,
        PrimitiveArray<ushort> numbers => numbers.Memory,
        PrimitiveArray<sbyte> numbers => numbers.Memory,
        PrimitiveArray<byte> numbers => numbers.Memory,
        _ => null,
    };

    private Array Shaped(Array flat)
    {
        var element = flat.GetType().GetElementType()!;
        var shaped = Array.CreateInstance(element, _shape!);
        if (element.IsPrimitive && !_isColumnMajor)
        {
            Buffer.BlockCopy(flat, 0, shaped, 0, Buffer.ByteLength(flat));
            return shaped;
        }

        var index = new int[_shape!.Length];
        for (var i = 0; i < flat.Length; i++)
        {
            shaped.SetValue(flat.GetValue(i), index);
            for (var d = 0; d < index.Length; d++)
            {
                var dimension = _isColumnMajor ? d : index.Length - 1 - d;
                if (++index[dimension] < _shape[dimension])
                    break;
                index[dimension] = 0;
            }
        }

        return shaped;
    }
}
