using DaskVine.Protocol.Commands;

namespace DaskVine.Client.Tests.Commands;

[Collection(SharedVineGroup.Name)]
public sealed class ResourcesTests(SharedVine shared)
{
    private readonly Vine _vine = shared.Vine;

    [Fact]
    public async Task RunAsync_Environment_IsSetAndRemoved()
    {
        var task = new CommandTask("echo $COLOR ${HOME-none} $CORES") { Cores = 2 }.SetEnvironment("COLOR", "red").SetEnvironment("HOME", null);

        await _vine.RunAsync(task);

        Assert.True(task.IsSuccessful);
        Assert.Equal("red none 2\n", task.Output);
        Assert.Contains("A=B", Assert.Throws<ArgumentException>(() => new CommandTask("true").SetEnvironment("A=B", "")).Message);
    }

    [Fact]
    public async Task RunAsync_LongerThanItMay_IsEnded()
    {
        var task = new CommandTask("sleep 1000") { MaxTime = TimeSpan.FromMilliseconds(50) };
        var late = new CommandTask("sleep 1000") { EndTime = DateTimeOffset.UtcNow.AddMilliseconds(50) };

        await Task.WhenAll(_vine.RunAsync(task), _vine.RunAsync(late));

        Assert.Equal((CommandResult.MaxWallTime, CommandResult.MaxEndTime), (task.Result!.Value, late.Result!.Value));
        Assert.False(task.IsSuccessful);
    }

    [Fact]
    public async Task RunAsync_MoreMemoryOrDiskThanAsked_IsEnded()
    {
        var memory = new CommandTask("exec /usr/bin/python3 -c 'import time; held = bytearray(64 << 20); time.sleep(1000)'") { Memory = 20 };
        var disk = new CommandTask("head -c 20000000 /dev/zero > large; sleep 1000") { Disk = 2 };

        await Task.WhenAll(_vine.RunAsync(memory), _vine.RunAsync(disk));

        Assert.Equal(CommandResult.ResourceExhaustion, memory.Result);
        Assert.Equal(CommandResult.SandboxExhaustion, disk.Result);
        Assert.True(memory.Measured!.Memory > 20 << 20);
        Assert.True(disk.Measured!.Disk > 2 << 20);
    }

    [Fact]
    public async Task RunAsync_Command_IsMeasured()
    {
        var task = new CommandTask("echo") { Tag = "measured" };

        await _vine.RunAsync(task);

        Assert.Equal("w1", task.Worker);
        Assert.True(task.Measured!.WallTime > TimeSpan.Zero);
        Assert.InRange(task.Measured.Started, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task RunAsync_MoreOutputThanKept_IsCut()
    {
        var task = new CommandTask("seq 1000000") { OutputLimit = 1000 };

        await _vine.RunAsync(task);

        Assert.StartsWith("1\n2\n", task.Output);
        Assert.InRange(task.Output.Length, 1000, 2000);
    }

    [Fact]
    public async Task Submit_Feature_WaitsForAWorkerThatHasIt()
    {
        var nowhere = new CommandTask("true") { Features = ["fast"], Gpus = 1 };
        var elsewhere = new CommandTask("true") { Workers = ["w7"] };
        _vine.Submit(nowhere);
        _vine.Submit(elsewhere);
        var here = new CommandTask("true") { Workers = ["w1"], Priority = -1, MaxRetries = 2 };

        await _vine.RunAsync(here);

        Assert.Equal((CommandResult.Success, null, null), (here.Result!.Value, nowhere.Result, elsewhere.Result));
        Assert.True(_vine.Cancel(nowhere) && _vine.Cancel(elsewhere));
        Assert.False(_vine.Cancel(nowhere));
        Assert.Equal(CommandResult.Cancelled, (await _vine.WaitAsync())!.Result);
        Assert.Equal(CommandResult.Cancelled, (await _vine.WaitAsync())!.Result);
    }

    [Fact]
    public async Task Cancel_RunningCommand_EndsIt()
    {
        var begun = new TaskCompletionSource();
        var (file, after) = (_vine.DeclareTemp(), new CommandTask("cat in"));
        var task = new CommandTask("echo begun > out; sleep 1000")
            .AddOutput(file, "out", watch: new Running.Told<WatchedPiece>(piece => begun.TrySetResult()));
        _vine.Submit(task);
        _vine.Submit(after.AddInput(file, "in"));
        await begun.Task;

        Assert.True(_vine.Cancel(task));

        Assert.Same(task, await _vine.WaitAsync());
        Assert.Equal(CommandResult.InputMissing, (await _vine.WaitAsync())!.Result);
        Assert.Null(await _vine.WaitAsync());
    }

    [Fact]
    public async Task RunAsync_Cancelled_IsSoAtTheManager()
    {
        using var cancel = new CancellationTokenSource();
        var begun = new Running.Told<WatchedPiece>(_ => cancel.Cancel());
        var task = new CommandTask("echo > out; sleep 1000").AddOutput(_vine.DeclareTemp(), "out", watch: begun);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _vine.RunAsync(task, cancel.Token));

        Assert.Equal(CommandResult.Cancelled, task.Result);
        await _vine.RunAsync(new CommandTask("true") { Cores = 2 });
    }
}
