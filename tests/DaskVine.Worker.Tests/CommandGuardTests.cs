using System.IO.Pipes;
using DaskVine.ZeroMq;

namespace DaskVine.Worker.Tests;

public class CommandGuardTests
{
    [Fact]
    public void Guard_WhosePipeEnds_KillsTheSessionsThatAreLeft()
    {
        using var input = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.None);
        var guard = new CommandGuard();
        SessionProcess[] processes = [.. Enumerable.Range(0, 3).Select(_ => Start(input))];
        foreach (var process in processes)
            guard.Add(process.Id);
        guard.Remove(processes[1].Id);
        guard.Dispose();
        Assert.Equal(-9, End(processes[0]));
        Assert.Equal(-9, End(processes[2]));
        input.Dispose();
        Assert.Equal(7, End(processes[1]));
    }

    [Fact]
    public void Guard_ThatWasKilled_IsReplacedByOneThatKnowsAll()
    {
        using var input = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.None);
        using var guard = new CommandGuard();
        var first = Start(input);
        guard.Add(first.Id);
        SessionProcess.KillProcess(guard.ProcessId!.Value);
        var second = Start(input);
        guard.Add(second.Id);
        guard.Dispose();
        Assert.Equal((-9, -9), (End(first), End(second)));
    }

    // It ends by itself when its input does.
    private static SessionProcess Start(AnonymousPipeServerStream input) =>
        SessionProcess.Start(["/bin/sh", "-c", "read -r line; exit 7"], [], input.ClientSafePipeHandle, "/dev/null");

    private static int? End(SessionProcess process)
    {
        process.AwaitEnd();
        return process.Reap()?.Status;
    }
}
