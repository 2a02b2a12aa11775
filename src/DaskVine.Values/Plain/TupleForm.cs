using System.Reflection;
using System.Runtime.CompilerServices;
using DaskVine.Protocol.MsgPack;

namespace DaskVine.Values.Plain;

/// <summary>Tuples and pairs, as arrays of so many.</summary>
internal sealed class TupleForm : PlainForm
{
    private readonly Type[] _items;
    private readonly ConstructorInvoker _make;

    public TupleForm(Type type)
        : base(type)
    {
        _items = type.GetGenericArguments();
        _make = ConstructorInvoker.Create(type.GetConstructor(_items)!);
    }

    public static bool IsTuple(Type type) => type.IsGenericType && (typeof(ITuple).IsAssignableFrom(type) || IsPair(type));

    public override void Write(MsgPackWriter writer, object value, int depth)
    {
        // One of more than seven holds the others in a tuple at its end.
        writer.WriteArrayHeader(_items.Length);
        for (var i = 0; i < _items.Length; i++)
            WriteAny(writer, Item(value, i), depth);
    }

    protected override object Read(ref PlainSource source)
    {
        if (source.Reader.NextType != MsgPackType.Array)
            throw source.Unfit(Type, source.Found());
        source.Enter();
        var count = source.Reader.ReadArrayHeader();
        if (count != _items.Length)
            throw source.Unfit(Type, $"{count} items");
        var items = new object?[count];
        for (var i = 0; i < count; i++)
            items[i] = source.Read(_items[i]);
        source.Leave();
        return _make.Invoke(items.AsSpan());
    }

    private static bool IsPair(Type type) => type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>);

    private object? Item(object value, int index)
    {
        if (value is ITuple tuple && index < 7)
            return tuple[index];
        var name = value is ITuple ? "Rest" : index == 0 ? "Key" : "Value";
        return Type.GetField(name)?.GetValue(value) ?? Type.GetProperty(name)?.GetValue(value);
    }
}
