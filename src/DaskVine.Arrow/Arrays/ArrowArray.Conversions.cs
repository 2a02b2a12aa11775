using System.Diagnostics.CodeAnalysis;

namespace DaskVine.Arrow;

/// <content>What .NET has at hand, where an array is wanted.</content>
[SuppressMessage("Usage", "CA2225", Justification = "From is the named form of each.")]
public abstract partial class ArrowArray
{
    /// <summary>The same as <see cref="From{T}(T[])"/>.</summary>
    public static implicit operator ArrowArray(double[] values) => From(values);

    /// <summary>The same as <see cref="From{T}(T[])"/>.</summary>
    public static implicit operator ArrowArray(float[] values) => From(values);

    /// <summary>The same as <see cref="From{T}(T[])"/>.</summary>
    public static implicit operator ArrowArray(int[] values) => From(values);

    /// <summary>The same as <see cref="From{T}(T[])"/>.</summary>
    public static implicit operator ArrowArray(long[] values) => From(values);

    /// <summary>The same as <see cref="From(bool[])"/>.</summary>
    public static implicit operator ArrowArray(bool[] values) => From(values);

    /// <summary>The same as <see cref="From(string[])"/>.</summary>
    public static implicit operator ArrowArray(string?[] values) => From(values);
}
