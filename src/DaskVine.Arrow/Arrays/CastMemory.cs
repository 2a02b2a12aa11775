using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DaskVine.Arrow;

/// <summary>The same memory seen as elements of another size, without a copy. Nothing writes through it.</summary>
internal sealed class CastMemory<TFrom, TTo>(ReadOnlyMemory<TFrom> source) : MemoryManager<TTo>
    where TFrom : unmanaged
    where TTo : unmanaged
{
    private readonly Memory<TFrom> _source = MemoryMarshal.AsMemory(source);

    public override Span<TTo> GetSpan() => MemoryMarshal.Cast<TFrom, TTo>(_source.Span);

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        long bytes = (long)elementIndex * Unsafe.SizeOf<TTo>();
        if (bytes % Unsafe.SizeOf<TFrom>() == 0)
            return _source[(int)(bytes / Unsafe.SizeOf<TFrom>())..].Pin();
        // No handle can begin within an element of the source. Since nothing writes here, a pinned copy serves as well.
        TTo[] copy = GC.AllocateUninitializedArray<TTo>(GetSpan().Length - elementIndex, pinned: true);
        GetSpan()[elementIndex..].CopyTo(copy);
        return copy.AsMemory().Pin();
    }

    public override void Unpin()
    {
    }

    /// <summary>The memory of which this is a view, if it is one that begins and ends with elements of it.</summary>
    internal static ReadOnlyMemory<TFrom>? SourceOf(ReadOnlyMemory<TTo> memory)
    {
        if (!MemoryMarshal.TryGetMemoryManager(memory, out CastMemory<TFrom, TTo>? view, out int start, out int length))
            return null;
        (long at, long atRest) = Math.DivRem((long)start * Unsafe.SizeOf<TTo>(), Unsafe.SizeOf<TFrom>());
        (long count, long countRest) = Math.DivRem((long)length * Unsafe.SizeOf<TTo>(), Unsafe.SizeOf<TFrom>());
        if (atRest != 0 || countRest != 0)
            return null;
        return view._source.Slice((int)at, (int)count);
    }

    protected override void Dispose(bool disposing)
    {
    }
}

/// <summary>Changes between elements and their bytes, without a copy.</summary>
internal static class MemoryBytes
{
    internal static ReadOnlyMemory<byte> Of<T>(ReadOnlyMemory<T> values)
        where T : unmanaged
    {
        if (values.IsEmpty)
            return default;
        if (values is ReadOnlyMemory<byte> bytes)
            return bytes;
        return CastMemory<byte, T>.SourceOf(values) ?? new CastMemory<T, byte>(values).Memory;
    }

    internal static ReadOnlyMemory<T> As<T>(ReadOnlyMemory<byte> bytes)
        where T : unmanaged
    {
        if (bytes.IsEmpty)
            return default;
        if (bytes is ReadOnlyMemory<T> same)
            return same;
        return CastMemory<T, byte>.SourceOf(bytes) ?? new CastMemory<byte, T>(bytes).Memory;
    }
}
