using System.Diagnostics;

namespace DaskVine.Client.Tests.Clusters;

public sealed class LocalClusterTests
{
    [Fact]
    public async Task DisposeAsync_LeavesNothing()
    {
        var vine = await SharedVine.StartAsync(workers: 2);
        var directory = Path.GetDirectoryName(vine.Address["ipc://".Length..])!;
        var mode = File.GetUnixFileMode(directory);
        int[] processes = [vine.ManagerProcessId!.Value, .. vine.WorkerProcessIds];

        await vine.DisposeAsync();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, mode);
        Assert.Equal(3, processes.Length);
        Assert.All(processes, id => Assert.False(Directory.Exists($"/proc/{id}")));
        Assert.False(Directory.Exists(directory));
        var add = PythonFunctions.Add.Call<int>(1, 2);
        Assert.Contains("disposed", Assert.Throws<ManagerLostException>(() => add.Compute(scheduler: vine.Get)).Message);
    }

    [Fact]
    public async Task Compute_WorkerIsKilled_RunsElsewhere()
    {
        await using var vine = await SharedVine.StartAsync(workers: 2);
        var kill = new Once(() => Kill(vine.WorkerProcessIds[0]));
        var sums = Enumerable.Range(0, 20).Select(i => (object)PythonFunctions.Add.Call<double>(
            i, PythonFunctions.Multiply.Call<double>(PythonFunctions.Same.Call<double>(0.5), 2))).ToList();

        var results = await new Graph().ComputeAsync(sums, scheduler: vine.Get, progress: kill);

        Assert.Equal(Enumerable.Range(1, 20).Select(i => (double)i), sums.Select(results.Get<double>));
    }

    [Fact]
    public async Task Compute_AllWorkersAreKilled_IsToldWithTheirEnd()
    {
        await using var vine = await SharedVine.StartAsync(workers: 1);
        var kill = new Once(() => Kill(vine.WorkerProcessIds[0]));

        var lost = await Assert.ThrowsAsync<WorkersLostException>(
            () => PythonFunctions.SleepLong(0).ComputeAsync(scheduler: vine.Get, progress: kill));

        Assert.Contains("killed by signal 9", lost.Message);
    }

    [Fact]
    public async Task Compute_ManagerIsKilled_IsToldWithItsEnd()
    {
        await using var vine = await SharedVine.StartAsync(workers: 1);
        var kill = new Once(() => Kill(vine.ManagerProcessId!.Value));
        var sleep = PythonFunctions.SleepLong(0);

        var lost = await Assert.ThrowsAsync<ManagerLostException>(() => sleep.ComputeAsync(scheduler: vine.Get, progress: kill));

        Assert.Contains("killed by signal 9", lost.Message);
        await Assert.ThrowsAsync<ManagerLostException>(() => sleep.ComputeAsync(scheduler: vine.Get));
    }

    [Fact]
    public async Task Compute_WithoutWorkers_IsNoticed()
    {
        await using var vine = await SharedVine.StartAsync(workers: 0);
        var noticed = new TaskCompletionSource<VineNotice>();
        vine.Noticed += (_, notice) => noticed.TrySetResult(notice);
        using var cancel = new CancellationTokenSource();

        var add = PythonFunctions.Add.Call<int>(1, 2).ComputeAsync(scheduler: vine.Get, cancellation: cancel.Token);

        Assert.Equal("waiting-for-workers", (await noticed.Task).Code);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => add);
    }

    [Fact]
    public void Find_NoProgram_SaysHowToGetOne()
    {
        var refused = Assert.Throws<VineException>(() => DaskVineProgram.Find(null, "/", ""));

        Assert.Contains("dotnet publish src/DaskVine.Cli", refused.Message);
        Assert.Contains("DASKVINE_PROGRAM=/no/such", Assert.Throws<VineException>(() => DaskVineProgram.Find("/no/such", "/", "")).Message);
    }

    [Fact]
    public void Find_Program_IsTheNamedOneOrBesideTheApplication()
    {
        using var program = new TemporaryProgram();

        Assert.Equal("/bin/sh", DaskVineProgram.Find("/bin/sh", program.Directory, null));
        Assert.Equal(program.Path, DaskVineProgram.Find("", program.Directory, null));
        Assert.Equal(program.Path, DaskVineProgram.Find(null, "/", $"/no/such:{program.Directory}"));
    }

    private static void Kill(int id)
    {
        using var process = Process.GetProcessById(id);
        process.Kill();
    }

    /// <summary>Does something as soon as a task has run and another one does.</summary>
    private sealed class Once(Action action) : IProgress<GraphProgress>
    {
        private int _done;

        public void Report(GraphProgress value)
        {
            if (value is { Done: > 0, Running: > 0 } && Interlocked.Exchange(ref _done, 1) == 0)
                action();
        }
    }

    private sealed class TemporaryProgram : IDisposable
    {
        private readonly DirectoryInfo _directory = System.IO.Directory.CreateTempSubdirectory("dv");

        public TemporaryProgram()
        {
            File.WriteAllText(Path, "");
            File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        public string Directory => _directory.FullName;

        public string Path => System.IO.Path.Combine(Directory, "daskvine");

        public void Dispose() => _directory.Delete(recursive: true);
    }
}
