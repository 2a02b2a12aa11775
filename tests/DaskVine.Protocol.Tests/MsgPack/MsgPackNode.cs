using System.Globalization;
using System.Text.Json;
using DaskVine.Protocol.MsgPack;

namespace DaskVine.Protocol.Tests.MsgPack;

/// <summary>One MessagePack value as a tree; two trees are the same when their texts are.</summary>
internal abstract record MsgPackNode
{
    internal sealed record Nil : MsgPackNode
    {
        public override string ToString() => "nil";
    }

    internal sealed record Truth(bool Value) : MsgPackNode
    {
        public override string ToString() => Value ? "true" : "false";
    }

    internal sealed record Whole(Int128 Value) : MsgPackNode
    {
        public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Bits, so that NaN equals itself and -0.0 differs from 0.0.</summary>
    internal sealed record Real(ulong Bits) : MsgPackNode
    {
        public override string ToString() => $"f{Bits:x16}";
    }

    internal sealed record Text(string Value) : MsgPackNode
    {
        public override string ToString() => JsonSerializer.Serialize(Value);
    }

    internal sealed record Binary(byte[] Value) : MsgPackNode
    {
        public override string ToString() => $"b{Convert.ToHexString(Value)}";
    }

    internal sealed record Extension(sbyte Code, byte[] Value) : MsgPackNode
    {
        public override string ToString() => $"x{Code}:{Convert.ToHexString(Value)}";
    }

    internal sealed record Sequence(MsgPackNode[] Items) : MsgPackNode
    {
        public override string ToString() => $"[{string.Join(",", Items.Select(item => item.ToString()))}]";
    }

    internal sealed record Map((MsgPackNode Key, MsgPackNode Value)[] Pairs) : MsgPackNode
    {
        public override string ToString() => $"{{{string.Join(",", Pairs.Select(pair => $"{pair.Key}={pair.Value}"))}}}";
    }

    internal byte[] Encode()
    {
        var writer = new MsgPackWriter();
        WriteTo(writer);
        return writer.ToArray();
    }

    internal void WriteTo(MsgPackWriter writer)
    {
        switch (this)
        {
            case Nil: writer.WriteNil(); break;
            case Truth truth: writer.Write(truth.Value); break;
            case Whole whole when whole.Value < 0: writer.Write((long)whole.Value); break;
            case Whole whole: writer.Write((ulong)whole.Value); break;
            case Real real: writer.Write(BitConverter.UInt64BitsToDouble(real.Bits)); break;
            case Text text: writer.Write(text.Value); break;
            case Binary binary: writer.WriteBinary(binary.Value); break;
            case Extension extension: writer.WriteExtension(extension.Code, extension.Value); break;
            case Sequence sequence:
                writer.WriteArrayHeader(sequence.Items.Length);
                foreach (MsgPackNode item in sequence.Items)
                    item.WriteTo(writer);
                break;
            case Map map:
                writer.WriteMapHeader(map.Pairs.Length);
                foreach ((MsgPackNode key, MsgPackNode value) in map.Pairs)
                {
                    key.WriteTo(writer);
                    value.WriteTo(writer);
                }
                break;
        }
    }

    internal static MsgPackNode Read(ref MsgPackReader reader)
    {
        switch (reader.NextType)
        {
            case MsgPackType.Nil:
                reader.ReadNil();
                return new Nil();
            case MsgPackType.Boolean: return new Truth(reader.ReadBoolean());
            case MsgPackType.Integer: return new Whole(ReadWhole(ref reader));
            case MsgPackType.Float: return new Real(BitConverter.DoubleToUInt64Bits(reader.ReadDouble()));
            case MsgPackType.String: return new Text(reader.ReadString());
            case MsgPackType.Binary: return new Binary(reader.ReadBinary().ToArray());
            case MsgPackType.Extension:
                ReadOnlySpan<byte> data = reader.ReadExtension(out sbyte code);
                return new Extension(code, data.ToArray());
            case MsgPackType.Array:
                var items = new MsgPackNode[reader.ReadArrayHeader()];
                for (int at = 0; at < items.Length; at++)
                    items[at] = Read(ref reader);
                return new Sequence(items);
            default:
                var pairs = new (MsgPackNode, MsgPackNode)[reader.ReadMapHeader()];
                for (int at = 0; at < pairs.Length; at++)
                    pairs[at] = (Read(ref reader), Read(ref reader));
                return new Map(pairs);
        }
    }

    // A refused read leaves the reader in place, so the other half of the range can be tried.
    private static Int128 ReadWhole(ref MsgPackReader reader)
    {
        try
        {
            return reader.ReadInt64();
        }
        catch (MsgPackException)
        {
            return reader.ReadUInt64();
        }
    }
}
