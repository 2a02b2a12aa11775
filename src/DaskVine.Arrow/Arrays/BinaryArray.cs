using System.Text;
using System.Text.Unicode;

namespace DaskVine.Arrow;

/// <summary>Values that are runs of bytes of any length.</summary>
public abstract class VariableBinaryArray : ArrowArray
{
    private protected VariableBinaryArray(ArrayData data)
        : base(data)
    {
    }

    /// <summary>Whether the offsets have 64 bits.</summary>
    public bool IsLarge => Arrow.Offsets.HasLarge(Type);

    /// <summary>Where each value begins in <see cref="ValueBytes"/>, and where the last one ends.</summary>
    /// <exception cref="InvalidOperationException">The offsets have 64 bits.</exception>
    public ReadOnlySpan<int> Offsets => Arrow.Offsets.Of(Data).Small;

    /// <summary>Where each value begins in <see cref="ValueBytes"/>, and where the last one ends.</summary>
    /// <exception cref="InvalidOperationException">The offsets have 32 bits.</exception>
    public ReadOnlySpan<long> LargeOffsets => Arrow.Offsets.Of(Data).Large;

    /// <summary>The bytes that the offsets point into.</summary>
    public ReadOnlyMemory<byte> ValueBytes => Data.Buffers[2];

    /// <summary>The bytes of a value; undefined where it is null.</summary>
    public ReadOnlySpan<byte> GetBytes(int index) => GetMemory(index).Span;

    /// <summary>The bytes of a value as memory; undefined where it is null.</summary>
    public ReadOnlyMemory<byte> GetMemory(int index)
    {
        CheckIndex(index);
        Offsets offsets = Arrow.Offsets.Of(Data);
        int start = offsets[index];
        return ValueBytes[start..offsets[index + 1]];
    }
}

/// <summary>Runs of bytes.</summary>
public sealed class BinaryArray : VariableBinaryArray
{
    internal BinaryArray(ArrayData data)
        : base(data)
    {
    }
}

/// <summary>Text in UTF-8.</summary>
public sealed class StringArray : VariableBinaryArray
{
    internal StringArray(ArrayData data)
        : base(data)
    {
    }

    /// <summary>A text; null where there is none.</summary>
    /// <exception cref="ArrowFormatException">The text is not UTF-8.</exception>
    public string? this[int index]
    {
        get
        {
            if (IsNull(index))
                return null;
            ReadOnlySpan<byte> utf8 = GetBytes(index);
            return Utf8.IsValid(utf8) ? Encoding.UTF8.GetString(utf8) : throw new ArrowFormatException($"Text {index} is not UTF-8.");
        }
    }
}
