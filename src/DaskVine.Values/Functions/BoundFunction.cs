using System.Reflection;
using DaskVine.Protocol.MsgPack;
using DaskVine.Values.Bodies;
using DaskVine.Values.Plain;

namespace DaskVine.Values;

/// <summary>A function that is ready to be called. Any thread may call it.</summary>
public sealed class BoundFunction
{
    private readonly MethodInfo _method;
    private readonly object? _target;
    private readonly MethodInvoker _invoker;
    private readonly Func<object, object?>? _await;
    private readonly BoundParameter[] _parameters;

    // Arguments of a call that gives none: defaults, and what calls never give.
    private readonly object?[] _template;

    internal BoundFunction(string name, MethodInfo method, LibraryContext? context)
    {
        (Name, _method) = (name, method);
        _target = method.IsStatic ? null : Activator.CreateInstance(method.DeclaringType!, nonPublic: true);
        _invoker = MethodInvoker.Create(method);
        (Result, _await) = Awaiting.Of(method.ReturnType);
        List<BoundParameter> given = [];
        var parameters = method.GetParameters();
        _template = new object?[parameters.Length];
        foreach (var parameter in parameters)
        {
            if (Injection.TryFind(parameter, name, context, out var value))
            {
                _template[parameter.Position] = value;
                continue;
            }

            if (parameter.ParameterType.IsByRef || parameter.ParameterType.IsByRefLike || parameter.ParameterType.IsPointer)
                throw new ValueException($"parameter '{parameter.Name}' of {name} is a {parameter.ParameterType.Name}, which no call can give: take a ReadOnlyMemory or an array");
            var bound = new BoundParameter(parameter, name, parameter.Position);
            given.Add(bound);
            _template[parameter.Position] = bound.Default;
        }

        _parameters = [.. given];
    }

    /// <summary>For people.</summary>
    public string Name { get; }

    /// <summary>Type of the result, that of the task's when it is asynchronous.</summary>
    public Type Result { get; }

    /// <summary>Those that calls give arguments for.</summary>
    public IReadOnlyList<BoundParameter> Parameters => _parameters;

    /// <summary>Calls it with an argument for each of <see cref="Parameters"/>, and waits when it is asynchronous.</summary>
    /// <exception cref="UserCodeException">It raised.</exception>
    public object? Invoke(params ReadOnlySpan<object?> arguments)
    {
        var all = Arguments();
        for (var i = 0; i < arguments.Length; i++)
            all[_parameters[i].Position] = arguments[i];
        return Run(all);
    }

    /// <summary>Calls it with <paramref name="count"/> arguments that come next.</summary>
    internal object? Call(ref PlainSource source, int count)
    {
        var arguments = Arguments();
        var asked = source.What;
        var given = 0UL;
        for (var i = 0; i < count; i++)
        {
            if (i == count - 1 && BodyExtension.IsKeywords(source.Reader))
                given |= ReadKeywords(ref source, arguments, given);
            else if (i >= _parameters.Length)
                throw new ValueException($"{Name} takes {_parameters.Length} arguments, and is given {count}");
            else if (_parameters[i] is var parameter && parameter.IsParams && IsSpread(source.Reader, count - i))
            {
                arguments[parameter.Position] = ReadSpread(ref source, parameter, count - i);
                given |= Bit(i);
                break;
            }
            else
            {
                source.What = parameter.What;
                arguments[parameter.Position] = source.Read(parameter.Type);
                given |= Bit(i);
            }
        }

        source.What = asked;
        for (var i = count; i < _parameters.Length; i++)
            MustBeGiven(i, given);
        return Run(arguments);
    }

    /// <summary>The function as a delegate.</summary>
    /// <exception cref="ValueException">It has other parameters, or another result.</exception>
    internal object ToDelegate(Type wanted, string what)
    {
        if (wanted.IsInstanceOfType(this))
            return this;
        if (!wanted.IsSubclassOf(typeof(Delegate)))
            throw new ValueException($"{what} takes {TypeText.Of(wanted)}, and is given the function {Name}");
        try
        {
            return _method.CreateDelegate(wanted, _target);
        }
        catch (ArgumentException e)
        {
            throw new ValueException($"{what} takes {TypeText.Of(wanted)}, which the function {Name} does not fit", e);
        }
    }

    private object?[] Arguments() => _template.Length == 0 ? [] : (object?[])_template.Clone();

    private object? Run(object?[] arguments)
    {
        try
        {
            var result = _invoker.Invoke(_target, arguments.AsSpan());
            return _await is null || result is null ? result : _await(result);
        }
        catch (Exception e)
        {
            throw new UserCodeException(e);
        }
    }

    private ulong ReadKeywords(ref PlainSource source, object?[] arguments, ulong given)
    {
        var payload = source.ReadPayload(out _);
        var keywords = new PlainSource(payload, Name, source.References);
        var added = 0UL;
        for (var count = keywords.Reader.ReadMapHeader(); count > 0; count--)
        {
            var name = keywords.Reader.ReadString();
            var index = Array.FindIndex(_parameters, parameter => parameter.Name == name);
            if (index < 0)
                throw new ValueException($"{Name} has no parameter '{name}' that calls give; it has: {string.Join(", ", _parameters.Select(p => p.Name))}");
            if (((given | added) & Bit(index)) != 0)
                throw new ValueException($"{_parameters[index].What} is given twice");
            keywords.What = _parameters[index].What;
            arguments[_parameters[index].Position] = keywords.Read(_parameters[index].Type);
            added |= Bit(index);
        }

        // Required ones before the last positional argument were given by position.
        for (var i = 0; i < _parameters.Length; i++)
            MustBeGiven(i, given | added);
        return added | given;
    }

    private void MustBeGiven(int index, ulong given)
    {
        if (_parameters[index].IsRequired && (given & Bit(index)) == 0)
            throw new ValueException($"{_parameters[index].What} is not given");
    }

    private static Array ReadSpread(ref PlainSource source, BoundParameter parameter, int count)
    {
        var element = parameter.Type.GetElementType()!;
        var items = Array.CreateInstance(element, count);
        source.What = parameter.What;
        for (var i = 0; i < count; i++)
            items.SetValue(source.Read(element), i);
        return items;
    }

    // One argument that can be the whole array is.
    private static bool IsSpread(MsgPackReader next, int left) => left > 1 || next.NextType is not (MsgPackType.Array or MsgPackType.Extension or MsgPackType.Nil);

    // Nobody has more than 64 parameters that are required.
    private static ulong Bit(int index) => 1UL << Math.Min(index, 63);
}
