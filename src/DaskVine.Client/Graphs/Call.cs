namespace DaskVine.Client;

/// <summary>
/// A task of a <see cref="Graph"/>: a function and its arguments. An argument that equals a key of the graph stands for that key's value;
/// so do the elements of lists. Arguments may be calls themselves.
/// </summary>
public sealed class Call
{
    private Call(RemoteFunction function, object?[] arguments, IReadOnlyList<KeyValuePair<string, object?>> keywords)
    {
        Function = function;
        Arguments = arguments;
        Keywords = keywords;
    }

    internal RemoteFunction Function { get; }

    internal object?[] Arguments { get; }

    internal IReadOnlyList<KeyValuePair<string, object?>> Keywords { get; }

    /// <summary>A call of a .NET function, to be run by workers.</summary>
    /// <param name="function">A static method, or a lambda that captures nothing.</param>
    /// <param name="arguments">As many as it has parameters, but for those that it gets from its worker (a context, a CancellationToken).</param>
    /// <exception cref="GraphException">The function captures variables or is an instance's; says what to do instead.</exception>
    public static Call Of(Delegate function, params object?[] arguments) => Of(DotnetFunction.Of(function), arguments);

    /// <summary>A call of a Python function.</summary>
    /// <param name="function">By <see cref="Python.Function"/>.</param>
    /// <param name="arguments">Its positional arguments.</param>
    public static Call Of(PythonFunction function, params object?[] arguments) => Of((RemoteFunction)function, arguments);

    /// <summary>The same call with a keyword argument more, which only Python functions have.</summary>
    /// <exception cref="GraphException">The function is one of .NET.</exception>
    public Call With(string keyword, object? value) => Function is PythonFunction
        ? new Call(Function, Arguments, [.. Keywords, new(keyword, value)])
        : throw new GraphException($"{Function.Name} is a .NET function, which has no keyword arguments: give {keyword} in its place");

    internal static Call Of(RemoteFunction function, object?[] arguments)
    {
        function.Check(arguments.Length);
        return new Call(function, arguments, []);
    }
}
