using DaskVine.Protocol.Links;
using DaskVine.Protocol.Records;

namespace DaskVine.Protocol.Tests.Records;

/// <summary>
/// Bytes that other releases and the Python client wrote. A difference here is a change of the protocol.
/// <c>DASKVINE_WRITE_GOLDEN=1 dotnet test -c Release tests/DaskVine.Protocol.Tests --filter RecordGolden</c> writes messages.bin
/// and messages.json anew; tests/golden/records/make_client.py writes client.bin and client.json.
/// </summary>
public class RecordGoldenTests
{
    private static List<WireMessage> Today =>
    [
        .. RecordExamples.All.Select((record, at) =>
            WireMessage.Of(new LinkHeader(1UL << 63, record.IsSequenced ? (ulong)at : 0, 3, 16 << 20), record)),
        WireMessage.Of(new LinkHeader(7, 0, 300, ulong.MaxValue)),
        WireMessage.Of(new LinkHeader(7, 1, 0, 0), [.. RecordExamples.All.Where(record => record.IsSequenced)]),
    ];

    [Fact]
    public void Messages_WrittenToday_AreTheGoldenBytes()
    {
        var golden = Messages("messages");
        Assert.Equal(Today.Count, golden.Count);
        foreach (var (today, then) in Today.Zip(golden))
        {
            Assert.Equal(then.Header, today.Header);
            Assert.Equal(then.Frames.Select(frame => frame.ToArray()), today.Frames.Select(frame => frame.ToArray()));
        }
    }

    [Theory]
    [InlineData("messages")]
    [InlineData("client")]
    public void GoldenMessages_ReadToday_SayTheSame(string name)
    {
        var messages = Messages(name);
        Assert.Equal(RecordGoldenFiles.Descriptions(name), messages.Select(RecordGoldenFiles.Describe));
        Assert.NotEmpty(messages);
    }

    [Fact]
    public void ClientMessages_HaveEveryRecordOfAClient()
    {
        RecordKind[] expected =
        [
            RecordKind.Hello, RecordKind.Goodbye, RecordKind.Function, RecordKind.OpenGraph,
            RecordKind.SubmitNodes, RecordKind.SealGraph, RecordKind.CancelGraph, RecordKind.TaskOptions, RecordKind.Upload,
        ];
        var records = Messages("client").SelectMany(message => message.Read().Records).ToList();
        Assert.Equal(expected, records.Select(record => record.Kind).Distinct().Order());
        var nodes = records.OfType<SubmitNodes>().SelectMany(submit => submit.Nodes).ToList();
        Assert.Contains(nodes, node => node.Functions is null && node.Body.Length >= RecordWriter.FrameThreshold);
        Assert.Contains(nodes, node => node.Functions is { Length: 0 });
        Assert.Contains(nodes, node => node.Functions is { Length: > 1 } && node.Inputs.Length > 0);
        Assert.Contains(nodes, node => node.Options > 0);
    }

    [Fact]
    public void ClientMessages_WrittenHere_TakeTheSameBytes()
    {
        // Both sides write smallest encodings and frames from the same size on.
        foreach (var message in Messages("client"))
        {
            var read = message.Read();
            var again = WireMessage.Of(read.Header, [.. read.Records]);
            Assert.Equal(message.Header, again.Header);
            Assert.Equal(message.Frames.Select(frame => frame.ToArray()), again.Frames.Select(frame => frame.ToArray()));
        }
    }

    // Written by whichever test comes first, so that the order of tests does not matter.
    private static List<WireMessage> Messages(string name)
    {
        if (name == "messages" && Environment.GetEnvironmentVariable("DASKVINE_WRITE_GOLDEN") == "1")
            RecordGoldenFiles.Write(name, Today);
        return RecordGoldenFiles.Messages(name);
    }
}
