using System.Numerics;

namespace DaskVine.Arrow.Tests.Arrays;

public class DecimalArrayTests
{
    [Theory]
    [InlineData("12345", 2, "123.45")]
    [InlineData("-12345", 2, "-123.45")]
    [InlineData("12345", -3, "12345000")]
    [InlineData("0", 38, "0")]
    [InlineData("79228162514264337593543950335", 0, "79228162514264337593543950335")]
    [InlineData("1000000000000000000000000000000", 30, "1")]
    public void Value_ThatTheClrHolds_IsIt(string unscaled, int scale, string expected)
    {
        DecimalArray array = ArrowArray.Decimals(new DecimalType(38, scale), [BigInteger.Parse(unscaled), null]);
        Assert.Equal(BigInteger.Parse(unscaled), array.GetUnscaled(0));
        Assert.Equal(decimal.Parse(expected), array.GetDecimal(0));
        Assert.True(array.IsNull(1));
    }

    [Theory]
    [InlineData("79228162514264337593543950336", 0)]
    [InlineData("1", 38)]
    [InlineData("1", -38)]
    public void Value_ThatTheClrDoesNotHold_Overflows(string unscaled, int scale)
    {
        DecimalArray array = ArrowArray.Decimals(new DecimalType(38, scale), [BigInteger.Parse(unscaled)]);
        Assert.Throws<OverflowException>(() => array.GetDecimal(0));
    }

    [Theory]
    [InlineData(32, 9)]
    [InlineData(64, 18)]
    [InlineData(128, 38)]
    [InlineData(256, 76)]
    public void Width_OfAnyKind_HoldsItsLimits(int bits, int precision)
    {
        var type = new DecimalType(precision, 0, bits);
        BigInteger highest = (BigInteger.One << (bits - 1)) - 1;
        BigInteger lowest = -highest - 1;
        DecimalArray array = ArrowArray.Decimals(type, [highest, lowest, -1]);
        Assert.Equal([highest, lowest, BigInteger.MinusOne], Enumerable.Range(0, 3).Select(array.GetUnscaled));
        Assert.Equal(type, ArrowTable.ReadStream(ArrowTable.Of(("x", array)).ToStream()).Schema.Fields[0].Type);
        Assert.Throws<OverflowException>(() => ArrowArray.Decimals(type, [highest + 1]));
        Assert.Throws<OverflowException>(() => ArrowArray.Decimals(type, [lowest - 1]));
        Assert.Throws<ArrowFormatException>(() => ArrowArray.Decimals(type with { Precision = precision + 1 }, []));
    }
}
