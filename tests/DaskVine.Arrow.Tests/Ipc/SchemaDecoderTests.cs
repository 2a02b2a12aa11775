using DaskVine.Arrow.FlatBuffers;
using DaskVine.Arrow.Ipc;

namespace DaskVine.Arrow.Tests.Ipc;

public class SchemaDecoderTests
{
    [Theory]
    [InlineData(22, "RunEndEncoded")]
    [InlineData(23, "BinaryView")]
    [InlineData(24, "Utf8View")]
    [InlineData(25, "ListView")]
    [InlineData(26, "LargeListView")]
    [InlineData(27, "number 27")]
    [InlineData(0, "number 0")]
    public void Type_NotSupported_IsRefusedByName(byte number, string name) =>
        HandMade.Refuse(name, Stream(HandMade.FieldTable((TypeNumber)number, new FlatTableNode())));

    [Fact]
    public void Schema_OfBigEndianData_IsRefused()
    {
        byte[] stream = HandMade.Message(MessageKind.Schema, new FlatTableNode().Int16(Slots.SchemaEndianness, 1));
        HandMade.Refuse("Big-endian", stream);
    }

    [Fact]
    public void Schema_NestedTooDeep_IsRefused()
    {
        Assert.Equal(63, Depth(ArrowTable.ReadStream(Stream(Nested(63))).Schema.Fields[0].Type));
        HandMade.Refuse("nested deeper", Stream(Nested(64)));
        HandMade.Refuse("nested deeper", Stream(Nested(500)));
    }

    [Fact]
    public void Schema_WhosePartsAreSharedOverAndOver_IsRefusedSoon()
    {
        FlatNode field = HandMade.FieldTable(TypeNumber.Null, new FlatTableNode());
        for (int depth = 0; depth < 50; depth++)
            field = HandMade.FieldTable(TypeNumber.Struct, new FlatTableNode(), new Repeated(field, 2));
        HandMade.Refuse("too many times", Stream(field));
    }

    [Fact]
    public void Schema_WhoseLongTextIsShared_IsRefusedSoon()
    {
        FlatNode pair = new FlatTableNode().Child(0, FlatNode.Text(new string('k', 50_000)));
        FlatTableNode schema = new FlatTableNode().Child(Slots.SchemaMetadata, new Repeated(pair, 1000));
        HandMade.Refuse("too many times", HandMade.Message(MessageKind.Schema, schema));
    }

    [Fact]
    public void Dictionary_OfTwoTypesOfValues_IsRefused()
    {
        FlatTableNode Encoded(TypeNumber number) =>
            HandMade.FieldTable(number, new FlatTableNode()).Child(Slots.FieldDictionary, new FlatTableNode().Int64(Slots.DictionaryId, 7));
        FlatTableNode schema = new FlatTableNode()
            .Child(Slots.SchemaFields, FlatNode.Tables([Encoded(TypeNumber.Utf8), Encoded(TypeNumber.Binary)]));
        string refusal = HandMade.Refusal(HandMade.Message(MessageKind.Schema, schema));
        Assert.Equal("Dictionary 7 has values of different types: Utf8 and Binary.", refusal);
    }

    [Fact]
    public void Dictionary_WithoutIndexType_HasIntegersOf32Bits()
    {
        FlatTableNode field = HandMade.FieldTable(TypeNumber.Utf8, new FlatTableNode()).Child(Slots.FieldDictionary, new FlatTableNode());
        Assert.Equal(new DictionaryType(ArrowType.Int32, ArrowType.Utf8), ArrowTable.ReadStream(Stream(field)).Schema.Fields[0].Type);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(17)]
    public void List_WithoutOneChild_IsRefused(byte number) =>
        HandMade.Refuse("0 children", Stream(HandMade.FieldTable((TypeNumber)number, new FlatTableNode())));

    [Fact]
    public void Type_WithImpossibleParameters_IsRefused()
    {
        HandMade.Refusal(Stream(HandMade.FieldTable(TypeNumber.Int, new FlatTableNode().Int32(0, 24))));
        HandMade.Refusal(Stream(HandMade.FieldTable(TypeNumber.FloatingPoint, new FlatTableNode().Int16(0, 9))));
        HandMade.Refusal(Stream(HandMade.FieldTable(TypeNumber.FixedSizeBinary, new FlatTableNode().Int32(0, -1))));
        HandMade.Refusal(Stream(HandMade.FieldTable(TypeNumber.Decimal, new FlatTableNode().Int32(0, 39).Int32(2, 128))));
        HandMade.Refusal(Stream(HandMade.FieldTable(TypeNumber.Decimal, new FlatTableNode().Int32(0, 5).Int32(1, int.MinValue))));
        HandMade.Refusal(Stream(HandMade.FieldTable(TypeNumber.Time, new FlatTableNode().Int16(0, 3).Int32(1, 32))));
        HandMade.Refusal(Stream(HandMade.FieldTable(TypeNumber.Interval, new FlatTableNode().Int16(0, 3))));
        HandMade.Refusal(Stream(HandMade.FieldTable(TypeNumber.Timestamp, new FlatTableNode().Int16(0, -1))));
    }

    private static byte[] Stream(FlatNode field) =>
        HandMade.Message(MessageKind.Schema, new FlatTableNode().Child(Slots.SchemaFields, FlatNode.Tables([field])));

    private static FlatTableNode Nested(int depth)
    {
        FlatTableNode field = HandMade.FieldTable(TypeNumber.Null, new FlatTableNode());
        for (; depth > 0; depth--)
            field = HandMade.FieldTable(TypeNumber.List, new FlatTableNode(), FlatNode.Tables([field]));
        return field;
    }

    private static int Depth(ArrowType type) => type is ListType list ? 1 + Depth(list.Item.Type) : 0;

    /// <summary>A vector whose elements are all the one table.</summary>
    private sealed class Repeated(FlatNode table, int times) : FlatNode
    {
        internal override int Write(FlatBuilder builder)
        {
            builder.Align(4, 0);
            int at = builder.Append(4 + (4 * times));
            builder.At(at)[0] = (byte)times;
            builder.At(at)[1] = (byte)(times >> 8);
            int target = table.Write(builder);
            for (int i = 0; i < times; i++)
                builder.Refer(at + 4 + (4 * i), target);
            return at;
        }
    }
}
