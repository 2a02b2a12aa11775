using DaskVine.Protocol.Records;
using DaskVine.Protocol.Tests.MsgPack;

namespace DaskVine.Protocol.Tests.Records;

public class RecordWriterTests
{
    [Fact]
    public void Payload_BelowTheThreshold_StaysInTheHeader()
    {
        var bytes = RecordExamples.Run(16 * 1024 - 1, 0x5a);
        var message = WireMessage.Of(new Chunk(new FileId(1), bytes.Length, 0, bytes));
        Assert.Empty(message.Frames);
        Assert.Equal(bytes, Assert.IsType<MsgPackNode.Binary>(message.Trees()[0][4]).Value);
    }

    [Fact]
    public void Payload_FromTheThresholdOn_GetsAFrameWithoutACopy()
    {
        ReadOnlyMemory<byte> bytes = RecordExamples.Run(16 * 1024, 0x5a);
        var message = WireMessage.Of(new Chunk(new FileId(1), bytes.Length, 0, bytes));
        Assert.Equal(bytes, Assert.Single(message.Frames));
        Assert.Equal(WireMessage.Whole(0), message.Trees()[0][4]);
    }

    [Fact]
    public void Payload_OfInputsOfATask_StaysInTheHeader()
    {
        // The table gives inputs as bin: a small value that rides along, never a frame.
        var input = new TaskInput(RecordExamples.Large, default, 0);
        var message = WireMessage.Of(new Assign(new TaskId(1), 1, TaskMode.FunctionCalls, [], default, [input], default));
        Assert.Empty(message.Frames);
        var read = Assert.IsType<Assign>(Assert.Single(message.Read().Records));
        Assert.Equal(RecordExamples.Large, Assert.Single(read.Inputs).Value!.Value.ToArray());
    }

    [Fact]
    public void Text_OfAnyLength_StaysInTheHeader()
    {
        var output = new CallOutput(new string('o', 100_000), new string('\u00e9', 100_000));
        var message = WireMessage.Of(
            new TaskOutput(1, 2, "key", "worker", output.Out, output.Error),
            new Completed(new TaskId(1), 1, 0, 0, null, output));
        Assert.Empty(message.Frames);
        var read = message.Read().Records;
        Assert.Equal((output.Out, output.Error), (((TaskOutput)read[0]).Out, ((TaskOutput)read[0]).Error));
        Assert.Equal(output, ((Completed)read[1]).Output);
    }

    [Fact]
    public void Payloads_OfSeveralRecords_AreNumberedThroughTheMessage()
    {
        byte[][] payloads = [.. new byte[] { 1, 2, 3 }.Select(value => RecordExamples.Run(RecordWriter.FrameThreshold, value))];
        var message = WireMessage.Of(
            new Chunk(new FileId(1), 1, 0, payloads[0]),
            new SubmitNodes(1, 0, [new GraphNode(null, payloads[1], [], ""), new GraphNode(null, payloads[2], [], "")]));
        Assert.Equal(payloads, message.Frames.Select(frame => frame.ToArray()));
        var read = message.Read().Records;
        Assert.Equal(payloads[0], ((Chunk)read[0]).Data.ToArray());
        Assert.Equal(payloads[1..], ((SubmitNodes)read[1]).Nodes.Select(node => node.Body.ToArray()));
    }

    [Fact]
    public void Bytes_AreThoseOfRecordsAndFrames()
    {
        var writer = new RecordWriter();
        long expected = 0;
        foreach (var record in RecordExamples.All)
        {
            writer.Add(record);
            var message = WireMessage.Of(record);
            expected += WireMessage.List(message.Trees()[0]).Encode().Length + message.Frames.Sum(frame => (long)frame.Length);
            // A frame's index takes no more than one byte while there are fewer than 128.
            Assert.Equal(expected, writer.Bytes);
        }

        Assert.Equal(RecordExamples.All.Count, writer.Count);
    }

    [Fact]
    public void Clear_ForgetsEverything()
    {
        var writer = new RecordWriter();
        writer.Add(new FunctionCode(1, default, "", RecordExamples.Large));
        writer.Clear();
        Assert.Equal((0, 0L), (writer.Count, writer.Bytes));
        writer.Add(new Fetch(new FileId(1)));
        Assert.Equal((1, 3L), (writer.Count, writer.Bytes));
    }
}
