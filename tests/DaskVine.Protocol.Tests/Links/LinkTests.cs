using DaskVine.Protocol.Links;

namespace DaskVine.Protocol.Tests.Links;

public class LinkTests
{
    private const ulong Epoch = 7;

    [Fact]
    public void Stamp_CountsFromOneAndTellsWhatWasReceived()
    {
        var link = new Link(Epoch, credit: 500);
        Assert.Equal(new LinkHeader(Epoch, 1, 0, 500), link.Stamp(10));
        link.Receive(From(seq: 1), 10);
        link.Receive(From(seq: 2), 10);
        Assert.Equal(new LinkHeader(Epoch, 2, 2, 500), link.Stamp(10));
    }

    [Fact]
    public void StampUnsequenced_IsSeqZeroAndLeavesTheSequenceAlone()
    {
        var link = new Link(Epoch, credit: 500);
        Assert.Equal(new LinkHeader(Epoch, 0, 0, 500), link.StampUnsequenced());
        Assert.Equal(1UL, link.Stamp(10).Seq);
        Assert.Equal(0UL, link.StampUnsequenced().Seq);
        Assert.Equal(2UL, link.Stamp(10).Seq);
    }

    [Fact]
    public void Credit_ByDefault_Is16MiB() => Assert.Equal(16UL << 20, new Link(Epoch).StampUnsequenced().Credit);

    [Fact]
    public void Receive_InOrder_Delivers()
    {
        var link = new Link(Epoch);
        for (ulong seq = 1; seq <= 3; seq++)
            Assert.Equal(LinkVerdict.Deliver, link.Receive(From(seq), 10));
    }

    [Fact]
    public void Receive_Unsequenced_DeliversAlways()
    {
        var link = new Link(Epoch);
        Assert.Equal(LinkVerdict.Deliver, link.Receive(From(seq: 0), 10));
        Assert.Equal(LinkVerdict.Deliver, link.Receive(From(seq: 1), 10));
        Assert.Equal(LinkVerdict.Deliver, link.Receive(From(seq: 0), 10));
        Assert.Equal(1UL, link.StampUnsequenced().Ack);
    }

    [Fact]
    public void Receive_OfWhatWasSeen_IsADuplicate()
    {
        var link = new Link(Epoch);
        link.Receive(From(seq: 1), 10);
        link.Receive(From(seq: 2), 10);
        Assert.Equal(LinkVerdict.Duplicate, link.Receive(From(seq: 1), 10));
        Assert.Equal(LinkVerdict.Duplicate, link.Receive(From(seq: 2), 10));
        Assert.Equal(LinkVerdict.Deliver, link.Receive(From(seq: 3), 10));
    }

    [Fact]
    public void Receive_AfterALoss_IsAGapUntilTheLostOneComes()
    {
        var link = new Link(Epoch);
        link.Receive(From(seq: 1), 10);
        Assert.Equal(LinkVerdict.Gap, link.Receive(From(seq: 3), 10));
        Assert.Equal(LinkVerdict.Gap, link.Receive(From(seq: 4), 10));
        Assert.Equal(1UL, link.StampUnsequenced().Ack);
        Assert.Equal(LinkVerdict.Deliver, link.Receive(From(seq: 2), 10));
    }

    [Fact]
    public void Receive_OfAnotherEpoch_ChangesNothing()
    {
        var link = new Link(Epoch);
        link.Stamp(10);
        Assert.Equal(LinkVerdict.WrongEpoch, link.Receive(new LinkHeader(Epoch + 1, 1, 1, 1000), 10));
        Assert.Equal(LinkVerdict.WrongEpoch, link.Receive(new LinkHeader(0, 0, 1, 1000), 10));
        Assert.Equal(0UL, link.Acknowledged);
        Assert.False(link.CanSend(1));
        Assert.Equal(LinkVerdict.Deliver, link.Receive(From(seq: 1), 10));
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(1UL)]
    public void Receive_OfAnAcknowledgementBeyondWhatWasSent_IsAGap(ulong seq)
    {
        var link = new Link(Epoch);
        link.Stamp(10);
        Assert.Equal(LinkVerdict.Gap, link.Receive(From(seq, ack: 2), 10));
        Assert.Equal(0UL, link.Acknowledged);
        Assert.Equal(LinkVerdict.Deliver, link.Receive(From(seq, ack: 1), 10));
    }

    [Fact]
    public void Acknowledged_IsCumulativeAndNeverGoesBack()
    {
        var link = new Link(Epoch);
        for (var i = 0; i < 5; i++)
            link.Stamp(10);
        link.Receive(From(seq: 0, ack: 4), 10);
        Assert.Equal(4UL, link.Acknowledged);
        link.Receive(From(seq: 0, ack: 2), 10);
        Assert.Equal(4UL, link.Acknowledged);
    }

    [Fact]
    public void CanSend_WithNothingOutstanding_IsTrueForAnySize()
    {
        var link = new Link(Epoch);
        Assert.True(link.CanSend(long.MaxValue));
        link.Stamp(1);
        Assert.False(link.CanSend(1));
        link.Receive(From(seq: 0, ack: 1, credit: 0), 10);
        Assert.True(link.CanSend(long.MaxValue));
    }

    [Fact]
    public void CanSend_UpToTheCreditOfThePeer_IsTrue()
    {
        var link = new Link(Epoch, credit: 1);
        link.Receive(From(seq: 0, credit: 1000), 10);
        link.Stamp(600);
        Assert.True(link.CanSend(400));
        Assert.False(link.CanSend(401));
        link.Stamp(300);
        Assert.False(link.CanSend(101));
        link.Receive(From(seq: 0, ack: 1, credit: 1000), 10);
        Assert.True(link.CanSend(700));
    }

    [Fact]
    public void CanSend_BelowHalfOfTheCreditOfThePeer_IsTrueForAnySize()
    {
        var link = new Link(Epoch, credit: 1);
        link.Receive(From(seq: 0, credit: 1000), 10);
        link.Stamp(499);
        Assert.True(link.CanSend(5000));
        link.Stamp(1);
        Assert.False(link.CanSend(501));
    }

    [Fact]
    public void CanSend_WithCreditOverWhatANumberHolds_IsTrue()
    {
        var link = new Link(Epoch);
        link.Receive(From(seq: 0, credit: ulong.MaxValue), 10);
        link.Stamp(1 << 20);
        Assert.True(link.CanSend(1L << 40));
    }

    [Fact]
    public void CanSend_WhenThePeerTakesCreditBack_Waits()
    {
        var link = new Link(Epoch);
        link.Receive(From(seq: 0, credit: 1000), 10);
        link.Stamp(100);
        link.Receive(From(seq: 0, credit: 150), 10);
        Assert.False(link.CanSend(100));
    }

    [Fact]
    public void AckDue_After16Messages_IsTrueUntilAnythingIsStamped()
    {
        var link = new Link(Epoch);
        for (ulong seq = 1; seq <= 15; seq++)
            link.Receive(From(seq), 1);
        Assert.False(link.AckDue);
        link.Receive(From(seq: 0), 1);
        link.Receive(From(seq: 15), 1);
        Assert.False(link.AckDue);
        link.Receive(From(seq: 16), 1);
        Assert.True(link.AckDue);
        Assert.Equal(16UL, link.StampUnsequenced().Ack);
        Assert.False(link.AckDue);
    }

    [Fact]
    public void AckDue_AfterAQuarterOfTheCredit_IsTrueUntilAnythingIsStamped()
    {
        var link = new Link(Epoch, credit: 1000);
        link.Receive(From(seq: 1), 249);
        Assert.False(link.AckDue);
        link.Receive(From(seq: 2), 1);
        Assert.True(link.AckDue);
        link.Stamp(10);
        Assert.False(link.AckDue);
        link.Receive(From(seq: 3), 249);
        Assert.False(link.AckDue);
    }

    [Fact]
    public void AckDue_WithoutAnyCredit_IsTrueOncePerMessageOnly()
    {
        // Otherwise whoever sends while something is due would send for ever.
        var link = new Link(Epoch, credit: 0);
        Assert.False(link.AckDue);
        link.Receive(From(seq: 1), 10);
        Assert.True(link.AckDue);
        link.StampUnsequenced();
        Assert.False(link.AckDue);
    }

    private static LinkHeader From(ulong seq, ulong ack = 0, ulong credit = 1000) => new(Epoch, seq, ack, credit);
}
