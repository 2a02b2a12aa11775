using System.Buffers.Binary;
using System.Text;

namespace DaskVine.Arrow.FlatBuffers;

/// <summary>A part of FlatBuffers metadata that is yet to be written: a table, a vector or a text.</summary>
internal abstract class FlatNode
{
    /// <summary>Writes this part at the end and returns where it is.</summary>
    internal abstract int Write(FlatBuilder builder);

    internal static FlatNode Text(string text) => new Blob(Encoding.UTF8.GetBytes(text), 1, 4, terminated: true);

    /// <summary>A vector of numbers or structs, given as their bytes.</summary>
    internal static FlatNode Vector(byte[] elements, int elementSize, int alignment) =>
        new Blob(elements, elementSize, alignment, terminated: false);

    internal static FlatNode Tables(IReadOnlyList<FlatNode> tables) => new TableVector(tables);

    private sealed class Blob(byte[] bytes, int elementSize, int alignment, bool terminated) : FlatNode
    {
        internal override int Write(FlatBuilder builder)
        {
            // The count comes first; what follows it is what has to be aligned.
            builder.Align(Math.Max(alignment, 4), 4);
            int at = builder.Append(4 + bytes.Length + (terminated ? 1 : 0));
            BinaryPrimitives.WriteInt32LittleEndian(builder.At(at), bytes.Length / elementSize);
            bytes.CopyTo(builder.At(at + 4));
            return at;
        }
    }

    private sealed class TableVector(IReadOnlyList<FlatNode> tables) : FlatNode
    {
        internal override int Write(FlatBuilder builder)
        {
            builder.Align(4, 0);
            int at = builder.Append(4 + (4 * tables.Count));
            BinaryPrimitives.WriteInt32LittleEndian(builder.At(at), tables.Count);
            for (int i = 0; i < tables.Count; i++)
                builder.Refer(at + 4 + (4 * i), tables[i].Write(builder));
            return at;
        }
    }
}
