using System.Numerics;
using DaskVine.Protocol.MsgPack;

namespace DaskVine.Values.Plain;

internal sealed class BooleanForm() : PlainForm(typeof(bool))
{
    private static readonly object s_true = true;
    private static readonly object s_false = false;

    public override void Write(MsgPackWriter writer, object value, int depth) => writer.Write((bool)value);

    protected override object Read(ref PlainSource source)
    {
        if (source.Reader.NextType != MsgPackType.Boolean)
            throw source.Unfit(Type, source.Found());
        return source.Reader.ReadBoolean() ? s_true : s_false;
    }
}

/// <summary>Whole numbers; a float is taken where it is one.</summary>
internal sealed class IntegerForm<T>() : PlainForm(typeof(T))
    where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
{
    public override void Write(MsgPackWriter writer, object value, int depth)
    {
        if (T.MinValue < T.Zero)
            writer.Write(long.CreateTruncating((T)value));
        else
            writer.Write(ulong.CreateTruncating((T)value));
    }

    protected override object Read(ref PlainSource source)
    {
        switch (source.Reader.NextType)
        {
            case MsgPackType.Integer when Integers.TryReadInt64(ref source.Reader, out var signed):
                var number = T.CreateTruncating(signed);
                return Int128.CreateTruncating(number) == signed ? number : throw source.Unfit(Type, $"{signed}");
            case MsgPackType.Integer:
                return Of(source.Reader.ReadUInt64(), source);
            case MsgPackType.Float:
                var given = source.Reader.ReadDouble();
                return double.IsInteger(given) ? Of(Int128.CreateSaturating(given), source) : throw source.Unfit(Type, $"{given}");
            default:
                throw source.Unfit(Type, source.Found());
        }
    }

    private static T Of(Int128 whole, in PlainSource source)
    {
        var number = T.CreateSaturating(whole);
        return Int128.CreateTruncating(number) == whole ? number : throw source.Unfit(typeof(T), $"{whole}");
    }
}

/// <summary>
/// Floating-point numbers. A whole number is taken where it stays what it is; a float of more bits is rounded, unless it is too large.
/// </summary>
internal sealed class FloatForm<T>() : PlainForm(typeof(T))
    where T : struct, IFloatingPointIeee754<T>
{
    public override void Write(MsgPackWriter writer, object value, int depth) => writer.Write(double.CreateTruncating((T)value));

    protected override object Read(ref PlainSource source)
    {
        switch (source.Reader.NextType)
        {
            case MsgPackType.Float:
                var given = source.Reader.ReadDouble();
                var rounded = T.CreateTruncating(given);
                return T.IsFinite(rounded) || !double.IsFinite(given) ? rounded : throw source.Unfit(Type, $"{given}");
            case MsgPackType.Integer:
                var whole = Integers.Read(ref source.Reader);
                var number = T.CreateTruncating(whole);
                return T.IsFinite(number) && Int128.CreateSaturating(number) == whole
                    ? number
                    : throw source.Unfit(Type, $"{whole}, an integer that it cannot hold exactly");
            default:
                throw source.Unfit(Type, source.Found());
        }
    }
}

/// <summary>Exact decimal numbers, as text; a number is taken where it stays what it is.</summary>
internal sealed class DecimalForm() : PlainForm(typeof(decimal))
{
    public override void Write(MsgPackWriter writer, object value, int depth) => writer.Write($"{(decimal)value}");

    protected override object Read(ref PlainSource source)
    {
        switch (source.Reader.NextType)
        {
            case MsgPackType.String:
                var text = source.Reader.ReadString();
                return decimal.TryParse(text, out var exact) ? exact : throw source.Unfit(Type, $"'{text}'");
            case MsgPackType.Integer:
                return (decimal)Integers.Read(ref source.Reader);
            case MsgPackType.Float:
                var given = source.Reader.ReadDouble();
                return Math.Abs(given) < (double)decimal.MaxValue ? (decimal)given : throw source.Unfit(Type, $"{given}");
            default:
                throw source.Unfit(Type, source.Found());
        }
    }
}

internal static class Integers
{
    /// <summary>False, and nothing is read, for one above the largest signed number.</summary>
    public static bool TryReadInt64(ref MsgPackReader reader, out long number)
    {
        try
        {
            number = reader.ReadInt64();
            return true;
        }
        catch (MsgPackException)
        {
            number = 0;
            return false;
        }
    }

    public static Int128 Read(ref MsgPackReader reader) => TryReadInt64(ref reader, out var number) ? number : reader.ReadUInt64();
}
