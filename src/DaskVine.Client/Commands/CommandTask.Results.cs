using System.Text;
using DaskVine.Protocol.Commands;

namespace DaskVine.Client;

/// <content>What became of it.</content>
public sealed partial class CommandTask
{
    /// <summary>What became of it; null while it is not done.</summary>
    public CommandResult? Result { get; private set; }

    /// <summary>What it ended with, −signal when one ended it; −1 when it did not run.</summary>
    public int ExitCode { get; private set; } = -1;

    /// <summary>Whether it ran to its end with exit code 0, and left its outputs.</summary>
    public bool IsSuccessful => Result == CommandResult.Success && ExitCode == 0;

    /// <summary>Standard output and error, in order, as much of it as is kept.</summary>
    public string Output { get; private set; } = "";

    /// <summary>For people; empty when there is nothing to say.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>Name of the worker that ran it; empty when none did.</summary>
    public string Worker { get; internal set; } = "";

    /// <summary>What it took; null when it did not run.</summary>
    public MeasuredResources? Measured { get; private set; }

    internal void End(CommandResult result, string reason, CommandReport? report = null)
    {
        Result = result;
        Reason = reason;
        if (report is not { StartedUs: > 0 })
            return;
        ExitCode = report.ExitCode;
        Output = Encoding.UTF8.GetString(report.Output.Span);
        Measured = new MeasuredResources(
            Moment(report.StartedUs), TimeSpan.FromMicroseconds(report.Measured.WallUs), TimeSpan.FromMicroseconds(report.Measured.CpuUs),
            report.Measured.Memory, report.Measured.Disk);
    }

    private static DateTimeOffset Moment(long us) => DateTimeOffset.UnixEpoch + TimeSpan.FromMicroseconds(us);
}

/// <summary>What a command took, as far as it was seen.</summary>
/// <param name="Started">When it began.</param>
/// <param name="WallTime">From its start to its end.</param>
/// <param name="CpuTime">Of all processors.</param>
/// <param name="Memory">The most bytes that it held at once.</param>
/// <param name="Disk">The most bytes that its directory held.</param>
public sealed record MeasuredResources(DateTimeOffset Started, TimeSpan WallTime, TimeSpan CpuTime, long Memory, long Disk);
