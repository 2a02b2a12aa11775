using DaskVine.Protocol.MsgPack;

namespace DaskVine.Protocol.Tests.MsgPack;

public class MsgPackPayloadTests
{
    [Theory]
    [InlineData(0, "a0")]
    [InlineData(1, "a1")]
    [InlineData(31, "bf")]
    [InlineData(32, "d920")]
    [InlineData(255, "d9ff")]
    [InlineData(256, "da0100")]
    [InlineData(65535, "daffff")]
    [InlineData(65536, "db00010000")]
    public void String_AtEachBoundary_TakesSmallestEncoding(int length, string head)
    {
        byte[] encoded = MsgPackReads.Bytes(head, length, (byte)'a');
        string text = new('a', length);
        Assert.Equal(encoded, MsgPackReads.Write(writer => writer.Write(text)));
        Assert.Equal(encoded, MsgPackReads.Write(writer => writer.WriteString(encoded.AsSpan(head.Length / 2))));
        Assert.Equal(text, MsgPackReads.ReadWhole(encoded, MsgPackReads.String));
        Assert.Equal(encoded[(head.Length / 2)..], MsgPackReads.ReadWhole(encoded, MsgPackReads.StringBytes));
        MsgPackReads.ReadWhole(encoded, MsgPackReads.Skip);
        MsgPackReads.Refuse(encoded, MsgPackReads.Binary);
    }

    [Theory]
    [InlineData(0, "c400")]
    [InlineData(255, "c4ff")]
    [InlineData(256, "c50100")]
    [InlineData(65535, "c5ffff")]
    [InlineData(65536, "c600010000")]
    public void Binary_AtEachBoundary_TakesSmallestEncoding(int length, string head)
    {
        byte[] encoded = MsgPackReads.Bytes(head, length, 0xa5);
        byte[] data = encoded[(head.Length / 2)..];
        Assert.Equal(encoded, MsgPackReads.Write(writer => writer.WriteBinary(data)));
        Assert.Equal(data, MsgPackReads.ReadWhole(encoded, MsgPackReads.Binary));
        MsgPackReads.ReadWhole(encoded, MsgPackReads.Skip);
        MsgPackReads.Refuse(encoded, MsgPackReads.String);
    }

    [Theory]
    [InlineData(0, "c700")]
    [InlineData(1, "d4")]
    [InlineData(2, "d5")]
    [InlineData(3, "c703")]
    [InlineData(4, "d6")]
    [InlineData(5, "c705")]
    [InlineData(8, "d7")]
    [InlineData(15, "c70f")]
    [InlineData(16, "d8")]
    [InlineData(17, "c711")]
    [InlineData(255, "c7ff")]
    [InlineData(256, "c80100")]
    [InlineData(65535, "c8ffff")]
    [InlineData(65536, "c900010000")]
    public void Extension_OfEachSize_TakesSmallestEncoding(int length, string head)
    {
        foreach (sbyte type in new sbyte[] { 0, 1, 127, -1, -128 })
        {
            byte[] encoded = MsgPackReads.Bytes(head + ((byte)type).ToString("x2"), length, 0x5a);
            byte[] data = encoded[^length..];
            Assert.Equal(encoded, MsgPackReads.Write(writer => writer.WriteExtension(type, data)));
            var reader = new MsgPackReader(encoded);
            Assert.Equal(data, reader.ReadExtension(out sbyte read).ToArray());
            Assert.Equal(type, read);
            Assert.True(reader.End);
            MsgPackReads.ReadWhole(encoded, MsgPackReads.Skip);
        }
    }

    [Fact]
    public void ReadBinary_Always_ReturnsTheLastBytesConsumed()
    {
        byte[] bytes = [0x01, 0xc4, 0x03, 0x0a, 0x0b, 0x0c, 0x02];
        var reader = new MsgPackReader(bytes);
        reader.ReadInt32();
        int length = reader.ReadBinary().Length;
        Assert.Equal([0x0a, 0x0b, 0x0c], bytes[(reader.Consumed - length)..reader.Consumed]);
        Assert.Equal(2, reader.ReadInt32());
    }

    [Theory]
    [InlineData("key")]
    [InlineData("\0")]
    [InlineData("\u00e9\u4f60\U0001f377")]
    public void String_OfAnyScript_RoundTrips(string text) =>
        Assert.Equal(text, MsgPackReads.ReadWhole(MsgPackReads.Write(writer => writer.Write(text)), MsgPackReads.String));

    [Theory]
    [InlineData("a1ff")]
    [InlineData("a1c3")] // cut short
    [InlineData("a2c080")] // overlong
    [InlineData("a3eda080")] // surrogate
    [InlineData("a4f4908080")] // over U+10FFFF
    public void String_OfMalformedUtf8_IsRefused(string hex)
    {
        byte[] encoded = Convert.FromHexString(hex);
        Assert.Equal("malformed UTF-8", MsgPackReads.Refuse(encoded, MsgPackReads.String).Found);
        MsgPackReads.Refuse(encoded, MsgPackReads.StringBytes);
        MsgPackReads.ReadWhole(encoded, MsgPackReads.Skip);
        Assert.Throws<ArgumentException>(() => MsgPackReads.Write(writer => writer.WriteString(encoded.AsSpan(1))));
    }

    [Fact]
    public void Write_OfUnpairedSurrogate_ThrowsAndWritesNothing()
    {
        var writer = new MsgPackWriter();
        Assert.ThrowsAny<ArgumentException>(() => writer.Write("a\ud800"));
        Assert.Equal(0, writer.Length);
    }

    [Theory]
    [InlineData("a2", 1)]
    [InlineData("d9", 0)]
    [InlineData("d9ff", 254)]
    [InlineData("da00", 0)]
    [InlineData("db000000", 0)]
    [InlineData("dbffffffff", 10)]
    [InlineData("c4", 0)]
    [InlineData("c50100", 255)]
    [InlineData("c6ffffffff", 10)]
    [InlineData("c67fffffff", 10)]
    [InlineData("c7", 0)]
    [InlineData("c700", 0)]
    [InlineData("c8000301", 2)]
    [InlineData("c9ffffffff01", 3)]
    [InlineData("d4", 1)]
    [InlineData("d8", 16)]
    [InlineData("ca", 3)]
    [InlineData("cb", 7)]
    [InlineData("cc", 0)]
    [InlineData("cf", 7)]
    public void EveryRead_OfTruncatedValue_IsRefused(string head, int padding)
    {
        foreach (MsgPackRead read in MsgPackReads.All.Where(read => read != MsgPackReads.TryNil && read != MsgPackReads.NextType))
            MsgPackReads.Refuse(MsgPackReads.Bytes(head, padding), read);
    }

    [Fact]
    public void Payload_OverTheLengthLimit_IsRefused()
    {
        MsgPackLimits limits = MsgPackLimits.Default with { MaxLength = 3 };
        MsgPackException refusal = MsgPackReads.Refuse(MsgPackReads.Bytes("a4", 4), MsgPackReads.String, limits);
        Assert.Equal("a length of 4, over the limit of 3", refusal.Found);
        MsgPackReads.Refuse(MsgPackReads.Bytes("c404", 4), MsgPackReads.Binary, limits);
        MsgPackReads.Refuse(MsgPackReads.Bytes("d601", 4), MsgPackReads.Extension, limits);
        MsgPackReads.Refuse(MsgPackReads.Bytes("c404", 4), MsgPackReads.Skip, limits);
        Assert.Equal(3, new MsgPackReader(MsgPackReads.Bytes("c403", 3), limits).ReadBinary().Length);
    }
}
