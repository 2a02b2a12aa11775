using System.Buffers.Binary;
using DaskVine.Protocol.Door;
using DaskVine.Protocol.MsgPack;
using DaskVine.Protocol.Tests.MsgPack;
using DaskVine.Protocol.Tests.Records;
using FsCheck;
using FsCheck.Fluent;

namespace DaskVine.Protocol.Tests.Door;

public class DoorGreetingTests
{
    private const string NoDoor = "what listens at that address is not the door of a DaskVine manager";

    private static readonly DoorGreeting Greeting = new("tcp://*:4001", "ipc:///run/vine.workers", long.MaxValue, "vine \u00e9", "5eed");

    private static readonly (MsgPackNode Key, MsgPackNode Value)[] Pairs =
    [
        (Text("daskvine"), new MsgPackNode.Whole(4)),
        (Text("clients"), Text("tcp://*:4001")),
        (Text("workers"), Text("ipc:///run/vine.workers")),
        (Text("token"), new MsgPackNode.Whole(long.MaxValue)),
        (Text("name"), Text("vine \u00e9")),
        (Text("manager"), Text("5eed")),
        (Text("secured"), new MsgPackNode.Truth(false)),
    ];

    [Fact]
    public void ToFrame_IsLengthThenTheMapOfTheTable()
    {
        var frame = Greeting.ToFrame();
        Assert.Equal(frame.Length - DoorGreeting.LengthPrefix, (int)BinaryPrimitives.ReadUInt32LittleEndian(frame));
        var reader = new MsgPackReader(frame.AsSpan(DoorGreeting.LengthPrefix));
        Assert.Equal(new MsgPackNode.Map(Pairs).ToString(), MsgPackNode.Read(ref reader).ToString());
        Assert.True(reader.End);
    }

    [Fact]
    public void Read_OfAFrame_GivesTheGreeting()
    {
        var frame = Greeting.ToFrame();
        Assert.Equal(frame.Length - DoorGreeting.LengthPrefix, DoorGreeting.ReadLength(frame));
        Assert.Equal(Greeting, DoorGreeting.Read(frame.AsSpan(DoorGreeting.LengthPrefix)));
    }

    [Fact]
    public void Read_InAnyOrderWithMoreThanIsKnown_GivesTheGreeting() =>
        Assert.Equal(Greeting, Read([.. Pairs.Reverse(), (Text("new"), new MsgPackNode.Sequence([Text("x")]))]));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(-1)]
    public void Read_OfAnotherVersion_SaysWhichAndWhatToDo(int version)
    {
        var pair = (Text("daskvine"), new MsgPackNode.Whole(version));
        var refusal = Assert.Throws<ProtocolException>(() => Read([pair, .. Pairs[1..]])).Message;
        Assert.Equal($"the manager speaks protocol {version}, this program 4: use the same release on both sides", refusal);
    }

    [Fact]
    public void Read_OfAnotherVersionWithOtherFields_StillSaysWhich()
    {
        var refusal = Assert.Throws<ProtocolException>(() => Read([(Text("daskvine"), new MsgPackNode.Whole(5))])).Message;
        Assert.Contains("speaks protocol 5", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Read_WithoutOneOfItsFields_IsNoDoor(int missing) => Refused([.. Pairs[..missing], .. Pairs[(missing + 1)..]]);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Read_WithAFieldOfAnotherType_IsNoDoor(int broken) =>
        Refused([.. Pairs[..broken], (Pairs[broken].Key, new MsgPackNode.Real(0)), .. Pairs[(broken + 1)..]]);

    [Fact]
    public void Read_OfANegativeToken_IsNoDoor() => Refused([.. Pairs[..3], (Text("token"), new MsgPackNode.Whole(-1)), Pairs[4]]);

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("90")]
    [InlineData("c0")]
    [InlineData("c1")]
    [InlineData("8101")]
    [InlineData("485454502f312e3120343030")]
    public void Read_OfGarbage_IsNoDoor(string hex) => RefusedBytes(Convert.FromHexString(hex));

    [Fact]
    public void Read_WithBytesAfterTheMap_IsNoDoor() => RefusedBytes([.. new MsgPackNode.Map(Pairs).Encode(), 0xc0]);

    [Theory]
    [InlineData(1u)]
    [InlineData(65536u)]
    public void ReadLength_OfWhatMayBeAGreeting_IsGiven(uint length) => Assert.Equal((int)length, DoorGreeting.ReadLength(Prefix(length)));

    [Theory]
    [InlineData(0u)]
    [InlineData(65537u)]
    [InlineData(0x50545448u)]
    [InlineData(uint.MaxValue)]
    public void ReadLength_OfAnythingElse_IsNoDoor(uint length) =>
        Assert.Equal(NoDoor, Assert.Throws<ProtocolException>(() => { DoorGreeting.ReadLength(Prefix(length)); }).Message);

    [Fact]
    public void Read_OfRandomBytes_GivesAGreetingOrARefusal() =>
        Prop.ForAll(Arb.From(MsgPackNodeGen.Bytes), IsContained).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Read_OfAMutatedFrame_GivesAGreetingOrARefusal()
    {
        var body = Greeting.ToFrame()[DoorGreeting.LengthPrefix..];
        Prop.ForAll(Arb.From(ByteEdits.Several), edits => IsContained(ByteEdits.Apply(body, edits)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    private static MsgPackNode Text(string value) => new MsgPackNode.Text(value);

    private static DoorGreeting Read((MsgPackNode, MsgPackNode)[] pairs) => DoorGreeting.Read(new MsgPackNode.Map(pairs).Encode());

    private static void Refused((MsgPackNode, MsgPackNode)[] pairs) => RefusedBytes(new MsgPackNode.Map(pairs).Encode());

    private static void RefusedBytes(byte[] body) =>
        Assert.StartsWith(NoDoor, Assert.Throws<ProtocolException>(() => DoorGreeting.Read(body)).Message, StringComparison.Ordinal);

    private static byte[] Prefix(uint length)
    {
        var prefix = new byte[DoorGreeting.LengthPrefix];
        BinaryPrimitives.WriteUInt32LittleEndian(prefix, length);
        return prefix;
    }

    private static bool IsContained(byte[] bytes)
    {
        try
        {
            var greeting = DoorGreeting.Read(bytes);
            return greeting == DoorGreeting.Read(greeting.ToFrame().AsSpan(DoorGreeting.LengthPrefix));
        }
        catch (ProtocolException refusal)
        {
            return refusal.Message.Length > 0;
        }
    }
}
