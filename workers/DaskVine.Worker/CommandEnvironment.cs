using System.Collections;
using DaskVine.Protocol.Commands;

namespace DaskVine.Worker;

/// <summary>The variables of a command: the worker's own, TaskVine's, and over all those that the task names.</summary>
internal static class CommandEnvironment
{
    private const long Megabyte = 1 << 20;

    private static readonly string[] ThreadCounts =
        ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"];

    /// <summary>As <c>NAME=VALUE</c>.</summary>
    public static IEnumerable<string> Of(CommandSpec spec, Sandbox sandbox)
    {
        var variables = new Dictionary<string, string?>();
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            variables[(string)variable.Key] = (string?)variable.Value;
        var cores = $"{spec.Cores ?? 1}";
        foreach (var name in ThreadCounts)
            variables[name] = cores;
        variables["CORES"] = cores;
        variables["GPUS"] = "0";
        variables["MEMORY"] = Megabytes(spec.Memory);
        variables["DISK"] = Megabytes(spec.Disk);
        variables["VINE_SANDBOX"] = variables["PWD"] = sandbox.Path;
        variables["TMPDIR"] = sandbox.Temporary;
        foreach (var (name, value) in spec.Environment)
            variables[name] = value;
        return variables.Where(variable => variable.Value is not null).Select(variable => $"{variable.Key}={variable.Value}");
    }

    // TaskVine counts in megabytes; what has no limit is not told.
    private static string? Megabytes(long? bytes) => bytes is { } limit ? $"{limit / Megabyte}" : null;
}
