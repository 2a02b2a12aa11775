using DaskVine.Protocol;
using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState.Tests;

/// <summary>Assignments of commands, and their ends.</summary>
internal static class Commands
{
    /// <summary>A command that makes files, whose numbers are 2000 + ten times its own and up.</summary>
    public static Assign Command(long task, int attempt = 1, int outputs = 0, params long[] files)
    {
        var spec = new CommandSpec
        {
            Command = "true",
            Inputs = [.. files.Select((_, i) => new CommandInput($"in{i}"))],
            Outputs = [.. Enumerable.Range(0, outputs).Select(i => new CommandOutput($"out{i}"))],
        };
        return CoreHarness.Call(task, attempt, TaskMode.Command, files) with
        {
            Functions = [],
            Body = spec.ToBytes(),
            Outputs = [.. Enumerable.Range(0, outputs).Select(i => OutputOf(task, i))],
        };
    }

    /// <summary>As <see cref="Command"/>, where the files are watched.</summary>
    public static Assign Watched(long task, int attempt = 1, int outputs = 1, params long[] files)
    {
        var command = Command(task, attempt, outputs, files);
        var spec = CommandSpec.Read(command.Body.Span);
        return command with
        {
            Body = (spec with { Outputs = [.. spec.Outputs.Select(output => output with { Options = CommandOutputOptions.Watch })] }).ToBytes(),
        };
    }

    /// <summary>A command that takes so many slots.</summary>
    public static Assign WithCores(this Assign command, int cores) =>
        command with { Body = (CommandSpec.Read(command.Body.Span) with { Cores = cores }).ToBytes() };

    public static FileId OutputOf(long task, int number) => new(2000 + (task * 10) + number);

    public static MakeFile Make(long file, long number = 1, params long[] files)
    {
        var command = Command(0, outputs: 1, files: files);
        return new MakeFile(new FileId(file), number, command.Body, [.. files.Select(f => new FileSize(new FileId(f), 10))], "", CacheLevel.Task);
    }

    /// <summary>It ran, and made files of these sizes.</summary>
    public static CommandEnded Ended(StartCommand start, params long?[] sizes) => EndedWith(start, 0, sizes);

    public static CommandEnded EndedWith(StartCommand start, int exitCode, params long?[] sizes)
    {
        var report = new CommandReport
        {
            Result = sizes.Contains(null) ? CommandResult.OutputMissing : CommandResult.Success,
            ExitCode = exitCode,
            Outputs = sizes,
            Reason = sizes.Contains(null) ? "its output is missing" : "",
            Measured = new CommandUsage(5, 4, 3, 2),
        };
        return new CommandEnded(start.Call, new CommandReported(report, new byte[9], 9, "its last words"));
    }

    /// <summary>As <see cref="Ended"/>, with a report that was written to a file.</summary>
    public static CommandEnded EndedAtLength(StartCommand start, params long?[] sizes)
    {
        var ended = Ended(start, sizes);
        return ended with { Outcome = (CommandReported)ended.Outcome with { Value = null, Size = 100_000 } };
    }

    public static CommandEnded Killed(StartCommand start) => new(start.Call, new CommandKilled());

    public static CommandEnded Without(StartCommand start, long file) => new(start.Call, new CommandInputLost(new FileId(file), "gone"));

    public static StartCommand DrainStart(this CoreHarness core) => Assert.Single(core.Drain().OfType<StartCommand>());

    public static T DrainReport<T>(this CoreHarness core)
        where T : Protocol.Records.Record => Assert.Single(core.Drain().OfType<Report>().Select(report => report.Record).OfType<T>());
}
