using System.Text;
using DaskVine.Protocol.Commands;
using DaskVine.Protocol.MsgPack;
using DaskVine.Protocol.Tests.Records;
using FsCheck;
using FsCheck.Fluent;

namespace DaskVine.Protocol.Tests.Commands;

public class CommandSpecTests
{
    private const string Golden =
        "8a" + // a map of ten
        "a7636f6d6d616e64" + "aa736f727420613e622f63" +
        "a6696e70757473" + "92" + "92a16100" + "92a2783a01" +
        "a76f757470757473" + "91" + "92a3622f6306" +
        "a3656e76" + "82a141a131a142c0" +
        "a5636f72657302" +
        "a777616c6c5f6d73cd03e8" +
        "a6656e645f6d73cf0000019000000000" +
        "a66d656d6f7279ce05f5e100" +
        "a46469736b64" +
        "a67374646f757410";

    private static readonly CommandSpec Full = new()
    {
        Command = "sort a>b/c",
        Inputs = [new CommandInput("a"), new CommandInput("x:", CommandInputOptions.Symlink)],
        Outputs = [new CommandOutput("b/c", CommandOutputOptions.OnlySucceeded | CommandOutputOptions.Watch)],
        Environment = new Dictionary<string, string?> { ["A"] = "1", ["B"] = null },
        Cores = 2,
        WallMs = 1000,
        EndMs = 0x19000000000,
        Memory = 100_000_000,
        Disk = 100,
        Stdout = 16,
    };

    [Fact]
    public void Spec_Full_HasTheGoldenBytes() => Assert.Equal(Golden, Convert.ToHexStringLower(Full.ToBytes()));

    [Fact]
    public void Spec_FromTheGoldenBytes_HasEverything()
    {
        var spec = CommandSpec.Read(Convert.FromHexString(Golden));
        Assert.Equal(Full.Command, spec.Command);
        Assert.Equal(Full.Inputs, spec.Inputs);
        Assert.Equal(Full.Outputs, spec.Outputs);
        Assert.Equal(Full.Environment, spec.Environment);
        Assert.Equal(
            (Full.Cores, Full.WallMs, Full.EndMs, Full.Memory, Full.Disk, Full.Stdout),
            (spec.Cores, spec.WallMs, spec.EndMs, spec.Memory, spec.Disk, spec.Stdout));
    }

    [Fact]
    public void Spec_OfOnlyACommand_HasNothingElse()
    {
        var spec = CommandSpec.Read(Map(("command", w => w.Write("true"))));
        Assert.Empty(spec.Inputs);
        Assert.Empty(spec.Outputs);
        Assert.Empty(spec.Environment);
        Assert.Null(spec.Cores);
        Assert.Null(spec.WallMs);
    }

    [Fact]
    public void Spec_WithKeysAndFieldsOfANewerClient_IsReadAndTheyAreSkipped()
    {
        var spec = CommandSpec.Read(Map(
            ("newer", w => w.WriteRaw([0x92, 0xc0, 0x80])),
            ("inputs", w => w.WriteRaw([0x91, 0x93, 0xa1, (byte)'i', 0x00, 0xc0])),
            ("command", w => w.Write("true"))));
        Assert.Equal([new CommandInput("i")], spec.Inputs);
    }

    [Theory]
    [InlineData("")]
    [InlineData("c0")]
    [InlineData("80")]
    [InlineData("90")]
    [InlineData("81a7636f6d6d616e64")]
    [InlineData("81a7636f6d6d616e6407")]
    [InlineData("81a7636f6d6d616e64a17800")]
    [InlineData("81a7636f6d6d616e64a200ff")]
    [InlineData("dfffffffff")]
    public void Bytes_ThatAreNoCommand_AreRefused(string hex) =>
        Assert.Throws<ProtocolException>(() => CommandSpec.Read(Convert.FromHexString(hex)));

    [Theory]
    [InlineData("cores")]
    [InlineData("wall_ms")]
    [InlineData("end_ms")]
    [InlineData("memory")]
    [InlineData("disk")]
    [InlineData("stdout")]
    public void Number_BelowZero_IsRefusedByName(string key) =>
        Assert.Contains(key, Refusal(("command", w => w.Write("true")), (key, w => w.Write(-1))), StringComparison.Ordinal);

    [Theory]
    [InlineData("/etc/passwd", "is not a relative path")]
    [InlineData("../x", "leads out of its sandbox")]
    [InlineData("a/../../x", "leads out of its sandbox")]
    [InlineData("a/./b", "not in plain form")]
    [InlineData("", "has no name")]
    [InlineData("a//b", "an empty part")]
    [InlineData("a/", "an empty part")]
    [InlineData("a\0b", "a zero byte")]
    public void Name_ThatDoesNotBelongIntoASandbox_IsRefused(string name, string why)
    {
        var input = Full with { Inputs = [new CommandInput(name)], Outputs = [] };
        var output = Full with { Inputs = [], Outputs = [new CommandOutput(name)] };
        Assert.Contains(why, Assert.Throws<ProtocolException>(() => CommandSpec.Read(input.ToBytes())).Message, StringComparison.Ordinal);
        Assert.Contains(why, Assert.Throws<ProtocolException>(() => CommandSpec.Read(output.ToBytes())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Name_TooLong_IsRefused()
    {
        Assert.Contains("255", NameRefusal([new string('ä', 128)], []), StringComparison.Ordinal);
        Assert.Contains("4095", NameRefusal([string.Join('/', Enumerable.Repeat("abcdefg", 600))], []), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_InEachOthersWay_AreRefused()
    {
        Assert.Contains("two inputs of a command are named 'a'", NameRefusal(["a", "a"], []), StringComparison.Ordinal);
        Assert.Contains("two outputs of a command are named 'a'", NameRefusal([], ["a", "a"]), StringComparison.Ordinal);
        Assert.Contains("'a/b' of a command is inside of 'a'", NameRefusal(["a/b", "a"], []), StringComparison.Ordinal);
        Assert.Contains("'a/b/c' of a command is inside of 'a'", NameRefusal(["a"], ["a/b/c"]), StringComparison.Ordinal);
        Assert.Contains("'a/b' of a command is inside of 'a'", NameRefusal([], ["a", "a/b"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_OfAnInputThatIsOrIsInsideAnOutput_AreTaken()
    {
        Assert.Equal(2, CommandSpec.Read(Names(["a", "d/x"], ["a", "d"])).Inputs.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("A=B")]
    [InlineData("A\0")]
    public void Variable_OfAnImpossibleName_IsRefused(string name) => Assert.Throws<ProtocolException>(
        () => CommandSpec.Read((Full with { Environment = new Dictionary<string, string?> { [name] = "1" } }).ToBytes()));

    [Fact]
    public void Bytes_Damaged_AreReadOrRefused()
    {
        var golden = Full.ToBytes();
        Prop.ForAll(Arb.From(ByteEdits.Several), edits => IsContained(ByteEdits.Apply(golden, edits))).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    private static bool IsContained(byte[] bytes)
    {
        try
        {
            CommandSpec.Read(bytes);
        }
        catch (ProtocolException)
        {
            // What is refused is refused by this one kind.
        }

        return true;
    }

    private static byte[] Names(string[] inputs, string[] outputs) => new CommandSpec
    {
        Command = "true",
        Inputs = [.. inputs.Select(name => new CommandInput(name))],
        Outputs = [.. outputs.Select(name => new CommandOutput(name))],
    }.ToBytes();

    private static string NameRefusal(string[] inputs, string[] outputs) =>
        Assert.Throws<ProtocolException>(() => CommandSpec.Read(Names(inputs, outputs))).Message;

    private static string Refusal(params (string Key, Action<MsgPackWriter> Value)[] pairs) =>
        Assert.Throws<ProtocolException>(() => CommandSpec.Read(Map(pairs))).Message;

    private static byte[] Map(params (string Key, Action<MsgPackWriter> Value)[] pairs)
    {
        var writer = new MsgPackWriter();
        writer.WriteMapHeader(pairs.Length);
        foreach (var (key, value) in pairs)
        {
            writer.WriteString(Encoding.UTF8.GetBytes(key));
            value(writer);
        }

        return writer.ToArray();
    }
}
