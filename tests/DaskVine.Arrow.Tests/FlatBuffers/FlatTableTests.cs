using System.Buffers.Binary;
using DaskVine.Arrow.FlatBuffers;

namespace DaskVine.Arrow.Tests.FlatBuffers;

public class FlatTableTests
{
    [Fact]
    public void Table_Built_ReadsTheSame()
    {
        byte[] bytes = FlatBuilder.Build(new FlatTableNode()
            .Byte(0, 7)
            .Int16(1, -2)
            .Int32(2, -3)
            .Int64(3, long.MinValue)
            .Boolean(4, true)
            .Child(5, FlatNode.Text("naïve"))
            .Child(6, FlatNode.Vector([1, 0, 2, 0, 3, 0], 2, 2))
            .Child(7, FlatNode.Tables([new FlatTableNode().Int32(0, 10), new FlatTableNode().Int32(0, 11)]))
            .Child(8, new FlatTableNode()));
        FlatTable table = FlatTable.Root(bytes);
        Assert.Equal(7, table.Byte(0));
        Assert.Equal(-2, table.Int16(1));
        Assert.Equal(-3, table.Int32(2));
        Assert.Equal(long.MinValue, table.Int64(3));
        Assert.True(table.Boolean(4));
        Assert.Equal("naïve", table.Text(5));
        Assert.Equal(3, table.Vector(6, 2).Count);
        Assert.Equal([2, 0], table.Vector(6, 2)[1].ToArray());
        Assert.Equal(11, table.Element(table.Vector(7, 4), 1).Int32(0));
        Assert.True(table.TryTable(8, out FlatTable empty));
        Assert.Equal(5, empty.Int32(0, 5));
    }

    [Fact]
    public void Field_NotThere_ReadsAsItsDefault()
    {
        FlatTable table = FlatTable.Root(FlatBuilder.Build(new FlatTableNode().Int32(2, 1)));
        Assert.Equal(9, table.Int64(0, 9));
        Assert.Equal(9, table.Int16(100, 9));
        Assert.False(table.TryTable(1, out _));
        Assert.Null(table.Text(1));
        Assert.Equal(0, table.Vector(1, 16).Count);
    }

    [Fact]
    public void Table_WithAnyNumberInPlaceOfAnother_IsReadOrRefused()
    {
        byte[] good = FlatBuilder.Build(new FlatTableNode()
            .Int64(0, 1)
            .Child(1, FlatNode.Text("text"))
            .Child(2, FlatNode.Tables([new FlatTableNode().Int32(0, 10)]))
            .Child(3, FlatNode.Vector(new byte[32], 16, 8)));
        int[] numbers = [0, 1, 2, 4, good.Length - 1, good.Length, 0x7fff, 0xffff, int.MaxValue, int.MinValue, -1, -4];
        foreach (int number in numbers)
        {
            for (int at = 0; at <= good.Length - sizeof(int); at++)
            {
                byte[] bytes = [.. good];
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at), number);
                Exception? exception = Record.Exception(() => ReadAll(bytes));
                Assert.True(exception is null or ArrowFormatException, $"{number} at {at}: {exception}");
            }
        }
        for (int length = 0; length < good.Length; length++)
            Assert.True(Record.Exception(() => ReadAll(good[..length])) is null or ArrowFormatException);
    }

    private static void ReadAll(byte[] bytes)
    {
        FlatTable table = FlatTable.Root(bytes);
        table.Int64(0);
        table.Text(1);
        FlatVector tables = table.Vector(2, 4);
        for (int i = 0; i < tables.Count; i++)
            table.Element(tables, i).Int32(0);
        FlatVector pairs = table.Vector(3, 16);
        for (int i = 0; i < pairs.Count; i++)
            Assert.Equal(16, pairs[i].Length);
    }
}
