using DaskVine.Arrow.Tests.Properties;

namespace DaskVine.Arrow.Tests;

public class BinaryRowFrameTests
{
    private static readonly Schema Rows = new([new Field("value", ArrowType.LargeBinary)]);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(100_001)]
    public void Row_BetweenHeadAndTail_IsReadInPlace(int length)
    {
        byte[] row = [.. Enumerable.Range(0, length).Select(i => (byte)i)];
        var frame = new BinaryRowFrame(Rows, length);
        byte[] stream = [.. frame.Head.Span, .. row, .. frame.Tail.Span];
        Assert.Equal(frame.Length, stream.Length);
        Assert.Equal(0, frame.Head.Length % 64);
        var reader = new ArrowStreamReader(stream);
        var column = (BinaryArray)reader.ReadBatch()!["value"];
        Assert.Equal(row, column.GetBytes(0).ToArray());
        Assert.Null(reader.ReadBatch());
        Assert.True(reader.HasEnded);
        Assert.Equal(stream.Length, reader.Consumed);
        if (length > 0)
            Assert.Equal(frame.Head.Length, Memory.Offset(stream, column.GetBytes(0)));
    }

    [Fact]
    public void Row_LongerThanMemory_HasItsFrame()
    {
        const long Length = 5_000_000_000;
        var frame = new BinaryRowFrame(Rows, Length);
        Assert.Equal(Length, frame.RowLength);
        Assert.Equal(frame.Head.Length + Length + frame.Tail.Length, frame.Length);
    }

    [Fact]
    public void Frame_OfAnotherColumn_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new BinaryRowFrame(new Schema([new Field("value", ArrowType.Binary)]), 1));
        Assert.Throws<ArgumentException>(() => new BinaryRowFrame(new Schema([.. Rows.Fields, .. Rows.Fields]), 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BinaryRowFrame(Rows, -1));
    }
}
