using System.Text;

namespace DaskVine.Transfers.Tests;

public sealed class Crc32CTests
{
    [Theory]
    [InlineData("", 0u)]
    [InlineData("123456789", 0xE3069283u)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x22620404u)]
    public void Append_KnownTexts_GivesTheirChecksum(string text, uint expected) =>
        Assert.Equal(expected, Crc32C.Append(0, Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Append_LengthsAroundTheStrides_AgreesWithBitByBit()
    {
        var bytes = Depot.Content(100_000);
        foreach (var length in (int[])[1, 7, 8, 9, 4095, 4096, 12287, 12288, 12289, 24576, 36871, 100_000])
            Assert.Equal(BitByBit(bytes.AsSpan(0, length)), Crc32C.Append(0, bytes.AsSpan(0, length)));
    }

    [Fact]
    public void Append_InPieces_AgreesWithTheWhole()
    {
        var bytes = Depot.Content(200_000);
        var crc = Crc32C.Append(0, bytes.AsSpan(0, 3));
        crc = Crc32C.Append(crc, bytes.AsSpan(3, 99_990));

        Assert.Equal(Crc32C.Append(0, bytes), Crc32C.Append(crc, bytes.AsSpan(99_993)));
    }

    [Fact]
    public void OfFile_LargerThanItsBuffer_AgreesWithAppend()
    {
        using var depot = new Depot();
        var bytes = Depot.Content(1_000_003);

        Assert.Equal(Crc32C.Append(0, bytes), Crc32C.OfFile(depot.Put(1, bytes)));
    }

    private static uint BitByBit(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
        }

        return ~crc;
    }
}
