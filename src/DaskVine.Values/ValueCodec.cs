using DaskVine.Protocol.MsgPack;
using DaskVine.Values.Plain;

namespace DaskVine.Values;

/// <summary>.NET objects as values of graphs, and back ("Bodies and values" in ARCHITECTURE.md has the forms).</summary>
public static class ValueCodec
{
    /// <summary>The bytes of a value.</summary>
    /// <param name="declared">What it is known as where it comes from; null for what it is.</param>
    /// <exception cref="ValueException">It has no form in which it can travel; the message names its type.</exception>
    public static EncodedValue Encode(object? value, Type? declared = null)
    {
        var writer = new MsgPackWriter();
        return TryWritePlain(writer, value, declared) ? new EncodedValue(writer.WrittenMemory) : Columns.ColumnWriter.Write(value!);
    }

    /// <summary>Writes the bytes of a value that is plain; writes nothing and returns false for one that is to be Arrow.</summary>
    /// <inheritdoc cref="Encode"/>
    public static bool TryWritePlain(MsgPackWriter writer, object? value, Type? declared = null)
    {
        if (Columns.ColumnWriter.IsColumns(value))
            return false;
        writer.WriteRaw([ValueForms.PlainMark]);
        return TryWriteBare(writer, value, declared);
    }

    /// <summary>The value that bytes tell, as the wanted type; for <c>object</c>, as what the bytes say. It may refer to the bytes for as long as it lives.</summary>
    /// <param name="what">How messages call it.</param>
    /// <exception cref="ValueException">It does not fit, or .NET cannot read it.</exception>
    public static object? Decode(ReadOnlyMemory<byte> bytes, Type wanted, string what = "the value")
    {
        switch (ValueForms.Of(bytes.Span, what))
        {
            case ValueForm.Plain: return DecodePlain(bytes[1..], wanted, what);
            case ValueForm.Arrow: return Columns.ColumnReader.Read(bytes, wanted, what);
            default: throw Pickled(what);
        }
    }

    /// <inheritdoc cref="Decode"/>
    public static T Decode<T>(ReadOnlyMemory<byte> bytes, string what = "the value") => (T)Decode(bytes, typeof(T), what)!;

    /// <summary>A value as another type wants it: itself where it is one, else what its bytes tell.</summary>
    /// <exception cref="ValueException">It does not fit.</exception>
    public static object? Convert(object? value, Type wanted, string what) =>
        Fitting.Fits(value, wanted) ? value : Decode(Encode(value).ToArray(), wanted, what);

    /// <summary>Writes a value without its mark, as an argument.</summary>
    internal static bool TryWriteBare(MsgPackWriter writer, object? value, Type? declared)
    {
        if (Columns.ColumnWriter.IsColumns(value))
            return false;
        if (value is null)
            writer.WriteNil();
        else
            PlainForm.WriteAny(writer, value, depth: 0);
        return true;
    }

    internal static object? DecodePlain(ReadOnlyMemory<byte> bytes, Type wanted, string what)
    {
        try
        {
            var source = new PlainSource(bytes, what);
            var value = source.Read(wanted);
            return source.Reader.End ? value : throw new ValueException($"{what} is given a value with {source.Reader.Remaining} bytes behind it");
        }
        catch (MsgPackException e)
        {
            throw new ValueException($"{what} is given a malformed value: {e.Message}", e);
        }
    }

    internal static ValueException Pickled(string what) => new(
        $"{what} is given the result of a Python function that has no Arrow form, which .NET cannot read: return numbers, texts, NumPy arrays, pandas tables, or lists and dictionaries of them");
}
