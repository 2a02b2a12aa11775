using System.Reflection;
using System.Runtime.CompilerServices;
using DaskVine.Values;

namespace DaskVine.Client;

/// <summary>A .NET function: a static method, or a lambda that captures nothing.</summary>
internal sealed class DotnetFunction : RemoteFunction, IEquatable<DotnetFunction>
{
    // A graph has many calls of few functions. Weak, as assemblies may be unloaded.
    private static readonly ConditionalWeakTable<MethodInfo, DotnetFunction> s_known = [];

    private readonly FunctionReference _reference;

    // The number of arguments that calls may give; the largest number where the last parameter takes any.
    private readonly int _most;

    private DotnetFunction(MethodInfo method)
    {
        try
        {
            _reference = FunctionReference.Of(method);
        }
        catch (ValueException e)
        {
            throw new GraphException(e.Message, e);
        }

        Method = method;
        var parameters = method.GetParameters();
        _most = Array.Exists(parameters, parameter => parameter.IsDefined(typeof(ParamArrayAttribute)))
            ? int.MaxValue
            : parameters.Count(parameter => !IsGivenByLibrary(parameter.ParameterType));
        Name = IsLambda(method) ? $"a lambda in {method.DeclaringType!.DeclaringType?.Name}" : _reference.Name;
    }

    public MethodInfo Method { get; }

    /// <inheritdoc/>
    public override string Name { get; }

    internal override Runtime Runtime => Runtime.Dotnet;

    /// <exception cref="GraphException">It captures variables or is an instance's.</exception>
    public static DotnetFunction Of(Delegate function) => function.GetInvocationList() is [var only]
        ? Of(OfClosedStatic(only))
        : throw new GraphException($"{function.Method.Name} is a delegate of several methods; a task calls one");

    /// <exception cref="GraphException">It is an instance's, or generic without its types.</exception>
    public static DotnetFunction Of(MethodInfo method) => s_known.GetValue(method, static found => new DotnetFunction(found));

    public bool Equals(DotnetFunction? other) => other is not null && other.Method == Method;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DotnetFunction);

    /// <inheritdoc/>
    public override int GetHashCode() => Method.GetHashCode();

    internal override byte[] ToCode() => ToReference().ToCode();

    /// <summary>As it is sent: with the hash of its assembly, so that a worker that has another one says so.</summary>
    internal FunctionReference ToReference()
    {
        var assembly = Method.DeclaringType!.Assembly;
        return AssemblyFile.IsAtWorkers(assembly) ? _reference : _reference with { Hash = AssemblyFile.Of(assembly).Hash };
    }

    /// <summary>That of its type, and those of the types that it is made with.</summary>
    internal IEnumerable<Assembly> Assemblies() =>
        Method.GetGenericArguments().Concat(Method.DeclaringType!.GetGenericArguments()).Append(Method.DeclaringType).Select(type => type.Assembly);

    internal override void Check(int arguments)
    {
        if (arguments > _most)
            throw new GraphException($"{Name} takes {_most} arguments, and the call has {arguments}");
    }

    private static bool IsGivenByLibrary(Type type) =>
        type == typeof(CancellationToken) || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Values.Context<>));

    // An extension method's delegate holds its first argument, which would be lost.
    private static MethodInfo OfClosedStatic(Delegate function) => function.Target is null || !function.Method.IsStatic
        ? function.Method
        : throw new GraphException($"{function.Method.Name} is bound to its first argument, which stays in this process: give it as an argument of the call");

    private static bool IsLambda(MethodInfo method) => method.DeclaringType!.IsDefined(typeof(CompilerGeneratedAttribute));
}
