using System.Collections.Concurrent;
using DaskVine.Values;

namespace DaskVine.LibraryHost;

/// <summary>The functions that the worker has sent, by number. All threads share them, so each is loaded once.</summary>
internal sealed class FunctionTable
{
    private readonly ConcurrentDictionary<int, KnownFunction> _functions = new();

    // Assemblies whose file is the one that references mean, by name and hash.
    private readonly ConcurrentDictionary<string, bool> _checked = new();
    private LibraryAssemblies? _assemblies;
    private LibraryContext? _context;

    /// <summary>Where functions are found, once the library is set up.</summary>
    public void Open(LibraryAssemblies assemblies, LibraryContext? context) => (_assemblies, _context) = (assemblies, context);

    public void Learn(int number, string name, byte[] code) => _functions.GetOrAdd(number, _ => new KnownFunction(this, name, code));

    public void Forget(int number) => _functions.TryRemove(number, out _);

    /// <exception cref="ValueException">The worker has not sent it.</exception>
    public KnownFunction Find(int number) =>
        _functions.TryGetValue(number, out var function) ? function : throw new ValueException($"function number {number} was not sent before a call of it");

    /// <exception cref="ValueException">It cannot be had.</exception>
    public BoundFunction Bind(FunctionReference reference)
    {
        var assemblies = _assemblies ?? throw new ValueException("the library is not set up");
        var bound = reference.Bind(assemblies.Find, _context);
        var hash = Convert.ToHexString(reference.Hash.Span);
        return _checked.GetOrAdd($"{reference.Assembly} {hash}", _ => assemblies.Is(reference.Assembly, reference.Hash.Span))
            ? bound
            : throw new ValueException($"{reference.Name} of assembly {reference.Assembly} is of another build of it than the one among the library's inputs");
    }
}

/// <summary>A function, and how long its calls take.</summary>
internal sealed class KnownFunction(FunctionTable table, string name, byte[] code)
{
    private readonly Lock _loading = new();
    private volatile BoundFunction? _bound;
    private ValueException? _failure;

    public string Name { get; } = name;

    /// <summary>Ticks of its longest run of late; the largest number before the first. Threads may lose each other's.</summary>
    public long Longest { get; set; } = long.MaxValue;

    /// <summary>The function itself, loaded when it is wanted first.</summary>
    /// <exception cref="ValueException">It cannot be loaded.</exception>
    public BoundFunction Bind()
    {
        if (_bound is { } bound)
            return bound;
        lock (_loading)
        {
            if (_failure is not null)
                throw new ValueException(_failure.Message, _failure);
            try
            {
                return _bound ??= table.Bind(FunctionReference.Read(code));
            }
            catch (ValueException e)
            {
                _failure = e;
                throw;
            }
        }
    }

    /// <summary>Forgets slowly, so that one collection or one hiccup does not mark a short function for ever.</summary>
    public void Measure(long ticks)
    {
        var before = Longest == long.MaxValue ? 0 : Longest;
        Longest = ticks > before ? ticks : before - (before >> 3);
    }
}
