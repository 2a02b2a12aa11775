namespace DaskVine.Client;

/// <summary>
/// A task of a <see cref="Graph"/>: a function and its arguments. An argument that equals a key of the graph stands for that key's value;
/// so do the elements of lists. Arguments may be calls themselves.
/// </summary>
public sealed class Call
{
    private Call(RemoteFunction function, object?[] arguments, IReadOnlyList<KeyValuePair<string, object?>> keywords, TaskWishes? wishes = null)
    {
        Wishes = wishes;
        Function = function;
        Arguments = arguments;
        Keywords = keywords;
    }

    internal RemoteFunction Function { get; }

    internal object?[] Arguments { get; }

    internal IReadOnlyList<KeyValuePair<string, object?>> Keywords { get; }

    /// <summary>What is asked for it alone; null for nothing.</summary>
    internal TaskWishes? Wishes { get; }

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
        ? new Call(Function, Arguments, [.. Keywords, new(keyword, value)], Wishes)
        : throw new GraphException($"{Function.Name} is a .NET function, which has no keyword arguments: give {keyword} in its place");

    /// <summary>The same call as a task of its own of which something else is asked than of others.</summary>
    public Call WithOptions(TaskWishes wishes) => new(Function, Arguments, Keywords, wishes);

    /// <summary>Whether it runs as a part of a call there that it is an argument of; else it is a task of its own.</summary>
    internal bool IsPartOf(Runtime? runtime) => Function.Runtime == runtime && Wishes is null;

    internal static Call Of(RemoteFunction function, object?[] arguments)
    {
        function.Check(arguments.Length);
        return new Call(function, arguments, []);
    }
}
