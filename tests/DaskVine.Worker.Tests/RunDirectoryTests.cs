namespace DaskVine.Worker.Tests;

public class RunDirectoryTests
{
    [Fact]
    public void New_WhereAKilledWorkerLeftItsOwn_RemovesIt()
    {
        using var parent = new TemporaryDirectory();
        var left = RunDirectory.Create(parent.Path);
        File.WriteAllText(Path.Combine(left, "lock"), "");
        File.WriteAllText(Path.Combine(left, "file-1"), "large");
        using var directory = new RunDirectory(parent.Path);
        Assert.False(Directory.Exists(left));
        Assert.True(Directory.Exists(directory.Path));
    }

    [Fact]
    public void New_BesideALivingWorker_LeavesItAlone()
    {
        using var parent = new TemporaryDirectory();
        using var living = new RunDirectory(parent.Path);
        using var directory = new RunDirectory(parent.Path);
        Assert.True(Directory.Exists(living.Path));
        Assert.NotEqual(living.Path, directory.Path);
    }

    [Fact]
    public void New_BesideADirectoryOfNoWorker_LeavesItAlone()
    {
        using var parent = new TemporaryDirectory();
        var other = Directory.CreateDirectory(Path.Combine(parent.Path, "daskvine-manager-x")).FullName;
        using var directory = new RunDirectory(parent.Path);
        Assert.True(Directory.Exists(other));
    }

    [Fact]
    public void Dispose_RemovesItWithAllInIt()
    {
        using var parent = new TemporaryDirectory();
        var directory = new RunDirectory(parent.Path);
        File.WriteAllText(Path.Combine(directory.Logs, "library.log"), "text");
        directory.Dispose();
        Assert.Empty(Directory.EnumerateFileSystemEntries(parent.Path));
    }
}
