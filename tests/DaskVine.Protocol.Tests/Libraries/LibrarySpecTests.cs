using DaskVine.Protocol.Libraries;
using DaskVine.Protocol.MsgPack;

namespace DaskVine.Protocol.Tests.Libraries;

public class LibrarySpecTests
{
    private static readonly LibrarySpec Full = new()
    {
        Name = "physics",
        Mode = ExecMode.ForkPerCall,
        Slots = 2,
        Cores = 4,
        Memory = 1L << 33,
        Modules = ["numpy", "pandas"],
        Setup = new byte[] { 0x80, 5 },
        Environment = new Dictionary<string, string> { ["A"] = "1" },
        Command = ". ./setup.sh &&",
        Inputs = ["environment", "data/table"],
        PackedEnvironment = "environment",
        Sandbox = true,
        Retries = 0,
    };

    private static readonly LibrarySpec Dotnet = new()
    {
        Name = "kernels",
        Runtime = LibraryRuntime.Dotnet,
        Mode = ExecMode.Threads,
        Slots = 2,
        Inputs = ["Kernels.dll"],
    };

    [Fact]
    public void Spec_Full_IsReadAsItWasWritten()
    {
        var spec = LibrarySpec.Read(Full.ToBytes());
        Assert.Equal(Full.Modules, spec.Modules);
        Assert.Equal(Full.Inputs, spec.Inputs);
        Assert.Equal(Full.Environment, spec.Environment);
        Assert.Equal(Full.Setup!.Value.ToArray(), spec.Setup!.Value.ToArray());
        Assert.Equal(
            (Full.Name, Full.Mode, Full.Slots, Full.Cores, Full.Memory, Full.Command, Full.PackedEnvironment, Full.Sandbox, Full.Retries),
            (spec.Name, spec.Mode, spec.Slots, spec.Cores, spec.Memory, spec.Command, spec.PackedEnvironment, spec.Sandbox, spec.Retries));
    }

    [Fact]
    public void Spec_OfOnlyAName_ForksOneChildForEachCore()
    {
        var spec = LibrarySpec.Read(Map(("name", w => w.Write("l")), ("newer", w => w.WriteNil())));
        Assert.Equal((ExecMode.Fork, 0, 0, 1, false), (spec.Mode, spec.Slots, spec.Cores, spec.CoresPerCall, spec.Sandbox));
        Assert.Null(spec.Setup);
        Assert.Null(spec.Retries);
    }

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(2, 0, 1)]
    [InlineData(0, 4, 1)]
    [InlineData(2, 4, 2)]
    [InlineData(3, 4, 1)]
    [InlineData(1, 4, 4)]
    public void CoresPerCall_OfSlotsAndCores_AreWhatEachSlotMayUse(int slots, int cores, int expected) =>
        Assert.Equal(expected, (Full with { Slots = slots, Cores = cores }).CoresPerCall);

    [Fact]
    public void Spec_WithMoreSlotsThanCores_IsRefusedByName() =>
        Refused("library physics has 3 slots on 2 cores", Full with { Slots = 3, Cores = 2 });

    [Fact]
    public void Spec_DirectWithSeveralSlots_IsRefused() => Refused("one call runs at a time", Full with { Mode = ExecMode.Direct });

    [Fact]
    public void Spec_OfAnEnvironmentThatIsNoInput_IsRefused() => Refused("none of its inputs", Full with { PackedEnvironment = "other" });

    [Fact]
    public void Spec_OfDotnet_IsReadAsItWasWritten()
    {
        var spec = LibrarySpec.Read(Dotnet.ToBytes());
        Assert.Equal((LibraryRuntime.Dotnet, ExecMode.Threads, 2), (spec.Runtime, spec.Mode, spec.Slots));
        Assert.Equal(Dotnet.Inputs, spec.Inputs);
    }

    [Fact]
    public void Spec_WithoutARuntime_IsOfPython() => Assert.Equal(LibraryRuntime.Python, LibrarySpec.Read(Full.ToBytes()).Runtime);

    [Fact]
    public void Spec_OfAnUnknownRuntime_IsRefusedWithThoseThatAre()
    {
        var error = Assert.Throws<ProtocolException>(() => LibrarySpec.Read(Map(("runtime", w => w.Write("julia")))));
        Assert.Contains("'julia' is no runtime of a library, but: python, dotnet", error.Message);
    }

    [Fact]
    public void Spec_OfThreadsInPython_IsRefused() => Refused("exec mode threads, which is for .NET functions", Full with { Mode = ExecMode.Threads });

    [Theory]
    [InlineData(ExecMode.Fork)]
    [InlineData(ExecMode.Spawn)]
    public void Spec_OfDotnetInProcesses_IsRefused(ExecMode mode) => Refused("run in exec mode threads", Dotnet with { Mode = mode });

    [Fact]
    public void Spec_OfDotnetWithWhatIsPythons_IsRefused()
    {
        Refused("is to import numpy", Dotnet with { Modules = ["numpy"] });
        Refused("no Python environment", Dotnet with { PackedEnvironment = "Kernels.dll" });
        Refused("no directories of their own", Dotnet with { Sandbox = true });
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("/x")]
    [InlineData("")]
    public void Spec_OfAnInputOutsideItsDirectory_IsRefused(string name) =>
        Refused("of library physics", Full with { Inputs = [name, "environment"] });

    [Fact]
    public void Spec_OfAnUnknownMode_IsRefusedWithThoseThatAre()
    {
        var error = Assert.Throws<ProtocolException>(() => LibrarySpec.Read(Map(("exec", w => w.Write("thread")))));
        Assert.Contains("'thread'", error.Message);
        Assert.Contains("fork, fork-per-call, direct, spawn, threads", error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("A=B")]
    [InlineData("A\0")]
    public void Spec_OfAVariableThatCannotBe_IsRefused(string name) =>
        Refused("the name of a variable", Full with { Environment = new Dictionary<string, string> { [name] = "" } });

    [Theory]
    [InlineData("slots")]
    [InlineData("cores")]
    [InlineData("memory")]
    [InlineData("retries")]
    public void Spec_OfANumberBelowZero_IsRefusedByItsKey(string key) =>
        Assert.Contains(key, Assert.Throws<ProtocolException>(() => LibrarySpec.Read(Map((key, w => w.Write(-1))))).Message);

    [Fact]
    public void Spec_CutAnywhere_IsRefused()
    {
        var bytes = Full.ToBytes();
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<ProtocolException>(() => LibrarySpec.Read(bytes.AsSpan(0, length)));
        Assert.Throws<ProtocolException>(() => LibrarySpec.Read([.. bytes, 0xc0]));
    }

    private static void Refused(string reason, LibrarySpec spec) =>
        Assert.Contains(reason, Assert.Throws<ProtocolException>(() => LibrarySpec.Read(spec.ToBytes())).Message);

    private static byte[] Map(params (string Key, Action<MsgPackWriter> Value)[] entries)
    {
        var writer = new MsgPackWriter();
        writer.WriteMapHeader(entries.Length);
        foreach (var (key, value) in entries)
        {
            writer.Write(key);
            value(writer);
        }

        return writer.ToArray();
    }
}
