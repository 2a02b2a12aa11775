using System.Collections.Concurrent;
using DaskVine.Protocol.MsgPack;

namespace DaskVine.Values.Plain;

/// <summary>How values of one type are written as MessagePack, and read from it.</summary>
internal abstract class PlainForm(Type type)
{
    // Deeper ones are taken for something that contains itself.
    protected const int MaxDepth = 64;

    private static readonly ConcurrentDictionary<Type, PlainForm> s_forms = new();

    private readonly bool _takesNull = !type.IsValueType || Nullable.GetUnderlyingType(type) is not null;

    public Type Type { get; } = type;

    /// <exception cref="ValueException">Values of the type have no such form.</exception>
    public static PlainForm Of(Type type) => s_forms.TryGetValue(type, out var form) ? form : s_forms.GetOrAdd(type, PlainForms.Make);

    /// <summary>Writes any value by the form of what it is.</summary>
    public static void WriteAny(MsgPackWriter writer, object? value, int depth)
    {
        if (value is null)
            writer.WriteNil();
        else if (depth > MaxDepth)
            throw new ValueException($"the value is nested deeper than {MaxDepth} levels, or contains itself");
        else
            Of(value.GetType()).Write(writer, value, depth + 1);
    }

    public object? ReadAny(ref PlainSource source)
    {
        if (!source.Reader.TryReadNil())
            return Read(ref source);
        return _takesNull ? null : throw source.Unfit(Type, "None");
    }

    public abstract void Write(MsgPackWriter writer, object value, int depth);

    /// <summary>Reads what is neither nil nor a reference.</summary>
    protected abstract object Read(ref PlainSource source);
}
