using System.Text;
using DaskVine.Protocol.Commands;

namespace DaskVine.Client;

/// <summary>
/// A shell command: it runs under <c>/bin/sh</c> at a worker, in a directory that has its inputs and nothing else. That it failed is no exception
/// but its <see cref="Result"/> and <see cref="ExitCode"/>. It runs once.
/// </summary>
/// <param name="command">What the shell is given.</param>
public sealed class CommandTask(string command)
{
    private readonly List<(VineFile File, string Name)> _inputs = [];
    private readonly List<(VineFile File, string Name)> _outputs = [];

    /// <summary>What the shell is given.</summary>
    public string Command { get; } = command;

    /// <summary>For whoever submits it.</summary>
    public string Tag { get; init; } = "";

    /// <summary>Cores that it takes.</summary>
    public int Cores { get; init; } = 1;

    /// <summary>Longest run; null for no limit.</summary>
    public TimeSpan? MaxTime { get; init; }

    /// <summary>Commands of a higher one run first.</summary>
    public double Priority { get; init; }

    /// <summary>What became of it; null while it is not done.</summary>
    public CommandResult? Result { get; private set; }

    /// <summary>What it ended with, −signal when one ended it.</summary>
    public int ExitCode { get; private set; }

    /// <summary>Standard output and error, in order, as much of it as is kept.</summary>
    public string Output { get; private set; } = "";

    /// <summary>For people; empty when there is nothing to say.</summary>
    public string Reason { get; private set; } = "";

    internal IReadOnlyList<(VineFile File, string Name)> Inputs => _inputs;

    internal IReadOnlyList<(VineFile File, string Name)> Outputs => _outputs;

    internal bool IsSubmitted { get; set; }

    /// <summary>Gives it a file, under a name in its directory.</summary>
    public CommandTask AddInput(VineFile file, string name)
    {
        _inputs.Add((file, name));
        return this;
    }

    /// <summary>Says what it makes, under a name in its directory.</summary>
    public CommandTask AddOutput(VineFile file, string name)
    {
        _outputs.Add((file, name));
        return this;
    }

    internal CommandSpec ToSpec() => new()
    {
        Command = Command,
        Inputs = [.. _inputs.Select(input => new CommandInput(input.Name))],
        Outputs = [.. _outputs.Select(output => new CommandOutput(output.Name))],
        Cores = Cores,
        WallMs = MaxTime is { } time ? (long)time.TotalMilliseconds : null,
    };

    internal void End(CommandResult result, string reason, CommandReport? report = null)
    {
        Result = result;
        Reason = reason;
        ExitCode = report?.ExitCode ?? 0;
        Output = report is null ? "" : Encoding.UTF8.GetString(report.Output.Span);
    }
}
