using System.Reflection;
using System.Runtime.CompilerServices;
using DaskVine.Protocol.MsgPack;

namespace DaskVine.Values.Plain;

/// <summary>Which form is whose.</summary>
internal static class PlainForms
{
    private static readonly Type[] s_readAsArrays =
        [typeof(IEnumerable<>), typeof(IReadOnlyCollection<>), typeof(IReadOnlyList<>), typeof(ReadOnlyMemory<>), typeof(Memory<>)];

    private static readonly Type[] s_readAsLists = [typeof(List<>), typeof(IList<>), typeof(ICollection<>)];
    private static readonly Type[] s_readAsSets = [typeof(HashSet<>), typeof(ISet<>), typeof(IReadOnlySet<>)];
    private static readonly Type[] s_readAsMaps = [typeof(Dictionary<,>), typeof(IDictionary<,>), typeof(IReadOnlyDictionary<,>)];

    /// <exception cref="ValueException">There is none; the message says what to do.</exception>
    public static PlainForm Make(Type type)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (type == typeof(object))
            return new AnyForm();
        return Scalar(type) ?? TextForms.Find(type) ?? Structured(type) ?? Members(type);
    }

    private static PlainForm? Scalar(Type type)
    {
        if (type.IsEnum)
            return new EnumForm(type);
        return Type.GetTypeCode(type) switch
        {
            TypeCode.Boolean => new BooleanForm(),
            TypeCode.SByte => new IntegerForm<sbyte>(),
            TypeCode.Byte => new IntegerForm<byte>(),
            TypeCode.Int16 => new IntegerForm<short>(),
            TypeCode.UInt16 => new IntegerForm<ushort>(),
            TypeCode.Int32 => new IntegerForm<int>(),
            TypeCode.UInt32 => new IntegerForm<uint>(),
            TypeCode.Int64 => new IntegerForm<long>(),
            TypeCode.UInt64 => new IntegerForm<ulong>(),
            TypeCode.Single => new FloatForm<float>(),
            TypeCode.Double => new FloatForm<double>(),
            TypeCode.Decimal => new DecimalForm(),
            TypeCode.String => new StringForm(),
            _ => type == typeof(Half) ? new FloatForm<Half>() : type == typeof(byte[]) ? new BytesForm() : null,
        };
    }

    private static PlainForm? Structured(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } value)
            return new NullableForm(type, PlainForm.Of(value));
        if (TupleForm.IsTuple(type))
            return new TupleForm(type);
        if (type.IsSZArray)
            return Sequence(type, type.GetElementType()!);
        if (type.IsArray || type.IsPointer || type.IsByRefLike || typeof(Delegate).IsAssignableFrom(type))
            throw new ValueException($"a {TypeText.Of(type)} cannot travel as a part of another value, or as one");
        if (Generic(type, s_readAsMaps) is [var key, var item])
            return key == typeof(string) ? Build(nameof(MapOf), type, item) : Build(nameof(PairsOf), type, key, item);
        if (Generic(type, [.. s_readAsArrays, .. s_readAsLists, .. s_readAsSets]) is [var element])
            return Sequence(type, element);
        // What implements one of them can be written, and not be read.
        var faces = type.GetInterfaces();
        if (faces.Select(face => Generic(face, [typeof(IReadOnlyDictionary<,>)])).FirstOrDefault(of => of?[0] == typeof(string)) is [_, var mapped])
            return Build(nameof(MapOf), type, mapped);
        return faces.Select(face => Generic(face, [typeof(IEnumerable<>)])).FirstOrDefault(of => of is not null) is [var each] ? Sequence(type, each) : null;
    }

    private static PlainForm Sequence(Type type, Type element) => Build(nameof(SequenceOf), type, element);

    private static PlainForm Build(string method, Type type, params Type[] arguments) =>
        typeof(PlainForms).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(arguments).CreateDelegate<Func<Type, PlainForm>>()(type);

    private static SequenceForm<T> SequenceOf<T>(Type type)
    {
        var definition = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        if (definition == typeof(ReadOnlyMemory<>))
            return new(type, items => new ReadOnlyMemory<T>(items));
        if (definition == typeof(Memory<>))
            return new(type, items => new Memory<T>(items));
        if (s_readAsLists.Contains(definition))
            return new(type, items => new List<T>(items));
        if (s_readAsSets.Contains(definition))
            return new(type, items => new HashSet<T>(items));
        return new(type, items => type.IsInstanceOfType(items) ? items : throw NotMade(type, "a list: take an array or a List"));
    }

    private static SequenceForm<KeyValuePair<TKey, T>> PairsOf<TKey, T>(Type type)
        where TKey : notnull => new(type, items => new Dictionary<TKey, T>(items));

    private static DictionaryForm<T> MapOf<T>(Type type) =>
        new(type, entries => type.IsInstanceOfType(entries) ? entries : throw NotMade(type, "a dictionary: take a Dictionary"));

    private static ValueException NotMade(Type type, string what) => new($"a {TypeText.Of(type)} cannot be made of {what}");

    private static PlainForm Members(Type type)
    {
        if (type is { IsValueType: false, Assembly: var assembly } && assembly == typeof(object).Assembly)
            throw new ValueException($"a {TypeText.Of(type)} cannot travel: return what is in it");
        if (type.IsAbstract || type.IsInterface)
            throw new ValueException($"a {TypeText.Of(type)} cannot be made: it is abstract, and nothing says which type it is to be");
        return MembersForm.Make(type);
    }

    private static Type[]? Generic(Type type, Type[] definitions) =>
        type.IsGenericType && definitions.Contains(type.GetGenericTypeDefinition()) ? type.GetGenericArguments() : null;

    private sealed class NullableForm(Type type, PlainForm value) : PlainForm(type)
    {
        public override void Write(MsgPackWriter writer, object given, int depth) => value.Write(writer, given, depth);

        protected override object Read(ref PlainSource source) => value.ReadAny(ref source)!;
    }

    /// <summary>What the bytes themselves say: long (ulong beyond it), double, string, byte[], object[], Dictionary of objects.</summary>
    private sealed class AnyForm() : PlainForm(typeof(object))
    {
        // An object without a type of its own is nothing but there.
        public override void Write(MsgPackWriter writer, object value, int depth) => writer.WriteMapHeader(0);

        protected override object Read(ref PlainSource source) => source.Reader.NextType switch
        {
            MsgPackType.Boolean => source.Reader.ReadBoolean(),
            MsgPackType.Integer => Integers.TryReadInt64(ref source.Reader, out var number) ? number : source.Reader.ReadUInt64(),
            MsgPackType.Float => source.Reader.ReadDouble(),
            MsgPackType.String => source.Reader.ReadString(),
            MsgPackType.Binary => source.Reader.ReadBinary().ToArray(),
            MsgPackType.Array => Sequences.Array<object?>(ref source),
            MsgPackType.Map => Of(typeof(Dictionary<string, object?>)).ReadAny(ref source)!,
            _ => throw source.Unfit(Type, source.Found()),
        };
    }
}
