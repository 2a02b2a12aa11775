using System.Text;
using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using static DaskVine.Worker.Tests.PythonCalls;

namespace DaskVine.Worker.Tests;

public class ModuleStoreTests
{
    [Theory]
    [InlineData("x.py", true)]
    [InlineData("a b.whl", true)]
    [InlineData("x.egg", true)]
    [InlineData("x.zip", true)]
    [InlineData(".py", false)]
    [InlineData("", false)]
    [InlineData(".", false)]
    [InlineData("..", false)]
    [InlineData("x.txt", false)]
    [InlineData("../x.py", false)]
    [InlineData("/x.py", false)]
    [InlineData("a\\x.py", false)]
    [InlineData("a\0.py", false)]
    public void Upload_IsStoredWhenItsNameIsThatOfAModule(string name, bool stored)
    {
        using var parent = new TemporaryDirectory();
        using var run = new RunDirectory(parent.Path);
        var module = new ModuleStore(run, new WorkerLog("w")).Store(new Upload(name, new byte[] { 1, 255 }, new byte[5]));
        Assert.Equal(stored ? $"{run.Path}/uploads/01ff/{name}" : null, module?.Path);
        Assert.Equal(stored ? 5 : 0, stored ? File.ReadAllBytes(module!.Path).Length : 0);
        Assert.Equal(stored, Directory.Exists(run.Uploads));
    }

    [Fact]
    public void Upload_WithoutHash_IsIgnored()
    {
        using var parent = new TemporaryDirectory();
        using var run = new RunDirectory(parent.Path);
        Assert.Null(new ModuleStore(run, new WorkerLog("w")).Store(new Upload("x.py", default, new byte[5])));
    }

    [Fact]
    public void Upload_ThatCannotBeStored_IsIgnored()
    {
        using var parent = new TemporaryDirectory();
        using var run = new RunDirectory(parent.Path);
        File.WriteAllText(run.Uploads, "in the way");
        Assert.Null(new ModuleStore(run, new WorkerLog("w")).Store(new Upload("x.py", new byte[1], new byte[5])));
    }

    [Theory]
    [InlineData(TaskMode.FunctionCalls)]
    [InlineData(TaskMode.Tasks)]
    public void Upload_OfAModule_IsWhatCallsAfterItImport(TaskMode mode)
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        manager.Send(Function(1, "uploaded_here", "f"), Module(1), Call(1, 1) with { Mode = mode });
        Assert.Equal(1, Integer(manager.Receive<Completed>().Value));
        manager.Send(Module(2), Call(2, 1) with { Mode = mode });
        Assert.Equal(2, Integer(manager.Receive<Completed>().Value));
    }

    [Fact]
    public void Upload_LargeAndToldAgain_LeavesChildrenAsTheyAre()
    {
        using var manager = new FakeManager();
        using var worker = new RunningWorker(manager);
        manager.Join();
        manager.Send(Function(1, "uploaded_here", "count"), Module(1), Call(1, 1));
        Assert.Equal(1, Integer(manager.Receive<Completed>().Value));
        manager.CloseDoor();
        manager.Join();
        manager.Receive<Completed>();
        manager.Send(Module(1), Function(1, "uploaded_here", "count"), Call(2, 1));
        // The module was not loaded anew.
        Assert.Equal(2, Integer(manager.Receive<Completed>().Value));
    }

    private static Upload Module(int version) => new("uploaded_here.py", new[] { (byte)version }, Encoding.ASCII.GetBytes(
        $"def f():\n    return {version}\ncalls = []\ndef count():\n    calls.append(1)\n    return len(calls)\n{new string('#', 20_000)}\n"));
}
