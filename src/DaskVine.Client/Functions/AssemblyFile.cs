using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;
using System.Security.Cryptography;

namespace DaskVine.Client;

/// <summary>The file of an assembly that workers are sent.</summary>
/// <param name="Path">Where it is here.</param>
/// <param name="Hash">SHA-256.</param>
/// <param name="Size">Bytes.</param>
internal sealed record AssemblyFile(string Path, ReadOnlyMemory<byte> Hash, long Size)
{
    // What a worker's host of .NET functions has itself.
    private static readonly HashSet<string> s_ofHost = ["DaskVine.Arrow", "DaskVine.Values", "DaskVine.Protocol"];
    private static readonly string s_framework = System.IO.Path.GetDirectoryName(typeof(object).Assembly.Location)!;
    private static readonly ConcurrentDictionary<Assembly, AssemblyFile> s_known = new();
    private static readonly ConcurrentDictionary<Assembly, IReadOnlyList<AssemblyFile>> s_closures = new();

    /// <summary>Under which a library finds it.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Names its content.</summary>
    public string ContentName => $"file-sha256-{Convert.ToHexStringLower(Hash.Span)}";

    /// <exception cref="GraphException">It has no file.</exception>
    public static AssemblyFile Of(Assembly assembly) => s_known.GetOrAdd(assembly, Read);

    /// <summary>
    /// An assembly and all that it needs, by what it refers to and by the .deps.json beside it, but for what each worker has: the shared framework
    /// and DaskVine's own.
    /// </summary>
    /// <exception cref="GraphException">One has no file, or what describes them is damaged.</exception>
    public static IReadOnlyList<AssemblyFile> WithDependencies(Assembly assembly) => s_closures.GetOrAdd(assembly, Walk);

    /// <summary>Whether each worker has it: the shared framework, and what is DaskVine's own.</summary>
    public static bool IsAtWorkers(Assembly assembly) =>
        s_ofHost.Contains(assembly.GetName().Name!) || System.IO.Path.GetDirectoryName(assembly.Location) == s_framework;

    private static IReadOnlyList<AssemblyFile> Walk(Assembly root)
    {
        var context = AssemblyLoadContext.GetLoadContext(root) ?? AssemblyLoadContext.Default;
        var found = new Dictionary<string, Assembly>();
        var rest = new Stack<Assembly>([root]);
        while (rest.TryPop(out var assembly))
        {
            if (IsAtWorkers(assembly) || !found.TryAdd(assembly.GetName().Name!, assembly))
                continue;
            foreach (var name in assembly.GetReferencedAssemblies())
            {
                if (!found.ContainsKey(name.Name!) && Load(context, name) is { } referenced)
                    rest.Push(referenced);
            }
        }

        // What was loaded counts, where both name it.
        return [.. found.Values.Select(Of).Concat(Described(root))
            .DistinctBy(file => file.Name)
            .OrderBy(file => file.Name, StringComparer.Ordinal)];
    }

    private static IEnumerable<AssemblyFile> Described(Assembly root) => IsAtWorkers(root) ? [] : AssemblyDependencies.Of(root.Location)
        .Where(path => !s_ofHost.Contains(System.IO.Path.GetFileNameWithoutExtension(path)))
        .Where(path => !File.Exists(System.IO.Path.Combine(s_framework, System.IO.Path.GetFileName(path))))
        .Select(Read);

    // What is absent here too, such as a reference that only some platforms have, nobody calls.
    private static Assembly? Load(AssemblyLoadContext context, AssemblyName name)
    {
        try
        {
            return context.LoadFromAssemblyName(name);
        }
        catch (Exception e) when (e is FileNotFoundException or FileLoadException)
        {
            return null;
        }
    }

    private static AssemblyFile Read(Assembly assembly)
    {
        if (assembly.Location.Length == 0)
        {
            throw new GraphException(
                $"the assembly {assembly.GetName().Name} has no file that workers could be sent: do not publish as a single file, "
                + "and keep functions out of assemblies that are made at run time");
        }

        return Read(assembly.Location);
    }

    private static AssemblyFile Read(string path)
    {
        using var file = File.OpenRead(path);
        return new AssemblyFile(path, SHA256.HashData(file), file.Length);
    }
}
