using System.Text;
using DaskVine.Protocol.Commands;

namespace DaskVine.Client;

/// <summary>
/// A shell command: it runs under <c>/bin/sh</c> at a worker, in a directory that has its inputs and nothing else. That it failed is no exception
/// but its <see cref="Result"/> and <see cref="ExitCode"/>. It runs once.
/// </summary>
/// <param name="command">What the shell is given.</param>
public sealed partial class CommandTask(string command)
{
    private readonly List<MountedInput> _inputs = [];
    private readonly List<MountedOutput> _outputs = [];
    private readonly SortedDictionary<string, string?> _environment = new(StringComparer.Ordinal);

    /// <summary>What the shell is given.</summary>
    public string Command { get; } = command;

    /// <summary>For whoever submits it.</summary>
    public string Tag { get; init; } = "";

    /// <summary>Cores of its worker that it has for itself while it runs; null for one, without its being told so.</summary>
    public int? Cores { get; init; }

    /// <summary>The most memory, in MB of 2^20 bytes: with more it ends with <see cref="CommandResult.ResourceExhaustion"/>. Null for no limit.</summary>
    public long? Memory { get; init; }

    /// <summary>The most that its directory may hold, in MB of 2^20 bytes: with more it ends with <see cref="CommandResult.SandboxExhaustion"/>.</summary>
    public long? Disk { get; init; }

    /// <summary>GPUs of a worker that was started with <c>--resources gpus=N</c>.</summary>
    public double Gpus { get; init; }

    /// <summary>It runs only at workers that were started with <c>--resources NAME=1</c> for each.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>Names of the workers that may run it; empty for all.</summary>
    public IReadOnlyList<string> Workers { get; init; } = [];

    /// <summary>Longest run: then it ends with <see cref="CommandResult.MaxWallTime"/>. Null for no limit.</summary>
    public TimeSpan? MaxTime { get; init; }

    /// <summary>When it has to be done: else it ends with <see cref="CommandResult.MaxEndTime"/>. Null for never.</summary>
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>
    /// How often it is tried again after it was lost with its worker: one time more ends it with <see cref="CommandResult.MaxRetries"/>. 0 leaves it
    /// to the manager, which gives it up with <see cref="CommandResult.Forsaken"/> when it was lost three times.
    /// </summary>
    public int MaxRetries { get; init; }

    /// <summary>Commands of a higher one run first.</summary>
    public double Priority { get; init; }

    /// <summary>Bytes of its standard output and error that are kept, the first ones; null for the worker's own limit.</summary>
    public long? OutputLimit { get; init; }

    internal IReadOnlyList<MountedInput> Inputs => _inputs;

    internal IReadOnlyList<MountedOutput> Outputs => _outputs;

    internal bool IsSubmitted { get; set; }

    /// <summary>Sets a variable of its environment, or removes it where the value is null.</summary>
    /// <exception cref="ArgumentException">It cannot be the name of a variable.</exception>
    public CommandTask SetEnvironment(string name, string? value)
    {
        if (name.Length == 0 || name.Contains('=') || name.Contains('\0'))
            throw new ArgumentException($"'{name}' cannot be the name of an environment variable", nameof(name));
        _environment[name] = value;
        return this;
    }

    /// <summary>Gives it a file or directory.</summary>
    /// <param name="file">Of the same <see cref="Vine"/>.</param>
    /// <param name="name">A relative path in its directory.</param>
    /// <param name="asLink">As a symbolic link.</param>
    /// <param name="whereHeld">
    /// It is never brought: the command runs at a worker that holds it already, and ends with <see cref="CommandResult.FixedLocationMissing"/> when
    /// there is none.
    /// </param>
    public CommandTask AddInput(VineFile file, string name, bool asLink = false, bool whereHeld = false)
    {
        var options = (asLink ? CommandInputOptions.Symlink : 0) | (whereHeld ? CommandInputOptions.Held : 0);
        _inputs.Add(new MountedInput(file, name, options));
        return this;
    }

    /// <summary>Says what it makes: a file or a directory.</summary>
    /// <param name="file">Of <see cref="Vine.DeclareFile"/>, <see cref="Vine.DeclareTemp"/>, or a buffer.</param>
    /// <param name="name">A relative path in its directory.</param>
    /// <param name="when">When it is kept.</param>
    /// <param name="watch">Hears what is appended to it while the command runs; in order, on the thread that takes what the manager sends.</param>
    /// <exception cref="VineException">It is a file that no command can make.</exception>
    public CommandTask AddOutput(
        VineFile file, string name, OutputCondition when = OutputCondition.Always, IProgress<WatchedPiece>? watch = null)
    {
        if (!file.MayBeMade)
            throw new VineException($"{file.Text} cannot be the output of a command: DeclareFile, DeclareBuffer and DeclareTemp make files that can");
        var options = when switch
        {
            OutputCondition.Failure => CommandOutputOptions.OnlyFailed,
            OutputCondition.Success => CommandOutputOptions.OnlySucceeded,
            _ => CommandOutputOptions.None,
        };
        _outputs.Add(new MountedOutput(file, name, options | (watch is null ? 0 : CommandOutputOptions.Watch), watch));
        return this;
    }

    /// <summary>What is sent of it.</summary>
    /// <param name="made">What it makes where it is no task of its own; null for its outputs.</param>
    internal CommandSpec ToSpec(string? made = null)
    {
        var environment = new Dictionary<string, string?>(_environment);
        if (Gpus > 0)
            environment.TryAdd("GPUS", $"{Gpus}");
        return new CommandSpec
        {
            Command = Command,
            Inputs = [.. _inputs.Select(input => new CommandInput(input.Name, input.Options))],
            Outputs = made is null ? [.. _outputs.Select(output => new CommandOutput(output.Name, output.Options))] : [new CommandOutput(made)],
            Environment = environment,
            Cores = Cores,
            WallMs = MaxTime is { } time ? Math.Max(1, (long)time.TotalMilliseconds) : null,
            EndMs = EndTime?.ToUnixTimeMilliseconds(),
            Memory = Memory << 20,
            Disk = Disk << 20,
            Stdout = OutputLimit,
        };
    }
}
