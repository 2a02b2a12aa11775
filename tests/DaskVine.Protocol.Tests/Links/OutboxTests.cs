using DaskVine.Protocol.Links;
using DaskVine.Protocol.Records;
using DaskVine.Protocol.Tests.Records;

namespace DaskVine.Protocol.Tests.Links;

public class OutboxTests
{
    private const ulong Epoch = 7;

    [Fact]
    public void TryTake_OfNothing_GivesNothing()
    {
        Assert.False(new Outbox(Epoch).TryTake(out var header, out var frames));
        Assert.Empty(header);
        Assert.Empty(frames);
    }

    [Fact]
    public void Post_GivesOrdinalsAndTryTakeOneMessage()
    {
        var outbox = new Outbox(Epoch, credit: 500);
        Assert.Equal(1, outbox.Post(new Fetch(new FileId(10))));
        Assert.Equal(2, outbox.Post(new Chunk(new FileId(11), 16_384, 0, RecordExamples.Large)));
        var read = Take(outbox)!.Read();
        Assert.Equal(new LinkHeader(Epoch, 1, 0, 500), read.Header);
        Assert.Equal([RecordKind.Fetch, RecordKind.Chunk], read.Records.Select(record => record.Kind));
        Assert.Equal(RecordExamples.Large, ((Chunk)read.Records[1]).Data.ToArray());
        Assert.Null(Take(outbox));
        Assert.Equal(3, outbox.Post(new Fetch(new FileId(12))));
    }

    [Fact]
    public void TryTake_OfManyRecords_SplitsAt1024()
    {
        var outbox = Granted(long.MaxValue);
        for (var i = 0; i < 2500; i++)
            outbox.Post(new Fetch(new FileId(i)));
        var messages = TakeAll(outbox);
        Assert.Equal([1024, 1024, 452], messages.Select(message => message.Read().Records.Count));
        Assert.Equal(
            Enumerable.Range(0, 2500).Select(i => (Record)new Fetch(new FileId(i))),
            messages.SelectMany(message => message.Read().Records));
    }

    [Fact]
    public void TryTake_OfManyBytes_SplitsAfter256KiB()
    {
        // Four payloads reach the limit only with their records' own bytes.
        var outbox = Granted(long.MaxValue);
        var payload = RecordExamples.Run(64 * 1024 - 1, 1);
        for (var i = 0; i < 9; i++)
            outbox.Post(new Chunk(new FileId(i), payload.Length, 0, payload));
        var messages = TakeAll(outbox);
        Assert.Equal([4, 4, 1], messages.Select(message => message.Read().Records.Count));
        Assert.Equal([4, 4, 1], messages.Select(message => message.Frames.Count));
    }

    [Fact]
    public void TryTake_WithoutCredit_LetsOneMessageOutAtATime()
    {
        var outbox = new Outbox(Epoch);
        for (var i = 0; i < 1024 * 2; i++)
            outbox.Post(new Fetch(new FileId(i)));
        Assert.NotNull(Take(outbox));
        Assert.Null(Take(outbox));
        Acknowledge(outbox, 1, credit: 0);
        Assert.Equal(2UL, Take(outbox)!.Read().Header.Seq);
        Assert.Null(Take(outbox));
    }

    [Fact]
    public void TryTake_WhenCreditIsUsedUp_WaitsAndGoesOnWithAnAcknowledgement()
    {
        var outbox = Granted(2 * 300_000);
        for (var i = 0; i < 3; i++)
            outbox.Post(new Chunk(new FileId(i), 1, 0, RecordExamples.Run(270_000, 1)));
        Assert.Equal(2, TakeAll(outbox).Count);
        Acknowledge(outbox, 0, credit: 2 * 300_000);
        Assert.Null(Take(outbox));
        Acknowledge(outbox, 1, credit: 2 * 300_000);
        Assert.Equal(3UL, Take(outbox)!.Read().Header.Seq);
    }

    [Fact]
    public void TryTake_CountsTheHeaderAgainstTheCredit()
    {
        // Two messages whose records alone would fit, and whose frames do not.
        var outbox = Granted(2 * 270_000 + 20);
        for (var i = 0; i < 2; i++)
            outbox.Post(new Chunk(new FileId(i), 1, 0, RecordExamples.Run(270_000, 1)));
        Assert.True(Size(Take(outbox)!) > 270_010);
        Assert.Null(Take(outbox));
    }

    [Fact]
    public void TryTake_WhenAnAcknowledgementIsDue_GivesItAlone()
    {
        var outbox = new Outbox(Epoch);
        for (ulong seq = 1; seq <= 16; seq++)
            outbox.Receive(new LinkHeader(Epoch, seq, 0, 1000), 10);
        var read = Take(outbox)!.Read();
        Assert.Equal((0UL, 16UL), (read.Header.Seq, read.Header.Ack));
        Assert.Empty(read.Records);
        Assert.Null(Take(outbox));
    }

    [Fact]
    public void TryTake_WhenAnAcknowledgementIsDueAndRecordsWait_PutsItOnThem()
    {
        var outbox = new Outbox(Epoch);
        for (ulong seq = 1; seq <= 16; seq++)
            outbox.Receive(new LinkHeader(Epoch, seq, 0, 1000), 10);
        outbox.Post(new Fetch(new FileId(1)));
        Assert.Equal(16UL, Take(outbox)!.Read().Header.Ack);
        Assert.Null(Take(outbox));
    }

    [Fact]
    public void TryTake_WhenAnAcknowledgementIsDueAndCreditIsUsedUp_GivesItAlone()
    {
        var outbox = new Outbox(Epoch);
        outbox.Post(new Fetch(new FileId(1)));
        Take(outbox);
        outbox.Post(new Fetch(new FileId(2)));
        for (ulong seq = 1; seq <= 16; seq++)
            outbox.Receive(new LinkHeader(Epoch, seq, 0, 0), 10);
        Assert.Equal(new LinkHeader(Epoch, 0, 16, Link.DefaultCredit), Take(outbox)!.Read().Header);
        Acknowledge(outbox, 1, credit: 0);
        Assert.Equal([new Fetch(new FileId(2))], Take(outbox)!.Read().Records);
    }

    [Fact]
    public void AcknowledgedRecords_AreThoseOfAcknowledgedMessages()
    {
        var outbox = Granted(long.MaxValue);
        foreach (var count in new[] { 3, 1, 5 })
        {
            for (var i = 0; i < count; i++)
                outbox.Post(new Fetch(new FileId(i)));
            Take(outbox);
        }

        Assert.Equal(0, outbox.AcknowledgedRecords);
        Acknowledge(outbox, 1);
        Assert.Equal(3, outbox.AcknowledgedRecords);
        Acknowledge(outbox, 3);
        Assert.Equal(9, outbox.AcknowledgedRecords);
        Acknowledge(outbox, 2);
        Assert.Equal(9, outbox.AcknowledgedRecords);
    }

    [Fact]
    public void WaitingBytes_AreThoseNotYetTaken()
    {
        var outbox = Granted(long.MaxValue);
        Assert.Equal(0, outbox.WaitingBytes);
        outbox.Post(new Fetch(new FileId(1)));
        Assert.Equal(3, outbox.WaitingBytes);
        outbox.Post(new Chunk(new FileId(1), 1, 0, RecordExamples.Run(300_000, 1)));
        Assert.InRange(outbox.WaitingBytes, 300_003, 300_030);
        outbox.Post(new Fetch(new FileId(1)));
        Take(outbox);
        Assert.Equal(3, outbox.WaitingBytes);
        Take(outbox);
        Assert.Equal(0, outbox.WaitingBytes);
    }

    [Fact]
    public void Receive_GivesTheVerdictOfTheLink()
    {
        var outbox = new Outbox(Epoch);
        Assert.Equal(LinkVerdict.Deliver, outbox.Receive(new LinkHeader(Epoch, 1, 0, 1), 10));
        Assert.Equal(LinkVerdict.Duplicate, outbox.Receive(new LinkHeader(Epoch, 1, 0, 1), 10));
        Assert.Equal(LinkVerdict.Gap, outbox.Receive(new LinkHeader(Epoch, 3, 0, 1), 10));
        Assert.Equal(LinkVerdict.WrongEpoch, outbox.Receive(new LinkHeader(8, 2, 0, 1), 10));
    }

    internal static WireMessage? Take(Outbox outbox) =>
        outbox.TryTake(out var header, out var frames) ? new WireMessage(header, frames) : null;

    internal static long Size(WireMessage message) => message.Header.Length + message.Frames.Sum(frame => (long)frame.Length);

    private static List<WireMessage> TakeAll(Outbox outbox)
    {
        var messages = new List<WireMessage>();
        while (Take(outbox) is { } message)
            messages.Add(message);
        return messages;
    }

    private static Outbox Granted(long credit)
    {
        var outbox = new Outbox(Epoch);
        Acknowledge(outbox, 0, credit);
        return outbox;
    }

    private static void Acknowledge(Outbox outbox, ulong ack, long credit = 1 << 20) =>
        outbox.Receive(new LinkHeader(Epoch, 0, ack, (ulong)credit), 10);
}
