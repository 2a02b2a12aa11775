using DaskVine.Values;

namespace DaskVine.Client;

/// <summary>
/// What sets a library of .NET functions up, once per worker process: functions find what it returned as a parameter of that type, or of
/// <see cref="DaskVine.Values.Context{T}"/>.
/// </summary>
public sealed class Context
{
    private readonly DotnetFunction _setup;
    private readonly object?[] _arguments;

    private Context(DotnetFunction setup, object?[] arguments)
    {
        _setup = setup;
        _arguments = arguments;
    }

    internal DotnetFunction Setup => _setup;

    /// <param name="setup">A static method, or a lambda that captures nothing.</param>
    /// <param name="arguments">Its arguments: values.</param>
    /// <exception cref="GraphException">The function captures variables or is an instance's.</exception>
    public static Context Of(Delegate setup, params object?[] arguments)
    {
        var function = DotnetFunction.Of(setup);
        function.Check(arguments.Length);
        return new Context(function, arguments);
    }

    /// <summary>As the setup of a library's spec.</summary>
    internal byte[] ToBytes()
    {
        try
        {
            var body = new BodyWriter(_arguments.Length);
            foreach (var argument in _arguments)
                body.Literal(argument);
            return new LibrarySetup(_setup.ToReference(), body.ToArray()).ToBytes();
        }
        catch (ValueException e)
        {
            throw new GraphException($"an argument of the context's {_setup.Name} cannot be sent: {e.Message}", e);
        }
    }
}

/// <summary>What the library of a graph's .NET functions takes of each worker: <c>libResources: new(cores: 2, slots: 2)</c>.</summary>
public sealed record LibraryResources
{
    /// <param name="cores">All of its calls together; 0 for one core per slot.</param>
    /// <param name="slots">How many calls run beside each other; 0 for as many as the worker has cores for.</param>
    /// <param name="memory">Bytes that it keeps while it is there.</param>
    public LibraryResources(int cores = 0, int slots = 0, long memory = 0) => (Cores, Slots, Memory) = (cores, slots, memory);

    /// <summary>All of its calls together; 0 for one core per slot.</summary>
    public int Cores { get; init; }

    /// <summary>How many calls run beside each other; 0 for as many as the worker has cores for.</summary>
    public int Slots { get; init; }

    /// <summary>Bytes that it keeps while it is there.</summary>
    public long Memory { get; init; }
}
