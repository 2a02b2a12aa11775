using System.Numerics;
using FsCheck;
using FsCheck.Fluent;

namespace DaskVine.Client.Tests.Graphs;

public sealed class KeysTests
{
    public static TheoryData<object, object> Same => new()
    {
        { 1, 1L }, { 1, (byte)1 }, { 1, 1.0 }, { 1u, 1f }, { (short)-3, (nint)(-3) }, { 1UL << 63, BigInteger.Pow(2, 63) },
        { Math.Pow(2, 70), BigInteger.Pow(2, 70) }, { 0.0, -0.0 }, { ("x", 0), ("x", 0.0) }, { (1, ("a", 2)), (1L, ("a", (byte)2)) },
        { ("x", 1), Tuple.Create("x", 1L) }, { (Int128)5, (UInt128)5 },
    };

    public static TheoryData<object, object> Different => new()
    {
        { "1", 1 }, { ("x", 1), ("x", 2) }, { ("x", 1), "x" }, { (1, 2, 3), (1, (2, 3)) }, { 0.5, 0.25 }, { "a", "A" },
        { (ulong)long.MaxValue + 1, long.MinValue },
    };

    [Theory]
    [MemberData(nameof(Same))]
    public void Normalize_SameValue_SameKey(object one, object other)
    {
        Assert.Equal(Keys.Normalize(one), Keys.Normalize(other));
        Assert.Equal(Keys.Normalize(one).GetHashCode(), Keys.Normalize(other).GetHashCode());
    }

    [Theory]
    [MemberData(nameof(Different))]
    public void Normalize_OtherValue_OtherKey(object one, object other) => Assert.NotEqual(Keys.Normalize(one), Keys.Normalize(other));

    [Fact]
    public void Normalize_Number_EqualAsPythonHasIt()
    {
        var numbers = ArbMap.Default.ArbFor<(long, int, double, byte)>();
        Prop.ForAll(numbers, sample =>
        {
            var (whole, small, real, tiny) = sample;
            object[] all = [whole, small, real, tiny, (float)small, (double)tiny, (BigInteger)whole];
            return all.All(a => all.All(b => Keys.Normalize(a).Equals(Keys.Normalize(b)) == AreEqual(a, b)));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Normalize_WhatIsNoKey_IsRefused()
    {
        Assert.Contains("System.Boolean", Assert.Throws<GraphException>(() => Keys.Normalize(true)).Message);
        Assert.Contains("null", Assert.Throws<GraphException>(() => Keys.Normalize(null)).Message);
        Assert.Contains("tuples", Assert.Throws<GraphException>(() => Keys.Normalize(("x", new object()))).Message);
    }

    [Fact]
    public void Text_AnyKey_IsAsPythonWritesIt()
    {
        Assert.Equal("sum", Keys.Text(Keys.Normalize("sum")));
        Assert.Equal("7", Keys.Text(Keys.Normalize(7.0)));
        Assert.Equal("('x', 0, (1.5,))", Keys.Text(Keys.Normalize(("x", 0, ValueTuple.Create(1.5)))));
    }

    // Exactly, as a double of more than 53 bits must not round.
    private static bool AreEqual(object a, object b)
    {
        var (x, y) = (Exact(a), Exact(b));
        return x is BigInteger m && y is BigInteger n ? m == n : x.Equals(y);
    }

    private static object Exact(object number) => number switch
    {
        double d when double.IsInteger(d) => new BigInteger(d),
        float f => new BigInteger(f),
        double d => d,
        BigInteger n => n,
        _ => new BigInteger(Convert.ToInt64(number)),
    };
}
