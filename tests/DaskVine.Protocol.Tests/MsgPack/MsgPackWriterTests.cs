using DaskVine.Protocol.MsgPack;

namespace DaskVine.Protocol.Tests.MsgPack;

public class MsgPackWriterTests
{
    [Fact]
    public void Writer_JustMade_HoldsNothing()
    {
        var writer = new MsgPackWriter();
        Assert.Equal(0, writer.Length);
        Assert.True(writer.WrittenSpan.IsEmpty);
        Assert.True(writer.WrittenMemory.IsEmpty);
        Assert.Empty(writer.ToArray());
    }

    [Fact]
    public void Writer_Cleared_WritesFromTheStart()
    {
        var writer = new MsgPackWriter();
        writer.Write("first message");
        writer.Clear();
        writer.Write(7);
        Assert.Equal([0x07], writer.WrittenSpan.ToArray());
        Assert.Equal([0x07], writer.WrittenMemory.ToArray());
        Assert.Equal(1, writer.Length);
    }

    [Fact]
    public void Writer_Growing_KeepsWhatWasWritten()
    {
        var writer = new MsgPackWriter();
        for (int value = 0; value < 10_000; value++)
            writer.Write(value);
        var reader = new MsgPackReader(writer.WrittenSpan);
        for (int value = 0; value < 10_000; value++)
            Assert.Equal(value, reader.ReadInt32());
        Assert.True(reader.End);
    }

    [Fact]
    public void WriteRaw_OfEncodedValue_EmbedsIt()
    {
        byte[] inner = MsgPackReads.Write(writer => writer.Write("inner"));
        byte[] outer = MsgPackReads.Write(writer =>
        {
            writer.WriteArrayHeader(1);
            writer.WriteRaw(inner);
        });
        Assert.Equal([0x91, .. inner], outer);
    }

    [Fact]
    public void WriteRaw_OfItsOwnBytes_SurvivesGrowth()
    {
        var writer = new MsgPackWriter();
        writer.WriteBinary(new byte[250]);
        writer.WriteRaw(writer.WrittenSpan);
        Assert.Equal(writer.ToArray()[..252], writer.ToArray()[252..]);
    }

    [Fact]
    public void Write_OfNullString_Throws() =>
        Assert.Throws<ArgumentNullException>(() => new MsgPackWriter().Write(null!));

    [Fact]
    public void HotPath_OnWarmBuffer_AllocatesNothing()
    {
        var writer = new MsgPackWriter();
        WriteAndReadBack(writer);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 100; round++)
            WriteAndReadBack(writer);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void WriteAndReadBack(MsgPackWriter writer)
    {
        writer.Clear();
        writer.WriteMapHeader(2);
        writer.WriteString("op"u8);
        writer.Write("task-finished");
        writer.Write(-70_000L);
        writer.WriteArrayHeader(3);
        writer.Write(1.5);
        writer.WriteBinary([1, 2, 3]);
        writer.WriteExtension(4, [5, 6]);

        var whole = new MsgPackReader(writer.WrittenSpan);
        whole.Skip();
        var reader = new MsgPackReader(writer.WrittenSpan);
        reader.ReadMapHeader();
        reader.ReadStringBytes();
        reader.ReadStringBytes();
        reader.ReadInt64();
        reader.ReadArrayHeader();
        reader.ReadDouble();
        reader.ReadBinary();
        reader.ReadExtension(out _);
        if (!whole.End || !reader.End)
            throw new InvalidOperationException("The bytes were not read whole.");
    }
}
