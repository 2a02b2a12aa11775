using System.Runtime.InteropServices;

namespace DaskVine.Arrow;

/// <summary>Numbers, dates, times and lengths of time, as the CLR type that has the same bytes.</summary>
public sealed class PrimitiveArray<T> : ArrowArray
    where T : unmanaged
{
    internal PrimitiveArray(ArrayData data)
        : base(data)
    {
    }

    /// <summary>The values; those that are null are undefined.</summary>
    public ReadOnlySpan<T> Values => MemoryMarshal.Cast<byte, T>(Data.Buffers[1].Span);

    /// <summary>The values as memory; those that are null are undefined.</summary>
    public ReadOnlyMemory<T> Memory => MemoryBytes.As<T>(Data.Buffers[1]);

    /// <summary>A value; null where there is none.</summary>
    public T? this[int index] => IsNull(index) ? null : Values[index];
}
