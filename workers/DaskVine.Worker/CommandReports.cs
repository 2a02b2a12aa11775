using System.Text;
using DaskVine.Protocol.Commands;
using DaskVine.WorkerState;
using Microsoft.Win32.SafeHandles;

namespace DaskVine.Worker;

/// <summary>What is told of a command: its outputs are taken, and its report is written when it is not small.</summary>
internal static class CommandReports
{
    // A report up to this rides with the message that the command has ended.
    private const int MaxInline = 4096;

    // Readers take no more in one value; TaskVine keeps as much.
    private const long MaxOutput = 1 << 30;
    private const int InMemory = 64 << 10;
    private const int TailBytes = 2048;
    private const int DiskFull = 28;
    private const int QuotaFull = 122;

    public static CommandReported NotRun(CommandResult result, string reason, StartCommand start)
    {
        var report = CommandReport.Of(result, reason) with { Outputs = new long?[start.Spec.Outputs.Count] };
        var bytes = report.ToBytes();
        return new CommandReported(report, bytes, bytes.Length, "");
    }

    public static CommandReported NotRun(Exception why, StartCommand start) =>
        NotRun(Stored(why, CommandResult.Forsaken), $"it could not be run: {why.Message}", start);

    /// <summary>Takes the outputs of a command that has run.</summary>
    public static CommandReported Of(CommandReport report, StartCommand start, Sandbox sandbox, CacheDirectory cache)
    {
        report = WithOutputs(report, start, sandbox, cache);
        try
        {
            return WithLog(report, start, sandbox, cache);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            cache.DropOutput(start.Call);
            report = With(report, CommandResult.StdoutMissing, $"its standard output cannot be had: {e.Message}");
            var bytes = report.ToBytes();
            return new CommandReported(report, bytes, bytes.Length, "");
        }
    }

    private static CommandReported WithLog(CommandReport report, StartCommand start, Sandbox sandbox, CacheDirectory cache)
    {
        using var log = File.OpenHandle(sandbox.Log);
        var written = RandomAccess.GetLength(log);
        var kept = (int)Math.Min(written, Math.Min(start.Spec.Stdout ?? MaxOutput, MaxOutput));
        // Who wants none of it has not lost anything.
        if (kept < written && start.Spec.Stdout != 0)
            report = report with { Reason = Join(report.Reason, $"its output of {written} bytes was cut off after {kept}") };
        var tail = Encoding.UTF8.GetString(Read(log, Math.Max(0, written - TailBytes), (int)Math.Min(written, TailBytes))).Trim();
        if (kept <= InMemory)
            report = report with { Output = Read(log, 0, kept) };
        var bytes = kept <= MaxInline ? report.ToBytes() : null;
        if (bytes?.Length <= MaxInline)
            return new CommandReported(report, bytes, bytes.Length, tail);
        var size = Write(report, cache.CommandOutputPath(start.Call), log, kept);
        return new CommandReported(report with { Output = default }, null, size, tail);
    }

    private static CommandReport WithOutputs(CommandReport report, StartCommand start, Sandbox sandbox, CacheDirectory cache)
    {
        var failed = report.Result != CommandResult.Success || report.ExitCode != 0;
        var sizes = new long?[start.Spec.Outputs.Count];
        for (var i = 0; i < sizes.Length; i++)
        {
            var (name, options) = start.Spec.Outputs[i];
            if (options.HasFlag(failed ? CommandOutputOptions.OnlySucceeded : CommandOutputOptions.OnlyFailed))
                continue;
            try
            {
                sizes[i] = sandbox.Take(name, cache.CommandOutputPath(start.Call + 1 + i));
                if (sizes[i] is null)
                    report = With(report, CommandResult.OutputMissing, $"its output '{name}' is missing");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                cache.DropOutput(start.Call + 1 + i);
                report = With(report, Stored(e, CommandResult.OutputTransferError), $"its output '{name}' could not be stored: {e.Message}");
            }
        }

        return report with { Outputs = sizes };
    }

    // What came first is the result; what else there is to say is said.
    private static CommandReport With(CommandReport report, CommandResult result, string reason) => report with
    {
        Result = report.Result == CommandResult.Success ? result : report.Result,
        Reason = Join(report.Reason, reason),
    };

    private static string Join(string first, string second) => first.Length == 0 ? second : $"{first}; {second}";

    private static CommandResult Stored(Exception why, CommandResult otherwise) =>
        why is IOException { HResult: DiskFull or QuotaFull } ? CommandResult.SandboxExhaustion : otherwise;

    private static byte[] Read(SafeFileHandle log, long from, int count)
    {
        var bytes = new byte[count];
        for (var filled = 0; filled < count;)
        {
            var read = RandomAccess.Read(log, bytes.AsSpan(filled), from + filled);
            filled += read > 0 ? read : throw new EndOfStreamException("its output became shorter while it was read");
        }

        return bytes;
    }

    private static long Write(CommandReport report, string path, SafeFileHandle log, int kept)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write);
        file.Write(report.ToBytesBefore(kept));
        for (var written = 0; written < kept;)
        {
            var piece = Read(log, written, Math.Min(InMemory, kept - written));
            file.Write(piece);
            written += piece.Length;
        }

        return file.Length;
    }
}
