using System.Reflection;
using DaskVine.Protocol.MsgPack;

namespace DaskVine.Values.Plain;

/// <summary>
/// Records, classes and structs, as maps of what their constructor takes and what can be set. Of constructors the one counts that takes most, all of it
/// members by name; of a map, keys that are not known are skipped.
/// </summary>
internal sealed class MembersForm : PlainForm
{
    private readonly Member[] _members;
    private readonly ConstructorInvoker? _make;
    private readonly int _taken;

    private MembersForm(Type type, Member[] members, ConstructorInfo? constructor)
        : base(type)
    {
        _members = members;
        _taken = constructor?.GetParameters().Length ?? 0;
        _make = constructor is null ? null : ConstructorInvoker.Create(constructor);
    }

    /// <exception cref="ValueException">It could not be made again from its members.</exception>
    public static MembersForm Make(Type type)
    {
        var members = Member.AllOf(type);
        var constructor = type.GetConstructors()
            .Where(candidate => Array.TrueForAll(candidate.GetParameters(), parameter => members.Exists(member => member.IsFor(parameter))))
            .MaxBy(candidate => candidate.GetParameters().Length);
        if (constructor is null && !type.IsValueType)
            throw Impossible(type, "no public constructor whose parameters are all properties by name");
        List<Member> kept = [];
        foreach (var parameter in constructor?.GetParameters() ?? [])
        {
            var member = members.Find(member => member.IsFor(parameter))!;
            member.Parameter = parameter;
            kept.Add(member);
        }

        kept.AddRange(members.Where(member => member.CanBeSet && !kept.Contains(member)));
        if (kept.Count == 0 && Member.HasState(type))
            throw Impossible(type, "nothing that is public and can be set");
        return new MembersForm(type, [.. kept], constructor);
    }

    public override void Write(MsgPackWriter writer, object value, int depth)
    {
        writer.WriteMapHeader(_members.Length);
        foreach (var member in _members)
        {
            writer.WriteString(member.Key);
            WriteAny(writer, member.Get(value), depth);
        }
    }

    protected override object Read(ref PlainSource source)
    {
        if (source.Reader.NextType != MsgPackType.Map)
            throw source.Unfit(Type, source.Found());
        source.Enter();
        var values = new object?[_members.Length];
        var found = new bool[_members.Length];
        for (var count = source.Reader.ReadMapHeader(); count > 0; count--)
        {
            var index = Find(source.Reader.NextType == MsgPackType.String ? source.Reader.ReadStringBytes() : throw source.Unfit(Type, source.Found()));
            if (index < 0)
            {
                source.Reader.Skip();
                continue;
            }

            values[index] = source.Read(_members[index].Type);
            found[index] = true;
        }

        source.Leave();
        return Made(values, found, source);
    }

    private object Made(object?[] values, bool[] found, in PlainSource source)
    {
        for (var i = 0; i < _taken; i++)
        {
            if (found[i])
                continue;
            var parameter = _members[i].Parameter!;
            if (!parameter.HasDefaultValue)
                throw source.Unfit(Type, $"a dictionary without '{_members[i].Name}'");
            values[i] = DefaultValue.Of(parameter);
        }

        var made = _make is null ? Activator.CreateInstance(Type)! : _make.Invoke(values.AsSpan(0, _taken));
        for (var i = _taken; i < _members.Length; i++)
        {
            if (found[i])
                _members[i].Set(made, values[i]);
        }

        return made;
    }

    private int Find(ReadOnlySpan<byte> key)
    {
        for (var i = 0; i < _members.Length; i++)
        {
            if (key.SequenceEqual(_members[i].Key))
                return i;
        }

        return -1;
    }

    private static ValueException Impossible(Type type, string why) => new(
        $"a {TypeText.Of(type)} cannot travel: it has {why}. Give it settable properties, or a constructor whose parameters are named after its properties");
}
