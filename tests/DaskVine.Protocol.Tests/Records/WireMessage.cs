// Xunit has a Record as well, which no test here needs.
global using Record = DaskVine.Protocol.Records.Record;

using DaskVine.Protocol.Links;
using DaskVine.Protocol.MsgPack;
using DaskVine.Protocol.Tests.MsgPack;

namespace DaskVine.Protocol.Tests.Records;

/// <summary>The frames of one message, to be taken apart, broken and read.</summary>
internal sealed record WireMessage(byte[] Header, IReadOnlyList<ReadOnlyMemory<byte>> Frames)
{
    internal static readonly LinkHeader Stamp = new(7, 1, 0, 1000);

    internal static WireMessage Of(params Record[] records) => Of(Stamp, records);

    internal static WireMessage Of(LinkHeader stamp, params Record[] records)
    {
        var message = OutgoingMessage.Of(records);
        return new WireMessage(message.HeaderFrame(stamp), message.Frames);
    }

    /// <summary>A message whose records are given as trees, well formed or not.</summary>
    internal static WireMessage OfTrees(params MsgPackNode[] records) =>
        new(HeaderOf(Whole(7), Whole(1), Whole(0), Whole(1000), List(records)), []);

    internal static byte[] HeaderOf(params MsgPackNode[] fields) => List(fields).Encode();

    internal static MsgPackNode Whole(Int128 value) => new MsgPackNode.Whole(value);

    internal static MsgPackNode List(params MsgPackNode[] items) => new MsgPackNode.Sequence(items);

    internal static MsgPackNode Text(string value) => new MsgPackNode.Text(value);

    /// <summary>The elements of the header's array.</summary>
    internal MsgPackNode[] Fields()
    {
        var reader = new MsgPackReader(Header);
        var fields = Assert.IsType<MsgPackNode.Sequence>(MsgPackNode.Read(ref reader)).Items;
        Assert.True(reader.End);
        return fields;
    }

    /// <summary>Each record as the array that is on the wire: kind, then fields.</summary>
    internal MsgPackNode[][] Trees() =>
        [.. ((MsgPackNode.Sequence)Fields()[4]).Items.Select(record => ((MsgPackNode.Sequence)record).Items)];

    /// <summary>The same frames under a header with other records.</summary>
    internal WireMessage With(params MsgPackNode[] records) => this with { Header = HeaderOf([.. Fields()[..4], List(records)]) };

    internal IncomingMessage Read() => IncomingMessage.Read(Header, Frames);

    internal string Refusal() => Assert.Throws<ProtocolException>(() => { Read(); }).Message;

    /// <summary>Everything that is read, as text; null when it is refused. Any other exception goes through.</summary>
    internal string? TryDescribe()
    {
        try
        {
            return Describe(Read());
        }
        catch (ProtocolException)
        {
            return null;
        }
    }

    internal static string Describe(IncomingMessage message) => $"{message.Header} {RecordJson.TextOf(message.Records)}";
}
