namespace DaskVine.Values.Tests;

public class PlainValueTests
{
    public enum Flavour
    {
        Up,
        Down,
    }

    public static TheoryData<object> Values() => new()
    {
        true, (sbyte)-3, (byte)200, (short)-300, (ushort)60_000, -70_000, 4_000_000_000u, long.MinValue, ulong.MaxValue, 1.5f, double.NaN, -0.0, (Half)0.5,
        123.4500m, decimal.MaxValue, 'é', "text", "", new byte[] { 1, 2 }, Flavour.Down,
        new DateTime(2026, 1, 2, 3, 4, 5, 678, DateTimeKind.Utc).AddTicks(7), new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(-7)),
        TimeSpan.FromTicks(-123_456_789), new DateOnly(1999, 12, 31), new TimeOnly(23, 59, 59, 999), Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"),
        (1, "a"), new KeyValuePair<string, int>("k", 1), (1, 2, 3, 4, 5, 6, 7, 8), new Point(1, 2), new Track("t", [new Point(0, 1)], null),
        new Track("u", [], Flavour.Up) { Weight = 2.5 }, System.Numerics.Complex.ImaginaryOne, new System.Numerics.Vector2(1, 2),
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Value_OfAnyPlainType_IsReadAsItWasWritten(object value)
    {
        var bytes = ValueCodec.Encode(value).ToArray();
        Assert.Equal(0xc1, bytes[0]);
        Assert.Equal(value, ValueCodec.Decode(bytes, value.GetType()));
    }

    [Fact]
    public void Value_OfNothing_IsReadByWhatTakesIt()
    {
        var bytes = ValueCodec.Encode(null).ToArray();
        Assert.Equal([0xc1, 0xc0], bytes);
        Assert.Null(ValueCodec.Decode<string>(bytes));
        Assert.Null(ValueCodec.Decode<int?>(bytes));
        Refused("parameter 'x' takes int, and is given None", bytes, typeof(int));
    }

    [Fact]
    public void Collections_AreReadAsTheOnesThatAreWanted()
    {
        var bytes = ValueCodec.Encode(new List<int> { 3, 1 }).ToArray();
        Assert.Equal([3, 1], ValueCodec.Decode<int[]>(bytes));
        Assert.Equal([3L, 1L], ValueCodec.Decode<List<long>>(bytes));
        Assert.Equal([3.0, 1.0], ValueCodec.Decode<IEnumerable<double>>(bytes));
        Assert.Equal([3, 1], ValueCodec.Decode<ReadOnlyMemory<int>>(bytes).ToArray());
        Assert.Equal([1, 3], ValueCodec.Decode<ISet<int>>(bytes).Order());
        Assert.Equal((3, 1), ValueCodec.Decode<(int, int)>(bytes));
        Assert.Equal(new object[] { 3L, 1L }, ValueCodec.Decode<object[]>(bytes));
        string?[] texts = ["a", null, "é"];
        Assert.Equal(texts.AsEnumerable(), ValueCodec.Decode<string?[]>(ValueCodec.Encode(texts).ToArray()));
        Refused("a Queue<int> cannot be made of a list", bytes, typeof(Queue<int>));
    }

    [Fact]
    public void Dictionaries_AreMapsOrPairs()
    {
        var named = new Dictionary<string, double[]> { ["a"] = [1, 2], ["b"] = [] };
        Assert.Equal(named, ValueCodec.Decode<Dictionary<string, double[]>>(ValueCodec.Encode(named).ToArray()));
        Assert.Equal(new object[] { 1.0, 2.0 }, ValueCodec.Decode<Dictionary<string, object>>(ValueCodec.Encode(named).ToArray())["a"]);
        var numbered = new Dictionary<int, string> { [1] = "x" };
        Assert.Equal(numbered, ValueCodec.Decode<IReadOnlyDictionary<int, string>>(ValueCodec.Encode(numbered).ToArray()));
    }

    [Fact]
    public void Object_IsWhatTheBytesSay()
    {
        Assert.Equal(5L, ValueCodec.Decode<object>(ValueCodec.Encode((byte)5).ToArray()));
        Assert.Equal(ulong.MaxValue, ValueCodec.Decode<object>(ValueCodec.Encode(ulong.MaxValue).ToArray()));
        var map = ValueCodec.Decode<Dictionary<string, object>>(ValueCodec.Encode(new Point(1, 2)).ToArray());
        Assert.Equal([("X", 1L), ("Y", 2L)], map.Select(pair => (pair.Key, pair.Value)));
    }

    [Theory]
    [InlineData(5L, typeof(double), 5.0)]
    [InlineData(5.0, typeof(int), 5)]
    [InlineData(5L, typeof(byte), (byte)5)]
    [InlineData(0.1, typeof(float), 0.1f)]
    [InlineData(1L << 53, typeof(double), 9007199254740992.0)]
    [InlineData(-9223372036854775808.0, typeof(long), long.MinValue)]
    public void Numbers_ConvertWhereTheyStayWhatTheyAre(object value, Type wanted, object expected) =>
        Assert.Equal(expected, ValueCodec.Decode(ValueCodec.Encode(value).ToArray(), wanted));

    [Theory]
    [InlineData(2.5, typeof(int), "takes int, and is given 2.5")]
    [InlineData(300L, typeof(byte), "takes byte, and is given 300")]
    [InlineData(-1L, typeof(ulong), "takes ulong, and is given -1")]
    [InlineData(ulong.MaxValue, typeof(long), "takes long, and is given 18446744073709551615")]
    [InlineData(9223372036854775808.0, typeof(long), "takes long, and is given 9223372036854775808")]
    [InlineData((1L << 53) + 1, typeof(double), "9007199254740993, an integer that it cannot hold exactly")]
    [InlineData(1e300, typeof(float), "takes float, and is given 1E+300")]
    [InlineData("5", typeof(int), "takes int, and is given a string")]
    [InlineData(1L, typeof(bool), "takes bool, and is given an integer")]
    [InlineData(true, typeof(int), "takes int, and is given a bool")]
    [InlineData("ab", typeof(char), "takes char, and is given 'ab'")]
    [InlineData("Strange", typeof(Flavour), "takes Flavour, and is given 'Strange'")]
    [InlineData(5L, typeof(int[]), "takes int[], and is given an integer")]
    [InlineData(5L, typeof(Point), "takes Point, and is given an integer")]
    public void Values_ThatDoNotFit_AreRefusedByName(object value, Type wanted, string reason) =>
        Refused(reason, ValueCodec.Encode(value).ToArray(), wanted);

    [Fact]
    public void Records_TakeDefaultsForWhatIsNotGivenAndSkipWhatTheyDoNotKnow()
    {
        var bytes = ValueCodec.Encode(new Dictionary<string, object?> { ["Name"] = "n", ["Points"] = Array.Empty<Point>(), ["Else"] = 1 }).ToArray();
        Assert.Equal(Flavour.Up, ValueCodec.Decode<Track>(bytes).Flavour);
        Refused("takes Track, and is given a dictionary without 'Points'", ValueCodec.Encode(new Dictionary<string, object?> { ["Name"] = "n" }).ToArray(), typeof(Track));
    }

    [Fact]
    public void Types_WithoutAForm_AreRefusedWithAdvice()
    {
        Assert.Contains("a Stream cannot travel", Assert.Throws<ValueException>(() => ValueCodec.Encode(Stream.Null, typeof(Stream))).Message.Replace("NullStream", "Stream"));
        Assert.Contains("a Closed cannot travel: it has nothing that is public and can be set", Assert.Throws<ValueException>(() => ValueCodec.Encode(new Closed(1))).Message);
        var ring = new List<object>();
        ring.Add(ring);
        Assert.Contains("or contains itself", Assert.Throws<ValueException>(() => ValueCodec.Encode(ring)).Message);
        Assert.Contains("cannot travel", Assert.Throws<ValueException>(() => ValueCodec.Encode((Func<int>)(() => 1))).Message);
    }

    [Fact]
    public void Bytes_OfPython_AreExplained()
    {
        Refused("has no Arrow form, which .NET cannot read", [0x80, 5], typeof(object));
        Refused("has no Arrow form, which .NET cannot read", [.. "DVP5"u8, 0, 0], typeof(object));
        Refused("that are no value", [1, 2], typeof(object));
        Refused("malformed", [0xc1], typeof(object));
        Refused("1 bytes behind it", [0xc1, 0xc0, 0xc0], typeof(object));
    }

    [Fact]
    public void Bytes_CutAnywhere_AreRefused()
    {
        var bytes = ValueCodec.Encode(new Track("t", [new Point(0, 1)], null)).ToArray();
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<ValueException>(() => ValueCodec.Decode<Track>(bytes.AsMemory(0, length)));
    }

    private static void Refused(string reason, byte[] bytes, Type wanted) =>
        Assert.Contains(reason, Assert.Throws<ValueException>(() => ValueCodec.Decode(bytes, wanted, "parameter 'x'")).Message);

    public readonly record struct Point(int X, int Y);

    public sealed record Track(string Name, Point[] Points, Flavour? Flavour = PlainValueTests.Flavour.Up)
    {
        public double Weight { get; set; }

        public int Computed => Points.Length;

        public bool Equals(Track? other) =>
            other is not null && (Name, Flavour, Weight) == (other.Name, other.Flavour, other.Weight) && Points.SequenceEqual(other.Points);

        public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
    }

    public sealed class Closed
    {
        private readonly int _state;

        public Closed()
        {
        }

        public Closed(int state) => _state = state;

        public override int GetHashCode() => _state;

        public override bool Equals(object? obj) => obj is Closed;
    }
}
