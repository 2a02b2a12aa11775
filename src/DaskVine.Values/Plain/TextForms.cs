using System.Globalization;
using DaskVine.Protocol.MsgPack;

namespace DaskVine.Values.Plain;

internal sealed class StringForm() : PlainForm(typeof(string))
{
    public override void Write(MsgPackWriter writer, object value, int depth)
    {
        try
        {
            writer.Write((string)value);
        }
        catch (ArgumentException e)
        {
            throw new ValueException("a string has half of a surrogate pair, which no UTF-8 can tell", e);
        }
    }

    protected override object Read(ref PlainSource source) =>
        source.Reader.NextType == MsgPackType.String ? source.Reader.ReadString() : throw source.Unfit(Type, source.Found());
}

/// <summary>What is told exactly by a text.</summary>
internal sealed class TextForm<T>(Func<T, string> write, Func<string, T> parse) : PlainForm(typeof(T))
    where T : struct
{
    public override void Write(MsgPackWriter writer, object value, int depth) => writer.Write(write((T)value));

    protected override object Read(ref PlainSource source)
    {
        if (source.Reader.NextType != MsgPackType.String)
            throw source.Unfit(Type, source.Found());
        var text = source.Reader.ReadString();
        try
        {
            return parse(text);
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw source.Unfit(Type, $"'{text}'");
        }
    }
}

internal static class TextForms
{
    private static readonly CultureInfo s_culture = CultureInfo.InvariantCulture;

    /// <summary>The form of a type of the framework that texts tell, or null.</summary>
    public static PlainForm? Find(Type type)
    {
        if (type == typeof(char))
            return new TextForm<char>(c => c.ToString(), text => text.Length == 1 ? text[0] : throw new FormatException());
        if (type == typeof(DateTime))
            return new TextForm<DateTime>(t => t.ToString("O", s_culture), text => DateTime.Parse(text, s_culture, DateTimeStyles.RoundtripKind));
        if (type == typeof(DateTimeOffset))
            return new TextForm<DateTimeOffset>(t => t.ToString("O", s_culture), text => DateTimeOffset.Parse(text, s_culture, DateTimeStyles.RoundtripKind));
        if (type == typeof(DateOnly))
            return new TextForm<DateOnly>(t => t.ToString("O", s_culture), text => DateOnly.Parse(text, s_culture));
        if (type == typeof(TimeOnly))
            return new TextForm<TimeOnly>(t => t.ToString("O", s_culture), text => TimeOnly.Parse(text, s_culture));
        if (type == typeof(TimeSpan))
            return new TextForm<TimeSpan>(t => t.ToString("c", s_culture), text => TimeSpan.ParseExact(text, "c", s_culture));
        return type == typeof(Guid) ? new TextForm<Guid>(g => g.ToString("D"), Guid.Parse) : null;
    }
}

/// <summary>By name, so that members may move; a number is taken too.</summary>
internal sealed class EnumForm(Type type) : PlainForm(type)
{
    public override void Write(MsgPackWriter writer, object value, int depth) => writer.Write(value.ToString()!);

    protected override object Read(ref PlainSource source)
    {
        switch (source.Reader.NextType)
        {
            case MsgPackType.String:
                var text = source.Reader.ReadString();
                return Enum.TryParse(Type, text, out var named) ? named : throw source.Unfit(Type, $"'{text}'");
            case MsgPackType.Integer:
                return Enum.ToObject(Type, Of(Enum.GetUnderlyingType(Type)).ReadAny(ref source)!);
            default:
                throw source.Unfit(Type, source.Found());
        }
    }
}

internal sealed class BytesForm() : PlainForm(typeof(byte[]))
{
    public override void Write(MsgPackWriter writer, object value, int depth) => writer.WriteBinary((byte[])value);

    protected override object Read(ref PlainSource source) => source.Reader.NextType switch
    {
        MsgPackType.Binary => source.Reader.ReadBinary().ToArray(),
        MsgPackType.Array => Sequences.Array<byte>(ref source),
        _ => throw source.Unfit(Type, source.Found()),
    };
}
