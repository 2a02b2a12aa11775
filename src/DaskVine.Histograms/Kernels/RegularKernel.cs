using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DaskVine.Histograms.Kernels;

/// <summary>
/// Slots of doubles on a regular axis. All three ways give the same slots for every input: they divide and multiply the same doubles in
/// the same order, and pick the slots of NaN and of what lies outside by the same comparisons.
/// </summary>
/// <remarks>Hot methods of kernels are optimized at once: a worker's short call would end before the runtime finds that out.</remarks>
internal readonly struct RegularKernel
{
    private readonly double _start;
    private readonly double _width;
    private readonly double _bins;

    // What stands for a bin before the underflow's slot is added: -1 - underflow ends as -1, which no cell takes.
    private readonly double _above;
    private readonly double _atStop;
    private readonly int _underflow;

    internal RegularKernel(double start, double width, int bins, bool hasUnderflow, bool hasOverflow)
    {
        (_start, _width, _bins) = (start, width, bins);
        _underflow = hasUnderflow ? 1 : 0;
        _above = hasOverflow ? bins : -1 - _underflow;
        _atStop = hasOverflow ? bins : bins - 1;
    }

    internal void FindSlots(ReadOnlySpan<double> values, Span<int> slots)
    {
        var done = Avx512F.IsSupported ? FindBy512(values, slots) : Avx.IsSupported ? FindBy256(values, slots) : 0;
        FindOneByOne(values[done..], slots[done..]);
    }

    /// <summary>As many as fill whole vectors of eight; says how many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal int FindBy512(ReadOnlySpan<double> values, Span<int> slots)
    {
        ref var from = ref MemoryMarshal.GetReference(values);
        ref var to = ref MemoryMarshal.GetReference(slots[..values.Length]);
        var (start, width, bins) = (Vector512.Create(_start), Vector512.Create(_width), Vector512.Create(_bins));
        var (above, atStop, underflow) = (Vector512.Create(_above), Vector512.Create(_atStop), Vector256.Create(_underflow));
        var count = values.Length & ~7;
        for (nuint i = 0; i < (nuint)count; i += 8)
        {
            var z = (Vector512.LoadUnsafe(ref from, i) - start) / width;
            var bin = Vector512.ConditionalSelect(Vector512.LessThan(z, Vector512<double>.One), z * bins, above);
            bin = Vector512.ConditionalSelect(Vector512.Equals(z, Vector512<double>.One), atStop, bin);
            bin = Vector512.ConditionalSelect(Vector512.LessThan(z, Vector512<double>.Zero), Vector512.Create(-1.0), bin);
            (Avx512F.ConvertToVector256Int32WithTruncation(bin) + underflow).StoreUnsafe(ref to, i);
        }

        return count;
    }

    /// <summary>As many as fill whole vectors of four; says how many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal int FindBy256(ReadOnlySpan<double> values, Span<int> slots)
    {
        ref var from = ref MemoryMarshal.GetReference(values);
        ref var to = ref MemoryMarshal.GetReference(slots[..values.Length]);
        var (start, width, bins) = (Vector256.Create(_start), Vector256.Create(_width), Vector256.Create(_bins));
        var (above, atStop, underflow) = (Vector256.Create(_above), Vector256.Create(_atStop), Vector128.Create(_underflow));
        var count = values.Length & ~3;
        for (nuint i = 0; i < (nuint)count; i += 4)
        {
            var z = (Vector256.LoadUnsafe(ref from, i) - start) / width;
            var bin = Vector256.ConditionalSelect(Vector256.LessThan(z, Vector256<double>.One), z * bins, above);
            bin = Vector256.ConditionalSelect(Vector256.Equals(z, Vector256<double>.One), atStop, bin);
            bin = Vector256.ConditionalSelect(Vector256.LessThan(z, Vector256<double>.Zero), Vector256.Create(-1.0), bin);
            (Avx.ConvertToVector128Int32WithTruncation(bin) + underflow).StoreUnsafe(ref to, i);
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void FindOneByOne(ReadOnlySpan<double> values, Span<int> slots)
    {
        for (var i = 0; i < values.Length; i++)
            slots[i] = Slot(values[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Slot(double value)
    {
        var z = (value - _start) / _width;
        var bin = z < 0 ? -1 : z < 1 ? z * _bins : z == 1 ? _atStop : _above;
        return (int)bin + _underflow;
    }
}
