using System.Reflection;
using System.Runtime.Loader;
using System.Security.Cryptography;

namespace DaskVine.LibraryHost;

/// <summary>
/// The assemblies among a library's inputs. What this process has itself (the framework, and what is spoken with the worker) is shared; the rest
/// comes from the inputs only.
/// </summary>
internal sealed class LibraryAssemblies : AssemblyLoadContext
{
    private const string Extension = ".dll";

    // Simple names of what this process has.
    private static readonly HashSet<string> s_shared = [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(path => Path.GetFileNameWithoutExtension(path))];

    private readonly string _directory;

    // By simple name.
    private readonly Dictionary<string, string> _paths = [];

    /// <param name="directory">Where the inputs are.</param>
    /// <param name="inputs">Their paths in it.</param>
    public LibraryAssemblies(string directory, IEnumerable<string> inputs)
        : base("library")
    {
        _directory = directory;
        foreach (var input in inputs.Where(input => input.EndsWith(Extension, StringComparison.OrdinalIgnoreCase)))
            _paths.TryAdd(Path.GetFileNameWithoutExtension(input), Path.Combine(directory, input));
    }

    /// <exception cref="FileNotFoundException">It is not there; the message says what is.</exception>
    public Assembly Find(string name)
    {
        if (!_paths.ContainsKey(name) && !s_shared.Contains(name))
            throw new FileNotFoundException($"{name}.dll is not among the library's inputs, which are: {string.Join(", ", _paths.Keys.Order())}");
        return LoadFromAssemblyName(new AssemblyName(name));
    }

    /// <summary>Whether the input of that name is the file that has this hash; what is no input is not looked at.</summary>
    public bool Is(string name, ReadOnlySpan<byte> hash)
    {
        if (hash.IsEmpty || s_shared.Contains(name) || !_paths.TryGetValue(name, out var path))
            return true;
        using var file = File.OpenRead(path);
        return hash.SequenceEqual(SHA256.HashData(file));
    }

    protected override Assembly? Load(AssemblyName assemblyName) =>
        !s_shared.Contains(assemblyName.Name!) && _paths.TryGetValue(assemblyName.Name!, out var path) ? LoadFromAssemblyPath(path) : null;

    protected override nint LoadUnmanagedDll(string unmanagedDllName)
    {
        foreach (var name in new[] { unmanagedDllName, $"{unmanagedDllName}.so", $"lib{unmanagedDllName}.so" })
        {
            var path = Path.Combine(_directory, name);
            if (File.Exists(path))
                return LoadUnmanagedDllFromPath(path);
        }

        return 0;
    }
}
