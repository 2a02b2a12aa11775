using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using DaskVine.Arrow;

namespace DaskVine.Values.Columns;

/// <summary>Arrays of numbers, and Arrow's own tables, as Arrow streams ("Values" in ARCHITECTURE.md). Their memory is not copied.</summary>
internal static class ColumnWriter
{
    // What makes the stream of a type's values; null for types that are plain.
    private static readonly ConcurrentDictionary<Type, Func<object, ArrowTable>?> s_writers = new();

    /// <summary>Whether the value is Arrow and not plain.</summary>
    public static bool IsColumns(object? value) => value is not null && WriterOf(value.GetType()) is not null;

    public static EncodedValue Write(object value) => new([.. WriterOf(value.GetType())!(value).StreamPieces()]);

    private static Func<object, ArrowTable>? WriterOf(Type type) =>
        s_writers.TryGetValue(type, out var writer) ? writer : s_writers.GetOrAdd(type, Find);

    private static Func<object, ArrowTable>? Find(Type type)
    {
        if (type == typeof(ArrowTable))
            return value => (ArrowTable)value;
        if (type == typeof(RecordBatch))
            return value => new ArrowTable(((RecordBatch)value).Schema, [(RecordBatch)value]);
        if (typeof(ArrowArray).IsAssignableFrom(type))
            return value => Table((ArrowArray)value, null, null);
        var element = type.IsArray ? type.GetElementType()! : IsMemory(type) ? type.GetGenericArguments()[0] : null;
        if (element is null || NumpyTypes.NameOf(element) is null || type == typeof(byte[]))
            return null;
        var method = type.IsSZArray ? nameof(OfArray) : type.IsArray ? nameof(OfTensor) : type.Name.StartsWith("ReadOnly", StringComparison.Ordinal) ? nameof(OfReadOnly) : nameof(OfMemory);
        return typeof(ColumnWriter).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(element).CreateDelegate<Func<object, ArrowTable>>();
    }

    private static bool IsMemory(Type type) =>
        type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(ReadOnlyMemory<>) || type.GetGenericTypeDefinition() == typeof(Memory<>));

    private static ArrowTable OfArray<T>(object value)
        where T : unmanaged => OfReadOnly<T>((ReadOnlyMemory<T>)(T[])value);

    private static ArrowTable OfMemory<T>(object value)
        where T : unmanaged => OfReadOnly<T>((ReadOnlyMemory<T>)(Memory<T>)value);

    private static ArrowTable OfReadOnly<T>(object value)
        where T : unmanaged => Table(Numbers((ReadOnlyMemory<T>)value), typeof(T), null);

    // An array of several dimensions has no memory of its own to refer to.
    private static ArrowTable OfTensor<T>(object value)
        where T : unmanaged
    {
        var array = (Array)value;
        var flat = new T[array.Length];
        MemoryMarshal.Cast<byte, T>(MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(array), Buffer.ByteLength(flat))).CopyTo(flat);
        return Table(Numbers<T>(flat), typeof(T), [.. Enumerable.Range(0, array.Rank).Select(array.GetLength)]);
    }

    // Truth values are bytes, as NumPy has them.
    private static ArrowArray Numbers<T>(ReadOnlyMemory<T> values)
        where T : unmanaged => typeof(T) == typeof(bool) ? ArrowArray.From(MemoryMarshal.Cast<T, byte>(values.Span)) : ArrowArray.From(values);

    private static ArrowTable Table(ArrowArray values, Type? element, int[]? shape)
    {
        var metadata = Metadata.Of((ValueMetadata.Kind, "array"));
        if (element is not null)
            metadata = metadata.With(ValueMetadata.Detail, Detail(NumpyTypes.NameOf(element)!, shape));
        var column = shape is null ? values : ArrowArray.Create(new FixedSizeListType(values.Type, values.Length), 1, default, [], [values]);
        var field = new Field("value", column.Type);
        if (shape is not null)
        {
            field = field with
            {
                Metadata = Metadata.Of(
                    (Field.ExtensionNameKey, ValueMetadata.Tensor), (Field.ExtensionMetadataKey, $$"""{"shape":{{JsonSerializer.Serialize(shape)}}}""")),
            };
        }

        var schema = new Schema([field], metadata);
        return new ArrowTable(schema, [new RecordBatch(schema, column.Length, [column])]);
    }

    private static string Detail(string dtype, int[]? shape) =>
        shape is null ? $$"""{"dtype":"{{dtype}}"}""" : $$"""{"dtype":"{{dtype}}","shape":{{JsonSerializer.Serialize(shape)}}}""";
}
