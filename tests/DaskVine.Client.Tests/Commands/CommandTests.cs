using System.Text;
using DaskVine.Protocol.Commands;

namespace DaskVine.Client.Tests.Commands;

public sealed class CommandTests : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dv");
    private Vine _vine = null!;

    public async Task InitializeAsync() => _vine = await SharedVine.StartAsync(workers: 1);

    public async Task DisposeAsync()
    {
        await _vine.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Submit_Command_ReadsInputsAndMakesOutputs()
    {
        var path = Path.Combine(_directory.FullName, "in");
        await File.WriteAllTextAsync(path, "b\na\n");
        var sorted = _vine.DeclareFile(Path.Combine(_directory.FullName, "out"));

        _vine.Submit(new CommandTask("sort < in > out; echo sorted") { Tag = "t" }.AddInput(_vine.DeclareFile(path), "in").AddOutput(sorted, "out"));
        var done = await _vine.WaitAsync();

        Assert.Equal((CommandResult.Success, 0, "sorted\n", "t"), (done!.Result!.Value, done.ExitCode, done.Output, done.Tag));
        Assert.Equal("a\nb\n", await File.ReadAllTextAsync(sorted.Path!));
        Assert.Null(await _vine.WaitAsync());
    }

    [Fact]
    public async Task Submit_Temporary_GoesToTheNext()
    {
        var (temporary, last) = (_vine.DeclareTemp(), _vine.DeclareBuffer());
        _vine.Submit(new CommandTask("tr a-z A-Z < in > out").AddInput(_vine.DeclareBuffer(Encoding.UTF8.GetBytes("text")), "in").AddOutput(temporary, "out"));
        _vine.Submit(new CommandTask("cat in in > out") { Priority = 1, Cores = 2 }.AddInput(temporary, "in").AddOutput(last, "out"));

        await _vine.WaitAsync();
        await _vine.WaitAsync();

        Assert.Equal("TEXTTEXT", Encoding.UTF8.GetString(last.Data!.Value.Span));
    }

    [Fact]
    public async Task Submit_CommandThatFails_IsToldByItsResult()
    {
        _vine.Submit(new CommandTask("exit 3"));
        Assert.Equal(3, (await _vine.WaitAsync())!.ExitCode);
        _vine.Submit(new CommandTask("true").AddOutput(_vine.DeclareTemp(), "out"));
        Assert.Equal(CommandResult.OutputMissing, (await _vine.WaitAsync())!.Result);
        _vine.Submit(new CommandTask("cat in").AddInput(_vine.DeclareFile("/no/such/file"), "in"));
        var missing = (await _vine.WaitAsync())!;
        Assert.Equal((CommandResult.InputMissing, "nothing is at /no/such/file"), (missing.Result, missing.Reason));
        Assert.Contains("runs once", Assert.Throws<VineException>(() => _vine.Submit(missing)).Message);
    }
}
