using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DaskVine.Histograms.Kernels;

/// <summary>
/// Slots of doubles on a variable axis. The bin of x is the number of edges that x is not below, less one: so NaN, which is below nothing,
/// comes after the last edge. Few edges are all compared, eight values at a time; many are searched.
/// </summary>
internal readonly ref struct VariableKernel
{
    /// <summary>From so many edges on, halving takes less time than comparing with all. Measured.</summary>
    internal const int Many = 200;

    private readonly ReadOnlySpan<double> _edges;

    // Slots: of what is below the first edge, at the last, and above it.
    private readonly long _below;
    private readonly long _atLast;
    private readonly long _above;
    private readonly long _underflow;

    internal VariableKernel(ReadOnlySpan<double> edges, bool hasUnderflow, bool hasOverflow)
    {
        _edges = edges;
        _underflow = hasUnderflow ? 1 : 0;
        _below = hasUnderflow ? 0 : -1;
        _above = hasOverflow ? edges.Length - 1 + _underflow : -1;
        _atLast = hasOverflow ? _above : edges.Length - 2 + _underflow;
    }

    internal void FindSlots(ReadOnlySpan<double> values, Span<int> slots)
    {
        if (_edges.Length >= Many)
            FindByHalving(values, slots);
        else
            FindByComparing(values, slots);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void FindByHalving(ReadOnlySpan<double> values, Span<int> slots)
    {
        ref var edges = ref MemoryMarshal.GetReference(_edges);
        for (var i = 0; i < values.Length; i++)
        {
            // No branch depends on the value, so that several searches overlap.
            var value = values[i];
            var (low, length) = (0, _edges.Length);
            while (length > 1)
            {
                var half = length >> 1;
                var isBelow = value < Unsafe.Add(ref edges, low + half);
                low += half & (Unsafe.BitCast<bool, byte>(isBelow) - 1);
                length -= half;
            }

            slots[i] = Slot(value, value < edges ? 0 : low + 1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void FindByComparing(ReadOnlySpan<double> values, Span<int> slots)
    {
        ref var from = ref MemoryMarshal.GetReference(values);
        ref var to = ref MemoryMarshal.GetReference(slots[..values.Length]);
        var (all, last) = (Vector512.Create((long)_edges.Length), Vector512.Create(_edges[^1]));
        var (first, above, atLast) = (Vector512.Create(_below), Vector512.Create(_above), Vector512.Create(_atLast));
        var whole = values.Length & ~7;
        for (nuint i = 0; i < (nuint)whole; i += 8)
        {
            var value = Vector512.LoadUnsafe(ref from, i);
            var notBelow = all;
            foreach (var edge in _edges)
                notBelow += Vector512.LessThan(value, Vector512.Create(edge)).AsInt64();
            var slot = notBelow + Vector512.Create(_underflow - 1);
            slot = Vector512.ConditionalSelect(Vector512.Equals(notBelow, all), above, slot);
            slot = Vector512.ConditionalSelect(Vector512.Equals(notBelow, Vector512<long>.Zero), first, slot);
            slot = Vector512.ConditionalSelect(Vector512.Equals(value, last).AsInt64(), atLast, slot);
            Vector256.Narrow(slot.GetLower(), slot.GetUpper()).StoreUnsafe(ref to, i);
        }

        for (var i = whole; i < values.Length; i++)
        {
            var notBelow = 0;
            foreach (var edge in _edges)
                notBelow += values[i] < edge ? 0 : 1;
            slots[i] = Slot(values[i], notBelow);
        }
    }

    /// <summary>The slot of a value that is not below so many of the edges.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Slot(double value, int notBelow) =>
        notBelow == 0 ? (int)_below
        : notBelow < _edges.Length ? notBelow - 1 + (int)_underflow
        : value == _edges[^1] ? (int)_atLast : (int)_above;
}
