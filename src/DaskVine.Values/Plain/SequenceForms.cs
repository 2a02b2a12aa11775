using DaskVine.Protocol.MsgPack;

namespace DaskVine.Values.Plain;

/// <summary>Sequences, as arrays.</summary>
/// <param name="type">What is read: whatever <paramref name="make"/> makes of the items.</param>
internal sealed class SequenceForm<T>(Type type, Func<T[], object> make) : PlainForm(type)
{
    public override void Write(MsgPackWriter writer, object value, int depth)
    {
        var items = value switch
        {
            IReadOnlyCollection<T> some => some,
            ReadOnlyMemory<T> memory => memory.ToArray(),
            Memory<T> memory => memory.ToArray(),
            _ => ((IEnumerable<T>)value).ToArray(),
        };
        writer.WriteArrayHeader(items.Count);
        foreach (var item in items)
            WriteAny(writer, item, depth);
    }

    protected override object Read(ref PlainSource source) => source.Reader.NextType switch
    {
        MsgPackType.Array => make(Sequences.Array<T>(ref source)),
        MsgPackType.Binary when typeof(T) == typeof(byte) => make((T[])(object)source.Reader.ReadBinary().ToArray()),
        _ => throw source.Unfit(Type, source.Found()),
    };
}

/// <summary>Maps whose keys are texts; others are sequences of pairs.</summary>
internal sealed class DictionaryForm<T>(Type type, Func<Dictionary<string, T>, object> make) : PlainForm(type)
{
    public override void Write(MsgPackWriter writer, object value, int depth)
    {
        var entries = value as IReadOnlyCollection<KeyValuePair<string, T>> ?? [.. (IEnumerable<KeyValuePair<string, T>>)value];
        writer.WriteMapHeader(entries.Count);
        foreach (var (key, item) in entries)
        {
            writer.Write(key);
            WriteAny(writer, item, depth);
        }
    }

    protected override object Read(ref PlainSource source)
    {
        if (source.Reader.NextType != MsgPackType.Map)
            throw source.Unfit(Type, source.Found());
        source.Enter();
        var count = source.Reader.ReadMapHeader();
        var entries = new Dictionary<string, T>(count);
        for (; count > 0; count--)
            entries[Sequences.Key(ref source)] = (T)source.Read(typeof(T))!;
        source.Leave();
        return make(entries);
    }
}

internal static class Sequences
{
    public static T[] Array<T>(ref PlainSource source)
    {
        source.Enter();
        var items = new T[source.Reader.ReadArrayHeader()];
        for (var i = 0; i < items.Length; i++)
            items[i] = (T)source.Read(typeof(T))!;
        source.Leave();
        return items;
    }

    public static string Key(ref PlainSource source) => source.Reader.NextType == MsgPackType.String
        ? source.Reader.ReadString()
        : throw new ValueException($"{source.What} has a dictionary with a key that is {source.Found()}; .NET takes strings");
}
