using DaskVine.Protocol.MsgPack;

namespace DaskVine.Protocol.Tests.MsgPack;

public class MsgPackIntegerTests
{
    public static TheoryData<long, string> AtBoundaries => new()
    {
        { 0, "00" }, { 1, "01" }, { 127, "7f" },
        { 128, "cc80" }, { 255, "ccff" },
        { 256, "cd0100" }, { 65535, "cdffff" },
        { 65536, "ce00010000" }, { uint.MaxValue, "ceffffffff" },
        { 1L << 32, "cf0000000100000000" }, { long.MaxValue, "cf7fffffffffffffff" },
        { -1, "ff" }, { -32, "e0" },
        { -33, "d0df" }, { -128, "d080" },
        { -129, "d1ff7f" }, { -32768, "d18000" },
        { -32769, "d2ffff7fff" }, { int.MinValue, "d280000000" },
        { int.MinValue - 1L, "d3ffffffff7fffffff" }, { long.MinValue, "d38000000000000000" },
    };

    [Theory]
    [MemberData(nameof(AtBoundaries))]
    public void Integer_AtEachBoundary_TakesSmallestEncoding(long value, string hex)
    {
        byte[] encoded = Convert.FromHexString(hex);
        Assert.Equal(encoded, MsgPackReads.Write(writer => writer.Write(value)));
        Assert.Equal(value, MsgPackReads.ReadWhole(encoded, MsgPackReads.Int64));
        Assert.Equal((double)value, MsgPackReads.ReadWhole(encoded, MsgPackReads.Double));
        MsgPackReads.ReadWhole(encoded, MsgPackReads.Skip);
    }

    [Theory]
    [MemberData(nameof(AtBoundaries))]
    public void Integer_ReadNarrower_FitsOrIsRefused(long value, string hex)
    {
        byte[] encoded = Convert.FromHexString(hex);
        FitsOrIsRefused(encoded, MsgPackReads.Int32, value is >= int.MinValue and <= int.MaxValue, (int)value);
        FitsOrIsRefused(encoded, MsgPackReads.UInt32, value is >= 0 and <= uint.MaxValue, (uint)value);
        FitsOrIsRefused(encoded, MsgPackReads.UInt64, value >= 0, (ulong)value);
    }

    [Theory]
    [MemberData(nameof(AtBoundaries))]
    public void Integer_WrittenNarrower_TakesSameEncoding(long value, string hex)
    {
        byte[] encoded = Convert.FromHexString(hex);
        if (value is >= int.MinValue and <= int.MaxValue)
            Assert.Equal(encoded, MsgPackReads.Write(writer => writer.Write((int)value)));
        if (value is >= 0 and <= uint.MaxValue)
            Assert.Equal(encoded, MsgPackReads.Write(writer => writer.Write((uint)value)));
        if (value >= 0)
            Assert.Equal(encoded, MsgPackReads.Write(writer => writer.Write((ulong)value)));
    }

    [Theory]
    [InlineData(1UL << 63, "cf8000000000000000")]
    [InlineData(ulong.MaxValue, "cfffffffffffffffff")]
    public void Integer_OverSigned64_ReadsOnlyAsUnsigned(ulong value, string hex)
    {
        byte[] encoded = Convert.FromHexString(hex);
        Assert.Equal(encoded, MsgPackReads.Write(writer => writer.Write(value)));
        Assert.Equal(value, MsgPackReads.ReadWhole(encoded, MsgPackReads.UInt64));
        Assert.Equal((double)value, MsgPackReads.ReadWhole(encoded, MsgPackReads.Double));
        Assert.Contains($"{value}", MsgPackReads.Refuse(encoded, MsgPackReads.Int64).Message, StringComparison.Ordinal);
        MsgPackReads.Refuse(encoded, MsgPackReads.Int32);
        MsgPackReads.Refuse(encoded, MsgPackReads.UInt32);
    }

    [Theory]
    [InlineData("cc05")]
    [InlineData("cd0005")]
    [InlineData("ce00000005")]
    [InlineData("cf0000000000000005")]
    [InlineData("d005")]
    [InlineData("d10005")]
    [InlineData("d200000005")]
    [InlineData("d30000000000000005")]
    public void Integer_InWiderEncodingThanNeeded_IsRead(string hex)
    {
        byte[] encoded = Convert.FromHexString(hex);
        Assert.Equal(5L, MsgPackReads.ReadWhole(encoded, MsgPackReads.Int64));
        Assert.Equal(5UL, MsgPackReads.ReadWhole(encoded, MsgPackReads.UInt64));
        Assert.Equal(5, MsgPackReads.ReadWhole(encoded, MsgPackReads.Int32));
        Assert.Equal(5U, MsgPackReads.ReadWhole(encoded, MsgPackReads.UInt32));
    }

    [Fact]
    public void Integer_AnnouncedBySignedByteInDouble_KeepsItsSign() =>
        Assert.Equal(-1.0, MsgPackReads.ReadWhole(MsgPackReads.Bytes("d0ff"), MsgPackReads.Double));

    private static void FitsOrIsRefused(byte[] encoded, MsgPackRead read, bool fits, object expected)
    {
        if (fits)
            Assert.Equal(expected, MsgPackReads.ReadWhole(encoded, read));
        else
            Assert.Contains("integer", MsgPackReads.Refuse(encoded, read).Expected, StringComparison.Ordinal);
    }
}
