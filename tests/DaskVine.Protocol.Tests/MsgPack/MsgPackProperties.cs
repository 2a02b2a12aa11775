using DaskVine.Protocol.MsgPack;
using FsCheck;
using FsCheck.Fluent;

namespace DaskVine.Protocol.Tests.MsgPack;

public class MsgPackProperties
{
    private static readonly Gen<byte[]> Mutated =
        from node in MsgPackNodeGen.Node
        from edits in Gen.Choose(1, 4)
        from places in Gen.Choose(0, int.MaxValue).ArrayOf(edits)
        from values in Gen.Choose(0, 255).ArrayOf(edits)
        from kinds in Gen.Choose(0, 3).ArrayOf(edits)
        select Enumerable.Range(0, edits).Aggregate(node.Encode(), (bytes, at) => Edit(bytes, places[at], (byte)values[at], kinds[at]));

    [Fact]
    public void Node_WrittenAndRead_IsTheSame() => Check(1000, MsgPackNodeGen.Nodes, node =>
    {
        byte[] bytes = node.Encode();
        var reader = new MsgPackReader(bytes);
        string read = MsgPackNode.Read(ref reader).ToString();
        return read == node.ToString() && reader.End;
    });

    [Fact]
    public void Node_Skipped_IsConsumedWhole() => Check(1000, MsgPackNodeGen.Nodes, node =>
    {
        byte[] bytes = [.. node.Encode(), 0x2a];
        var reader = new MsgPackReader(bytes);
        reader.Skip();
        return reader.Remaining == 1 && reader.ReadInt32() == 42;
    });

    [Fact]
    public void Node_CutAnywhere_IsRefused() => Check(200, MsgPackNodeGen.Nodes, node =>
    {
        byte[] bytes = node.Encode();
        int step = Math.Max(1, bytes.Length / 50);
        for (int length = 0; length < bytes.Length; length += step)
        {
            MsgPackReads.Refuse(bytes[..length], MsgPackReads.Skip);
            Assert.Throws<MsgPackException>(() => ReadNode(bytes[..length]));
        }
        return true;
    });

    [Fact]
    public void RandomBytes_ThroughEveryRead_AreReadOrRefused() =>
        Check(2000, Arb.From(MsgPackNodeGen.Bytes), EveryReadIsContained);

    [Fact]
    public void MutatedBytes_ThroughEveryRead_AreReadOrRefused() =>
        Check(1000, Arb.From(Mutated), EveryReadIsContained);

    [Fact]
    public void MutatedBytes_ReadAsNode_AreReadFromTheirOwnBytesOrRefused() => Check(2000, Arb.From(Mutated), bytes =>
    {
        string? read;
        int consumed;
        try
        {
            (read, consumed) = ReadNode(bytes);
        }
        catch (MsgPackException)
        {
            return true;
        }
        return ReadNode(bytes[..consumed]) == (read, consumed) && !ReadsShorter(bytes[..(consumed - 1)]);
    });

    private static void Check<T>(int count, Arbitrary<T> values, Func<T, bool> holds) =>
        Prop.ForAll(values, holds).Check(Config.QuickThrowOnFailure.WithMaxTest(count));

    /// <summary>A read moves within the bytes, or is refused and moves nowhere; any other exception fails the test.</summary>
    private static bool EveryReadIsContained(byte[] bytes)
    {
        foreach (MsgPackRead read in MsgPackReads.All)
        {
            for (int start = 0; start <= Math.Min(bytes.Length, 24); start++)
            {
                if (!IsContained(bytes.AsSpan(start), read))
                    return false;
            }
        }
        return true;
    }

    private static bool IsContained(ReadOnlySpan<byte> bytes, MsgPackRead read)
    {
        var reader = new MsgPackReader(bytes);
        try
        {
            read(ref reader);
        }
        catch (MsgPackException)
        {
            return reader.Consumed == 0;
        }
        return reader.Consumed + reader.Remaining == bytes.Length && reader.Remaining >= 0;
    }

    private static bool ReadsShorter(byte[] bytes)
    {
        try
        {
            ReadNode(bytes);
            return true;
        }
        catch (MsgPackException)
        {
            return false;
        }
    }

    private static (string Text, int Consumed) ReadNode(byte[] bytes)
    {
        var reader = new MsgPackReader(bytes);
        return (MsgPackNode.Read(ref reader).ToString(), reader.Consumed);
    }

    private static byte[] Edit(byte[] bytes, int place, byte value, int kind)
    {
        if (bytes.Length == 0)
            return [value];
        int at = place % bytes.Length;
        return kind switch
        {
            0 => [.. bytes[..at], value, .. bytes[(at + 1)..]],
            1 => [.. bytes[..at], value, .. bytes[at..]],
            2 => [.. bytes[..at], .. bytes[(at + 1)..]],
            _ => bytes[..at],
        };
    }
}
