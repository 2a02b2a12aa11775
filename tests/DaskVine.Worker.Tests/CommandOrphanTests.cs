using System.Diagnostics;
using System.Reflection;
using static DaskVine.Worker.Tests.ShellCommands;

namespace DaskVine.Worker.Tests;

public class CommandOrphanTests
{
    [Fact]
    public void Worker_KilledBySignal_LeavesNoCommand()
    {
        using var manager = new FakeManager();
        using var directory = new TemporaryDirectory();
        using var worker = Process.Start(new ProcessStartInfo(
            Environment.ProcessPath!,
            [Program(), "worker", $"{manager.Address}", "--cores", "2", "--cache-dir", directory.Path, "--python", "/usr/bin/python3"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        manager.Join();
        // One of them has a shell with job control, which gives what it starts a group of its own.
        manager.Send(
            Command(1, Of("sleep 3600 & echo $$ $! >pids; mv pids first; wait")),
            Command(2, Of("set -m; sleep 3600 & echo $$ $! >pids; mv pids second; wait")));
        string[] ids = [.. new[] { "first", "second" }.SelectMany(name => File.ReadAllText(AwaitFile(directory.Path, name)).Split(' '))];
        worker.Kill();
        worker.WaitForExit();
        MustBeGone(ids);
    }

    private static string Program() => typeof(CommandOrphanTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Program").Value!;
}
