using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Tests.Records;
using FsCheck;
using FsCheck.Fluent;

namespace DaskVine.Protocol.Tests.Commands;

public class CommandReportTests
{
    private const string Golden =
        "88" + // a map of eight
        "a6726573756c74" + "08" +
        "a9657869745f636f6465" + "f7" +
        "a773746172746564" + "cf0006400000000000" +
        "a5656e646564" + "cf0006400000000005" +
        "a76f757470757473" + "9207c0" +
        "a6726561736f6e" + "a177" +
        "a86d65617375726564" + "84" + "a777616c6c5f757305" + "a66370755f757304" + "a66d656d6f727903" + "a46469736b02" +
        "a66f7574707574" + "c403" + "686900";

    private static readonly CommandReport Full = new()
    {
        Result = CommandResult.Signal,
        ExitCode = -9,
        Output = new byte[] { 0x68, 0x69, 0 },
        StartedUs = 0x6400000000000,
        EndedUs = 0x6400000000005,
        Outputs = [7, null],
        Reason = "w",
        Measured = new CommandUsage(5, 4, 3, 2),
    };

    [Fact]
    public void Report_Full_HasTheGoldenBytes() => Assert.Equal(Golden, Convert.ToHexStringLower(Full.ToBytes()));

    [Fact]
    public void Report_FromTheGoldenBytes_HasEverything()
    {
        var report = CommandReport.Read(Convert.FromHexString(Golden));
        Assert.Equal(Full.Output.ToArray(), report.Output.ToArray());
        Assert.Equal(Full.Outputs, report.Outputs);
        Assert.Equal(Full, report with { Output = Full.Output, Outputs = Full.Outputs });
    }

    [Fact]
    public void Report_WithItsOutputWrittenBehind_IsTheSame()
    {
        byte[] bytes = [.. (Full with { Output = default }).ToBytesBefore(Full.Output.Length), .. Full.Output.Span];
        Assert.Equal(Full.Output.ToArray(), CommandReport.Read(bytes).Output.ToArray());
    }

    [Fact]
    public void Report_OfACommandThatDidNotRun_SaysWhy()
    {
        var report = CommandReport.Read(CommandReport.Of(CommandResult.Forsaken, "its workers ended").ToBytes());
        Assert.Equal((CommandResult.Forsaken, "its workers ended", 0, 0L), (report.Result, report.Reason, report.ExitCode, report.StartedUs));
        Assert.Empty(report.Outputs);
    }

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("90")]
    [InlineData("81a6726573756c7403")]
    [InlineData("81a6726573756c74c0")]
    [InlineData("81a6726573756c740000")]
    [InlineData("82a6726573756c7400a773746172746564ff")]
    [InlineData("82a6726573756c7400a76f75747075747391ff")]
    [InlineData("82a6726573756c7400a66f7574707574c405")]
    public void Bytes_ThatAreNoReport_AreRefused(string hex) =>
        Assert.Throws<ProtocolException>(() => CommandReport.Read(Convert.FromHexString(hex)));

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
            CommandReport.Read(bytes);
        }
        catch (ProtocolException)
        {
            // What is refused is refused by this one kind.
        }

        return true;
    }
}
