using FsCheck;
using FsCheck.Fluent;

namespace DaskVine.Protocol.Tests.Links;

public class LinkProperties
{
    private static readonly Gen<int> Bytes =
        Gen.Frequency((6, Gen.Choose(0, 50)), (3, Gen.Choose(0, 2_000)), (1, Gen.Elements(16_384, 270_000)));

    private static readonly Gen<Step[]> Steps =
        from count in Gen.Choose(1, 200)
        from steps in (from side in Gen.Choose(0, 1) from act in Gen.Elements(Enum.GetValues<Act>()) from bytes in Bytes
                       select new Step(side, act, bytes)).ArrayOf(count)
        select steps;

    private static readonly Gen<int> Credit = Gen.Elements(0, 1, 100, 1_000, 5_000, 100_000, 16 << 20);

    private enum Act
    {
        Post,
        PostMany,
        Send,
        Receive,
        ReceiveTwice,
        Lose,
    }

    [Fact]
    public void Records_WithAnyDelay_ArriveOnceInOrder() => Check(Act.Lose, sides =>
    {
        Settle(sides);
        return sides.All(side =>
            !side.HasGap
            && side.Delivered.SequenceEqual(Numbers(side.Peer!.Posted))
            && side.Outbox.AcknowledgedRecords == side.Posted
            && side.Outbox.WaitingBytes == 0);
    });

    [Fact]
    public void Records_AfterALoss_AreNeverDeliveredAndTheGapIsSeen()
    {
        var seen = 0;
        Check(without: null, sides =>
        {
            foreach (var side in sides)
                side.Post(1);
            Settle(sides);
            foreach (var side in sides)
            {
                seen += side.HasGap ? 1 : 0;
                Assert.Equal(side.HasLost, side.HasGap || side.Peer!.Outbox.WaitingBytes > 0);
                Assert.Equal(Numbers(side.HasLost ? side.Delivered.Count : side.Peer!.Posted), side.Delivered);
                Assert.True(!side.HasLost || side.Delivered.Count < side.Peer!.Posted);
            }

            return true;
        });
        Assert.True(seen > 50, $"Only {seen} gaps came up.");
    }

    private static void Check(Act? without, Func<LinkedOutbox[], bool> holds) =>
        Prop.ForAll(Arb.From(Credit), Arb.From(Credit), Arb.From(Steps), (one, other, steps) =>
        {
            LinkedOutbox[] sides = [new(one), new(other)];
            (sides[0].Peer, sides[1].Peer) = (sides[1], sides[0]);
            foreach (var step in steps.Where(step => step.Act != without))
                Do(sides[step.Side], step);
            return holds(sides);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    private static void Do(LinkedOutbox side, Step step)
    {
        switch (step.Act)
        {
            case Act.Post: side.Post(step.Bytes); break;
            case Act.PostMany:
                for (var i = 0; i < 300; i++)
                    side.Post(step.Bytes % 10);
                break;
            case Act.Send: side.Send(); break;
            case Act.Receive: side.Receive(); break;
            case Act.ReceiveTwice: side.ReceiveTwice(); break;
            default: side.Lose(); break;
        }
    }

    /// <summary>Lets everything travel. Heartbeats carry the acknowledgements that were not due by themselves.</summary>
    private static void Settle(LinkedOutbox[] sides)
    {
        var quiet = 0;
        while (quiet < 3)
        {
            quiet++;
            foreach (var side in sides)
            {
                while (side.Send())
                    quiet = 0;
                side.Beat();
            }

            foreach (var side in sides)
            {
                while (!side.IsIdle)
                    side.Receive();
            }
        }
    }

    private static IEnumerable<long> Numbers(long count) => Enumerable.Range(1, (int)count).Select(number => (long)number);

    private sealed record Step(int Side, Act Act, int Bytes);
}
