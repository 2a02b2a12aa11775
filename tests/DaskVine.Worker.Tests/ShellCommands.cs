using System.Text;
using DaskVine.Protocol;
using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;

namespace DaskVine.Worker.Tests;

/// <summary>Assignments of commands, and their reports.</summary>
internal static class ShellCommands
{
    public static readonly FileId ReportFile = new(2000);

    public static CommandSpec Of(string command) => new() { Command = command };

    public static CommandSpec Making(this CommandSpec spec, params string[] outputs) =>
        spec with { Outputs = [.. outputs.Select(name => new CommandOutput(name))] };

    /// <summary>An assignment whose outputs are files 3000, 3001, …</summary>
    public static Assign Command(long task, CommandSpec spec, params TaskInput[] inputs) => new(
        new TaskId(task), 1, TaskMode.Command, [], spec.ToBytes(), inputs, ReportFile,
        Outputs: [.. spec.Outputs.Select((_, i) => OutputFile(i))]);

    public static FileId OutputFile(int number) => new(3000 + number);

    public static TaskInput Value(string text) => new(Encoding.UTF8.GetBytes(text), default, 0);

    public static TaskInput CacheFile(FileId file) => new(null, file, 10);

    public static string Text(this CommandReport report) => Encoding.UTF8.GetString(report.Output.Span);

    /// <summary>Runs a command and waits for its report, which rides with its end.</summary>
    public static CommandReport Run(this FakeManager manager, CommandSpec spec, params TaskInput[] inputs)
    {
        manager.Send(Command(1, spec, inputs));
        return CommandReport.Read(manager.Receive<Completed>().Value!.Value);
    }

    /// <summary>The bytes of a file that the worker has.</summary>
    public static byte[] Fetch(this FakeManager manager, FileId file)
    {
        manager.Send(new Fetch(file));
        var bytes = new List<byte>();
        Chunk chunk;
        do
        {
            chunk = manager.Receive<Chunk>();
            bytes.AddRange(chunk.Data.Span);
        }
        while (bytes.Count < chunk.Size);
        return [.. bytes];
    }

    /// <summary>Waits for the end of processes that were killed: they may be on their way out, and nothing tells of that.</summary>
    public static void MustBeGone(string[] ids) => Assert.All(
        ids, id => Assert.True(SpinWait.SpinUntil(() => !IsAlive(id.Trim()), TimeSpan.FromSeconds(30)), $"process {id} is alive"));

    /// <summary>Waits for a file that a command makes by renaming, and returns its path.</summary>
    public static string AwaitFile(string directory, string name)
    {
        string[] found = [];
        Assert.True(SpinWait.SpinUntil(
            () => (found = Directory.GetFiles(directory, name, SearchOption.AllDirectories)).Length > 0, TimeSpan.FromSeconds(30)));
        return found[0];
    }

    private static bool IsAlive(string id)
    {
        try
        {
            return !File.ReadAllText($"/proc/{id}/stat").Split(") ")[^1].StartsWith('Z');
        }
        catch (IOException)
        {
            // No such process.
            return false;
        }
    }
}
