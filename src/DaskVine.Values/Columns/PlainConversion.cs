using DaskVine.Protocol.MsgPack;
using DaskVine.Values.Plain;

namespace DaskVine.Values.Columns;

/// <summary>Values of columns as other types.</summary>
internal static class PlainConversion
{
    /// <summary>The value itself where it fits, else what is made of its plain form.</summary>
    /// <exception cref="ValueException">It does not fit.</exception>
    public static object? To(object? value, Type wanted, string what)
    {
        if (Fitting.Fits(value, wanted))
            return value;
        if (value is DaskVine.Arrow.ArrowTable)
            throw new ValueException($"{what} takes {TypeText.Of(wanted)}, and is given a table: take an ArrowTable");
        var writer = new MsgPackWriter();
        PlainForm.WriteAny(writer, value, depth: 0);
        return ValueCodec.DecodePlain(writer.WrittenMemory, wanted, what);
    }
}
