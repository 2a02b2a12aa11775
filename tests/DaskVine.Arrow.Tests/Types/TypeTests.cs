namespace DaskVine.Arrow.Tests.Types;

public class TypeTests
{
    [Fact]
    public void Types_WithEqualParts_AreEqual()
    {
        Func<ArrowType>[] makers =
        [
            () => new IntType(32, true),
            () => new ListType(ArrowType.Utf8),
            () => new StructType([new Field("a", ArrowType.Int8), new Field("b", new ListType(ArrowType.Int8))]),
            () => new UnionType(UnionMode.Dense, [new Field("a", ArrowType.Int8)], [7]),
            () => new MapType(ArrowType.Utf8, ArrowType.Int8),
            () => new DictionaryType(ArrowType.Int8, ArrowType.Utf8),
            () => new TimestampType(TimeUnit.Second, "UTC"),
        ];
        foreach (Func<ArrowType> make in makers)
        {
            Assert.Equal(make(), make());
            Assert.Equal(make().GetHashCode(), make().GetHashCode());
            Assert.Single(makers, other => other().Equals(make()));
        }
    }

    [Fact]
    public void MapType_WithOtherNames_IsEqual()
    {
        var entries = new StructType([new Field("k", ArrowType.Utf8, false), new Field("v", ArrowType.Int8)]);
        Assert.Equal(new MapType(ArrowType.Utf8, ArrowType.Int8), new MapType(new Field("other", entries, false)));
        Assert.NotEqual(new MapType(ArrowType.Utf8, ArrowType.Int8), new MapType(ArrowType.Utf8, ArrowType.Int8, true));
    }

    [Fact]
    public void Field_WithOtherMetadata_DiffersAndNamesItsExtension()
    {
        var plain = new Field("x", ArrowType.Binary);
        Field extended = plain with { Metadata = Metadata.Of((Field.ExtensionNameKey, "daskvine.pickle5")) };
        Assert.NotEqual(plain, extended);
        Assert.Null(plain.ExtensionName);
        Assert.Equal("daskvine.pickle5", extended.ExtensionName);
        Assert.Equal(extended, new Field("x", ArrowType.Binary, true, Metadata.Of((Field.ExtensionNameKey, "daskvine.pickle5"))));
    }

    [Fact]
    public void Metadata_InAnotherOrder_IsEqual()
    {
        Metadata metadata = Metadata.Of(("a", "1"), ("b", "2"));
        Assert.Equal(metadata, Metadata.Of(("b", "2"), ("a", "1")));
        Assert.NotEqual(metadata, Metadata.Of(("a", "1")));
        Assert.Equal("2", metadata["b"]);
        Assert.Null(metadata["c"]);
        Assert.Equal(Metadata.Of(("a", "3"), ("b", "2")), metadata.With("a", "3"));
    }

    [Fact]
    public void Type_InWords_TellsItsParts() => Assert.Equal(
        "Struct<a: List(large)<item: Int(32)>, b: Dictionary(Int(unsigned 8) to Timestamp(Second, UTC))>",
        new StructType(
        [
            new Field("a", new ListType(ArrowType.Int32, true)),
            new Field("b", new DictionaryType(ArrowType.UInt8, new TimestampType(TimeUnit.Second, "UTC"))),
        ]).ToString());
}
