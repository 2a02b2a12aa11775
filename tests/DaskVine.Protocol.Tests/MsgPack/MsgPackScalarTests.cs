using DaskVine.Protocol.MsgPack;

namespace DaskVine.Protocol.Tests.MsgPack;

public class MsgPackScalarTests
{
    [Theory]
    [InlineData(0.0, "cb0000000000000000")]
    [InlineData(-0.0, "cb8000000000000000")]
    [InlineData(1.5, "cb3ff8000000000000")]
    [InlineData(double.MaxValue, "cb7fefffffffffffff")]
    [InlineData(double.Epsilon, "cb0000000000000001")]
    [InlineData(double.PositiveInfinity, "cb7ff0000000000000")]
    [InlineData(double.NegativeInfinity, "cbfff0000000000000")]
    [InlineData(double.NaN, "cbfff8000000000000")]
    public void Float_OfAnyKind_KeepsItsBits(double value, string hex)
    {
        byte[] encoded = Convert.FromHexString(hex);
        Assert.Equal(encoded, MsgPackReads.Write(writer => writer.Write(value)));
        double read = (double)MsgPackReads.ReadWhole(encoded, MsgPackReads.Double)!;
        Assert.Equal(BitConverter.DoubleToUInt64Bits(value), BitConverter.DoubleToUInt64Bits(read));
    }

    [Theory]
    [InlineData("ca3fc00000", 1.5)]
    [InlineData("ca80000000", -0.0)]
    [InlineData("ca7f800000", double.PositiveInfinity)]
    [InlineData("caffc00000", double.NaN)]
    [InlineData("ca00000001", 1.401298464324817e-45)]
    public void Float_InSinglePrecision_IsWidened(string hex, double expected)
    {
        double read = (double)MsgPackReads.ReadWhole(Convert.FromHexString(hex), MsgPackReads.Double)!;
        Assert.Equal(BitConverter.DoubleToUInt64Bits(expected), BitConverter.DoubleToUInt64Bits(read));
    }

    [Fact]
    public void Float_ReadAsInteger_IsRefused() =>
        Assert.Equal("Float (0xcb)", MsgPackReads.Refuse(MsgPackReads.Bytes("cb", 8), MsgPackReads.Int64).Found);

    [Theory]
    [InlineData(true, "c3")]
    [InlineData(false, "c2")]
    public void Boolean_OfEitherKind_RoundTrips(bool value, string hex)
    {
        byte[] encoded = Convert.FromHexString(hex);
        Assert.Equal(encoded, MsgPackReads.Write(writer => writer.Write(value)));
        Assert.Equal(value, MsgPackReads.ReadWhole(encoded, MsgPackReads.Boolean));
    }

    [Fact]
    public void Nil_Written_ReadsAsNil()
    {
        byte[] encoded = MsgPackReads.Write(writer => writer.WriteNil());
        Assert.Equal([0xc0], encoded);
        MsgPackReads.ReadWhole(encoded, MsgPackReads.Nil);
        Assert.Equal(true, MsgPackReads.ReadWhole(encoded, MsgPackReads.TryNil));
    }

    [Fact]
    public void TryReadNil_BeforeAnotherValue_ReadsNothing()
    {
        var reader = new MsgPackReader([0x07]);
        Assert.False(reader.TryReadNil());
        Assert.Equal(7, reader.ReadInt32());
    }

    [Fact]
    public void NextType_OfEveryFirstByte_FollowsTheSpecification()
    {
        for (int code = 0; code < 256; code++)
        {
            MsgPackType? expected = SpecifiedType(code);
            if (expected is null)
                MsgPackReads.Refuse([(byte)code], MsgPackReads.NextType);
            else
                Assert.Equal(expected, new MsgPackReader([(byte)code]).NextType);
        }
    }

    [Fact]
    public void EveryRead_OfAnotherType_NamesBothAndTheOffset()
    {
        var reader = new MsgPackReader([0xc3, 0x93, 0x01, 0x02, 0x03]);
        reader.ReadBoolean();
        MsgPackException? refusal = null;
        try
        {
            reader.ReadString();
        }
        catch (MsgPackException thrown)
        {
            refusal = thrown;
        }
        Assert.Equal("Expected a string, found Array (0x93) at offset 1.", refusal?.Message);
        Assert.Equal(1, refusal?.Offset);
        Assert.Equal(1, reader.Consumed);
        Assert.Equal(3, reader.ReadArrayHeader());
    }

    [Fact]
    public void EveryRead_AtTheEnd_IsRefused()
    {
        foreach (MsgPackRead read in MsgPackReads.All)
            Assert.Equal("the end of the bytes", MsgPackReads.Refuse([], read).Found);
    }

    [Fact]
    public void EveryRead_OfTheReservedByte_IsRefused()
    {
        foreach (MsgPackRead read in MsgPackReads.All.Where(read => read != MsgPackReads.TryNil))
            Assert.Contains("reserved byte (0xc1)", MsgPackReads.Refuse([0xc1], read).Message, StringComparison.Ordinal);
    }

    private static MsgPackType? SpecifiedType(int code) => code switch
    {
        < 0x80 or >= 0xe0 or (>= 0xcc and <= 0xd3) => MsgPackType.Integer,
        < 0x90 or 0xde or 0xdf => MsgPackType.Map,
        < 0xa0 or 0xdc or 0xdd => MsgPackType.Array,
        < 0xc0 or 0xd9 or 0xda or 0xdb => MsgPackType.String,
        0xc0 => MsgPackType.Nil,
        0xc1 => null,
        0xc2 or 0xc3 => MsgPackType.Boolean,
        0xc4 or 0xc5 or 0xc6 => MsgPackType.Binary,
        0xca or 0xcb => MsgPackType.Float,
        _ => MsgPackType.Extension,
    };
}
