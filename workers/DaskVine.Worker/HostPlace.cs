using DaskVine.Protocol.Libraries;
using DaskVine.Protocol.Records;

namespace DaskVine.Worker;

/// <summary>Where a host process runs, and in what.</summary>
/// <param name="Directory">Its working directory.</param>
internal sealed record HostPlace(string Directory)
{
    // What BLAS libraries and others ask for how many threads they may start.
    private static readonly string[] s_threads =
        ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"];

    /// <summary>The command that starts Python in place of the worker's, or null.</summary>
    public string[]? Interpreter { get; init; }

    /// <summary>The command that is started in place of Python and its host, or null.</summary>
    public string[]? Program { get; init; }

    /// <summary>A shell command that comes before the interpreter's, or empty.</summary>
    public string Command { get; init; } = "";

    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>The place of a library's processes, whose files it puts into <paramref name="made"/>, a directory that is not there yet.</summary>
    /// <param name="spec">Null for the worker's own library.</param>
    /// <param name="inputs">As many as the spec names.</param>
    /// <param name="shared">Where it runs when it has no files.</param>
    /// <exception cref="IOException">It cannot be made; the message says what is in the way.</exception>
    public static HostPlace Of(LibrarySpec? spec, IReadOnlyList<TaskInput> inputs, CacheDirectory cache, string made, string shared)
    {
        if (spec is null)
            return new HostPlace(shared);
        var sandboxes = SandboxesOf(made);
        if (spec.Sandbox)
            System.IO.Directory.CreateDirectory(sandboxes);
        string[]? program = spec.Runtime == LibraryRuntime.Dotnet ? [DotnetHost.Find()] : null;
        if (spec.Inputs.Count == 0)
            return new HostPlace(shared) { Command = spec.Command, Program = program, Variables = VariablesOf(spec, sandboxes) };
        System.IO.Directory.CreateDirectory(made);
        for (var i = 0; i < inputs.Count; i++)
            Put(inputs[i], cache, Path.Combine(made, spec.Inputs[i]));
        return new HostPlace(made)
        {
            Command = spec.Command,
            Program = program,
            Variables = VariablesOf(spec, sandboxes),
            Interpreter = spec.PackedEnvironment.Length > 0 ? InterpreterIn(Path.Combine(made, spec.PackedEnvironment)) : null,
        };
    }

    /// <summary>Where calls that have directories of their own have them, beside the files of their library.</summary>
    public static string SandboxesOf(string made) => $"{made}-calls";

    private static Dictionary<string, string> VariablesOf(LibrarySpec spec, string sandboxes)
    {
        var variables = new Dictionary<string, string> { ["DASKVINE_SANDBOXES"] = sandboxes };
        foreach (var name in s_threads.Where(name => Environment.GetEnvironmentVariable(name) is null))
            variables[name] = $"{spec.CoresPerCall}";
        if (spec.Runtime == LibraryRuntime.Dotnet)
            variables["DOTNET_ROOT"] = DotnetHost.Root;
        foreach (var (name, value) in spec.Environment)
            variables[name] = value;
        return variables;
    }

    // Links, so that it lasts as long as the process that uses it, and not only as long as the cache keeps it.
    private static void Put(TaskInput input, CacheDirectory cache, string place)
    {
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        if (input.Value is { } value)
            File.WriteAllBytes(place, value.Span);
        else
            FileTree.Link(cache.FilePath(input.File), place);
    }

    private static string[] InterpreterIn(string environment)
    {
        var wrapper = Path.Combine(environment, "bin", "run_in_env");
        if (File.Exists(wrapper))
            return [wrapper, "python3"];
        var python = Path.Combine(environment, "bin", "python");
        return File.Exists(python)
            ? [python]
            : throw new IOException("the packed environment has neither bin/run_in_env nor bin/python: it is to be packed by poncho or conda-pack");
    }
}
