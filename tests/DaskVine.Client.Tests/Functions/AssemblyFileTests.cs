using System.Reflection;
using System.Reflection.Emit;

namespace DaskVine.Client.Tests.Functions;

public sealed class AssemblyFileTests
{
    [Fact]
    public void WithDependencies_Assembly_LeavesOutWhatWorkersHave()
    {
        var names = AssemblyFile.WithDependencies(typeof(Kernels).Assembly).Select(file => file.Name).ToArray();

        Assert.Contains("DaskVine.Client.Tests.dll", names);
        Assert.Contains("DaskVine.Client.dll", names);
        Assert.Contains("FsCheck.dll", names);
        // The tests do not refer to it: their description names it.
        Assert.Contains("testhost.dll", names);
        Assert.DoesNotContain("DaskVine.Values.dll", names);
        Assert.DoesNotContain("DaskVine.Arrow.dll", names);
        Assert.DoesNotContain("DaskVine.Protocol.dll", names);
        Assert.DoesNotContain(names, name => name.StartsWith("System.", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_AssemblyFile_IsNamedByItsContent()
    {
        var file = AssemblyFile.Of(typeof(Kernels).Assembly);

        Assert.Equal(32, file.Hash.Length);
        Assert.Equal(new FileInfo(file.Path).Length, file.Size);
        Assert.Equal($"file-sha256-{Convert.ToHexStringLower(file.Hash.Span)}", file.ContentName);
    }

    [Fact]
    public void Of_AssemblyWithoutFile_IsRefused()
    {
        var made = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("made-at-run-time"), AssemblyBuilderAccess.Run);

        Assert.Contains("made-at-run-time has no file", Assert.Throws<GraphException>(() => AssemblyFile.Of(made)).Message);
    }
}
