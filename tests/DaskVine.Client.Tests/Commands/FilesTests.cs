using System.Text;
using DaskVine.Protocol.Commands;

namespace DaskVine.Client.Tests.Commands;

[Collection(SharedVineGroup.Name)]
public sealed class FilesTests(SharedVine shared) : IDisposable
{
    private readonly Vine _vine = shared.Vine;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dv");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData(OutputCondition.Always, 0, true)]
    [InlineData(OutputCondition.Always, 1, true)]
    [InlineData(OutputCondition.Success, 0, true)]
    [InlineData(OutputCondition.Success, 1, false)]
    [InlineData(OutputCondition.Failure, 0, false)]
    [InlineData(OutputCondition.Failure, 1, true)]
    public async Task RunAsync_OutputOfACondition_IsKeptThen(OutputCondition when, int exitCode, bool isKept)
    {
        var buffer = _vine.DeclareBuffer();
        var task = new CommandTask($"echo made > out; exit {exitCode}").AddOutput(buffer, "out", when);

        await _vine.RunAsync(task);

        Assert.Equal((CommandResult.Success, exitCode), (task.Result!.Value, task.ExitCode));
        Assert.Equal(isKept ? "made\n" : null, Text(buffer.Data));
    }

    [Fact]
    public async Task RunAsync_Directory_IsInputAndOutput()
    {
        MakeTree(At("in"));
        var task = new CommandTask("mkdir out && cp -rp in/. out && echo more > out/inner/more && ln -s a out/link")
            .AddInput(_vine.DeclareFile(At("in")), "in").AddOutput(_vine.DeclareFile(At("new/out")), "out");

        await _vine.RunAsync(task);

        Assert.Equal((CommandResult.Success, ""), (task.Result!.Value, task.Output));
        Assert.Equal("a", await File.ReadAllTextAsync(At("new/out/link")));
        Assert.Equal("more\n", await File.ReadAllTextAsync(At("new/out/inner/more")));
        Assert.True(File.GetUnixFileMode(At("new/out/inner/run")).HasFlag(UnixFileMode.UserExecute));
        Assert.Single(Directory.GetFileSystemEntries(At("new")));
    }

    [Fact]
    public async Task RunAsync_ManagerElsewhere_IsSentFilesAndDirectories()
    {
        await using var vine = await SharedVine.StartAsync(workers: 1);
        vine.IsNear = false;
        MakeTree(At("in"));
        await File.WriteAllBytesAsync(At("large"), new byte[3_000_000]);
        var task = new CommandTask("cat in/a in/inner/run text && wc -c < large")
            .AddInput(vine.DeclareFile(At("in")), "in")
            .AddInput(vine.DeclareFile(At("large")), "large")
            .AddInput(vine.DeclareBuffer("text\n"), "text");

        await vine.RunAsync(task);

        Assert.Equal("a#!/bin/sh\ntext\n3000000\n", task.Output);
    }

    [Fact]
    public async Task RunAsync_FileThatHasChanged_IsSentAnew()
    {
        await File.WriteAllTextAsync(At("in"), "one");
        var file = _vine.DeclareFile(At("in"), CacheLevel.Workflow);
        Assert.Equal("one", await CatAsync(file));
        await File.WriteAllTextAsync(At("in"), "another");

        Assert.Equal("another", await CatAsync(file));

        File.Delete(At("in"));
        Assert.Equal("another", await CatAsync(file));
        Assert.Same(file, _vine.DeclareFile(At("in")));
    }

    [Fact]
    public async Task RunAsync_MadeFile_IsReadWhereItIs()
    {
        var file = _vine.DeclareFile(At("made"));
        await _vine.RunAsync(new CommandTask("echo made > out").AddOutput(file, "out"));

        Assert.Equal("made\n", await CatAsync(_vine.DeclareFile(At("made"))));
        Assert.Equal("made\n", Text(await _vine.FetchAsync(file)));
    }

    [Fact]
    public async Task RunAsync_Link_IsOne()
    {
        var task = new CommandTask("test -L in && cat in").AddInput(_vine.DeclareBuffer("linked"), "in", asLink: true);

        await _vine.RunAsync(task);

        Assert.Equal("linked", task.Output);
    }

    [Fact]
    public async Task RunAsync_WhereHeld_NeedsAWorkerThatHasIt()
    {
        var (held, other) = (_vine.DeclareTemp(), _vine.DeclareBuffer("nowhere"));
        await _vine.RunAsync(new CommandTask("echo held > out").AddOutput(held, "out"));
        var here = new CommandTask("cat in").AddInput(held, "in", whereHeld: true);
        var nowhere = new CommandTask("cat in").AddInput(other, "in", whereHeld: true);

        await _vine.RunAsync(here);
        await _vine.RunAsync(nowhere);

        Assert.Equal("held\n", here.Output);
        Assert.Equal(CommandResult.FixedLocationMissing, nowhere.Result);
    }

    [Fact]
    public async Task FetchAsync_Temporary_ComesAndIsMadeAgainWhenPruned()
    {
        var (count, temporary) = (At("count"), _vine.DeclareTemp());
        await _vine.RunAsync(new CommandTask($"echo run >> {count}; head -c 100000 /dev/zero > out").AddOutput(temporary, "out"));

        Assert.Equal(100_000, (await _vine.FetchAsync(temporary)).Length);
        Assert.Equal(100_000, (await _vine.FetchAsync(temporary)).Length);
        Assert.Single(await File.ReadAllLinesAsync(count));
        _vine.Prune(temporary);
        Assert.Equal(100_000, (await _vine.FetchAsync(temporary)).Length);
        Assert.Equal(2, (await File.ReadAllLinesAsync(count)).Length);
    }

    [Fact]
    public async Task Undeclare_File_IsUsedNoMore()
    {
        var temporary = _vine.DeclareTemp();
        await _vine.RunAsync(new CommandTask("echo > out").AddOutput(temporary, "out"));

        _vine.Undeclare(temporary);

        Assert.Contains("was undeclared", await RefusedAsync(() => _vine.FetchAsync(temporary)));
        Assert.Contains("was undeclared", Assert.Throws<VineException>(() => _vine.Submit(new CommandTask("").AddInput(temporary, "in"))).Message);
        Assert.NotSame(_vine.DeclareFile(At("a")), Undeclared(_vine.DeclareFile(At("b"))));
        Assert.NotSame(Undeclared(_vine.DeclareFile(At("c"))), _vine.DeclareFile(At("c")));
    }

    [Fact]
    public async Task FetchAsync_NothingThere_SaysSo()
    {
        Assert.Contains("no command makes it", await RefusedAsync(() => _vine.FetchAsync(_vine.DeclareTemp())));
        Assert.Contains("no command makes it", await RefusedAsync(() => _vine.FetchAsync(_vine.DeclareBuffer())));
        Assert.Contains("/no/such/file cannot be read", await RefusedAsync(() => _vine.FetchAsync(_vine.DeclareFile("/no/such/file"))));
        Assert.Equal("text", Text(await _vine.FetchAsync(_vine.DeclareBuffer("text"))));
    }

    [Fact]
    public async Task Submit_FileThatCannotBe_IsRefused()
    {
        await using var other = await SharedVine.StartAsync(workers: 0);
        var (file, mini) = (_vine.DeclareBuffer("a"), _vine.DeclareMiniTask(new CommandTask("true"), "made"));

        Assert.Contains("another Vine", Refused(new CommandTask("").AddInput(other.DeclareTemp(), "in")));
        Assert.Contains("'../in'", Refused(new CommandTask("").AddInput(file, "../in")));
        Assert.Contains("named 'in'", Refused(new CommandTask("").AddInput(file, "in").AddInput(file, "in")));
        Assert.Contains("cannot be the output", Assert.Throws<VineException>(() => new CommandTask("").AddOutput(mini, "out")).Message);
    }

    [Fact]
    public async Task RunAsync_WatchedOutput_IsToldWhileItGrows()
    {
        var (answer, told) = (At("answer"), new MemoryStream());
        var pieces = new Running.Told<WatchedPiece>(piece =>
        {
            told.Position = piece.Offset;
            told.Write(piece.Data.Span);
            // The command goes on when its first line was heard.
            if (told.Length >= 6)
                File.WriteAllText(answer, "");
        });
        var buffer = _vine.DeclareBuffer();
        var task = new CommandTask($"echo first > out; until test -e {answer}; do sleep 0.01; done; echo second >> out") { MaxTime = TimeSpan.FromMinutes(1) };

        await _vine.RunAsync(task.AddOutput(buffer, "out", watch: pieces));

        Assert.Equal(CommandResult.Success, task.Result);
        Assert.StartsWith("first\n", Encoding.UTF8.GetString(told.ToArray()));
        Assert.Equal("first\nsecond\n", Text(buffer.Data));
    }

    private static string? Text(ReadOnlyMemory<byte>? data) => data is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;

    private static async Task<string> RefusedAsync(Func<Task> act) => (await Assert.ThrowsAsync<VineException>(act)).Message;

    private static void MakeTree(string path)
    {
        Directory.CreateDirectory(Path.Combine(path, "inner"));
        File.WriteAllText(Path.Combine(path, "a"), "a");
        File.WriteAllText(Path.Combine(path, "inner/run"), "#!/bin/sh\n");
        File.SetUnixFileMode(Path.Combine(path, "inner/run"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private string At(string name) => Path.Combine(_directory.FullName, name);

    private string Refused(CommandTask task) => Assert.Throws<VineException>(() => _vine.Submit(task)).Message;

    private VineFile Undeclared(VineFile file)
    {
        _vine.Undeclare(file);
        return file;
    }

    private async Task<string> CatAsync(VineFile file)
    {
        var task = new CommandTask("cat in").AddInput(file, "in");
        await _vine.RunAsync(task);
        return task.Result == CommandResult.Success ? task.Output : $"{task.Result}: {task.Reason}";
    }
}
