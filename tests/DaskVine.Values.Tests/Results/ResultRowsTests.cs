using DaskVine.Arrow;
using DaskVine.Values.Results;
using Xunit;

namespace DaskVine.Values.Tests.Results;

public sealed class ResultRowsTests
{
    private readonly ResultRows _rows = new();

    [Fact]
    public void Take_NothingAdded_IsEmpty()
    {
        Assert.Empty(_rows.Take());
        Assert.Equal(0, _rows.Count);
    }

    [Fact]
    public void Take_ValuesOfAllTypes_AStreamForEach()
    {
        object?[] values = [null, true, false, 7L, long.MinValue, ulong.MaxValue, -0.0, "grün", new byte[] { 0, 255 }];
        for (var node = 0; node < values.Length; node++)
            _rows.Add(node, ValueCodec.Encode(values[node]).ToArray());
        Assert.Equal(values.Length, _rows.Count);

        var found = new object?[values.Length];
        foreach (var (nodes, stream) in _rows.Take())
        {
            var rows = ValueRows.Read(stream);
            Assert.Equal(nodes.Count, rows.Count);
            for (var row = 0; row < nodes.Count; row++)
                found[nodes[row]] = rows.Get(row, typeof(object));
        }

        Assert.Equal(values, found);
        Assert.Equal((0, 0L), (_rows.Count, _rows.Bytes));
    }

    [Fact]
    public void Take_Again_HasWhatWasAddedSince()
    {
        _rows.Add(3, [0xc1, 5]);
        Assert.Equal([3], Assert.Single(_rows.Take()).Nodes);
        _rows.Add(4, [0xc1, 6]);
        Assert.Equal([4], Assert.Single(_rows.Take()).Nodes);
        Assert.Empty(_rows.Take());
    }

    [Fact]
    public void Take_AMap_IsARowOfMessagePack()
    {
        _rows.Add(1, [0xc1, 0x81, 0xa1, 0x61, 5]);
        var table = ArrowTable.ReadStream(Assert.Single(_rows.Take()).Stream);
        Assert.Equal("plain", table.Schema.Metadata["daskvine.value"]);
        Assert.Equal("daskvine.msgpack", table.Schema.Fields[0].ExtensionName);
        Assert.Equal([0x81, 0xa1, 0x61, 5], Assert.IsType<BinaryArray>(table.Combined("value")).GetBytes(0).ToArray());
    }

    [Theory]
    [InlineData(new byte[] { 0x80, 5, 0x4e, 0x2e })]
    [InlineData(new byte[] { 0x44, 0x56, 0x50, 0x35 })]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0xc1 })]
    [InlineData(new byte[] { 0xc1, 0xc1 })]
    [InlineData(new byte[] { 0xc1, 0xa5, 0x61 })]
    [InlineData(new byte[] { 0xc1, 0x05, 0x05 })]
    [InlineData(new byte[] { 0xc1, 0xcb, 0x00 })]
    [InlineData(new byte[] { 0xc1, 0xa1, 0xff })]
    public void Take_WhatIsNoPlainValue_IsARowAsItIs(byte[] value)
    {
        _rows.Add(1, value);
        var table = ArrowTable.ReadStream(Assert.Single(_rows.Take()).Stream);
        Assert.Equal("pickle5", table.Schema.Metadata["daskvine.value"]);
        Assert.Equal("daskvine.pickle5", table.Schema.Fields[0].ExtensionName);
        Assert.Equal(value, Assert.IsType<BinaryArray>(table.Combined("value")).GetBytes(0).ToArray());
    }

    [Fact]
    public void Frame_AroundARow_MakesAStreamOfIt()
    {
        byte[] row = [.. Enumerable.Range(0, 1000).Select(i => (byte)i)];
        var frame = PickleFrame.Around(row.Length);
        byte[] stream = [.. frame.Head.Span, .. row, .. frame.Tail.Span];
        Assert.Equal(frame.Length, stream.Length);
        Assert.True(PickleFrame.IsStream(stream));
        Assert.Equal(row, Assert.IsType<BinaryArray>(ArrowTable.ReadStream(stream).Combined("value")).GetBytes(0).ToArray());
    }
}
