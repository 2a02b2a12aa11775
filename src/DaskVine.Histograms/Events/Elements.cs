using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DaskVine.Histograms;

/// <summary>What is computed number by number.</summary>
internal static class Elements
{
    /// <summary>An operation on two numbers, and on as many as a register holds, which gives the same.</summary>
    private interface IBinary
    {
        static abstract double Of(double left, double right);

        static abstract Vector<double> Of(Vector<double> left, Vector<double> right);
    }

    private interface IUnary
    {
        static abstract double Of(double value);

        static abstract Vector<double> Of(Vector<double> values);
    }

    private interface IComparison
    {
        static abstract bool Of(double left, double right);
    }

    internal static EventColumn Compute(ColumnOp operation, EventColumn left, EventColumn right)
    {
        var (a, b, offsets) = ColumnOperations.Aligned(left, right);
        ReadOnlyMemory<double> first = a.ToDoubles(), second = b.ToDoubles();
        var result = new double[Rows(left, first, second)];
        switch (operation)
        {
            case ColumnOp.Add: Run<Sum>(first.Span, second.Span, result); break;
            case ColumnOp.Subtract: Run<Difference>(first.Span, second.Span, result); break;
            case ColumnOp.Multiply: Run<Product>(first.Span, second.Span, result); break;
            case ColumnOp.Divide: Run<Quotient>(first.Span, second.Span, result); break;
            case ColumnOp.Least: Run<Lesser>(first.Span, second.Span, result); break;
            default: Run<Greater>(first.Span, second.Span, result); break;
        }

        GC.KeepAlive((left, right));
        return new EventColumn(new NumberValues<double>(result), offsets);
    }

    internal static EventColumn Compare(ColumnOp operation, EventColumn left, EventColumn right)
    {
        var (a, b, offsets) = ColumnOperations.Aligned(left, right);
        ReadOnlyMemory<double> first = a.ToDoubles(), second = b.ToDoubles();
        var result = new bool[Rows(left, first, second)];
        switch (operation)
        {
            case ColumnOp.Below: Run<Below>(first.Span, second.Span, result); break;
            case ColumnOp.Above: Run<Below>(second.Span, first.Span, result); break;
            case ColumnOp.AtMost: Run<NotAbove>(first.Span, second.Span, result); break;
            case ColumnOp.AtLeast: Run<NotAbove>(second.Span, first.Span, result); break;
            default: Run<Same>(first.Span, second.Span, result); break;
        }

        GC.KeepAlive((left, right));
        return new EventColumn(new TruthValues(result), offsets);
    }

    internal static EventColumn Map(ColumnOp operation, EventColumn column)
    {
        var doubles = column.Values.ToDoubles();
        var values = doubles.Span;
        var result = new double[values.Length];
        switch (operation)
        {
            case ColumnOp.Negate: Run<Difference>([-0.0], values, result); break;
            case ColumnOp.Abs: Run<Magnitude>(values, result); break;
            case ColumnOp.Sqrt: Run<Root>(values, result); break;
            case ColumnOp.Exp: Each(values, result, Math.Exp); break;
            case ColumnOp.Log: Each(values, result, Math.Log); break;
            case ColumnOp.Sin: Each(values, result, Math.Sin); break;
            case ColumnOp.Cos: Each(values, result, Math.Cos); break;
            case ColumnOp.Sinh: Each(values, result, Math.Sinh); break;
            default: Each(values, result, Math.Cosh); break;
        }

        GC.KeepAlive(column);
        return new EventColumn(new NumberValues<double>(result), column.OffsetMemory);
    }

    // A constant has one row and holds for all of the other.
    private static int Rows(EventColumn left, ReadOnlyMemory<double> first, ReadOnlyMemory<double> second) =>
        left.IsConstant ? second.Length : first.Length;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<T>(ReadOnlySpan<double> left, ReadOnlySpan<double> right, Span<double> result)
        where T : struct, IBinary
    {
        var vectors = MemoryMarshal.Cast<double, Vector<double>>(result);
        if (left.Length == 1 && result.Length != 1)
        {
            var (value, all) = (left[0], new Vector<double>(left[0]));
            var others = MemoryMarshal.Cast<double, Vector<double>>(right);
            for (var i = 0; i < vectors.Length; i++)
                vectors[i] = T.Of(all, others[i]);
            for (var i = vectors.Length * Vector<double>.Count; i < result.Length; i++)
                result[i] = T.Of(value, right[i]);
        }
        else if (right.Length == 1 && result.Length != 1)
        {
            var (value, all) = (right[0], new Vector<double>(right[0]));
            var others = MemoryMarshal.Cast<double, Vector<double>>(left);
            for (var i = 0; i < vectors.Length; i++)
                vectors[i] = T.Of(others[i], all);
            for (var i = vectors.Length * Vector<double>.Count; i < result.Length; i++)
                result[i] = T.Of(left[i], value);
        }
        else
        {
            var first = MemoryMarshal.Cast<double, Vector<double>>(left);
            var second = MemoryMarshal.Cast<double, Vector<double>>(right);
            for (var i = 0; i < vectors.Length; i++)
                vectors[i] = T.Of(first[i], second[i]);
            for (var i = vectors.Length * Vector<double>.Count; i < result.Length; i++)
                result[i] = T.Of(left[i], right[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<T>(ReadOnlySpan<double> left, ReadOnlySpan<double> right, Span<bool> result)
        where T : struct, IComparison
    {
        if (left.Length == 1 && result.Length != 1)
        {
            var value = left[0];
            for (var i = 0; i < result.Length; i++)
                result[i] = T.Of(value, right[i]);
        }
        else if (right.Length == 1 && result.Length != 1)
        {
            var value = right[0];
            for (var i = 0; i < result.Length; i++)
                result[i] = T.Of(left[i], value);
        }
        else
        {
            for (var i = 0; i < result.Length; i++)
                result[i] = T.Of(left[i], right[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<T>(ReadOnlySpan<double> values, Span<double> result)
        where T : struct, IUnary
    {
        var from = MemoryMarshal.Cast<double, Vector<double>>(values);
        var vectors = MemoryMarshal.Cast<double, Vector<double>>(result);
        for (var i = 0; i < vectors.Length; i++)
            vectors[i] = T.Of(from[i]);
        for (var i = vectors.Length * Vector<double>.Count; i < result.Length; i++)
            result[i] = T.Of(values[i]);
    }

    private static void Each(ReadOnlySpan<double> values, Span<double> result, Func<double, double> of)
    {
        for (var i = 0; i < result.Length; i++)
            result[i] = of(values[i]);
    }

    private readonly struct Sum : IBinary
    {
        public static double Of(double left, double right) => left + right;

        public static Vector<double> Of(Vector<double> left, Vector<double> right) => left + right;
    }

    private readonly struct Difference : IBinary
    {
        public static double Of(double left, double right) => left - right;

        public static Vector<double> Of(Vector<double> left, Vector<double> right) => left - right;
    }

    private readonly struct Product : IBinary
    {
        public static double Of(double left, double right) => left * right;

        public static Vector<double> Of(Vector<double> left, Vector<double> right) => left * right;
    }

    private readonly struct Quotient : IBinary
    {
        public static double Of(double left, double right) => left / right;

        public static Vector<double> Of(Vector<double> left, Vector<double> right) => left / right;
    }

    private readonly struct Lesser : IBinary
    {
        public static double Of(double left, double right) => Math.Min(left, right);

        public static Vector<double> Of(Vector<double> left, Vector<double> right) => Vector.Min(left, right);
    }

    private readonly struct Greater : IBinary
    {
        public static double Of(double left, double right) => Math.Max(left, right);

        public static Vector<double> Of(Vector<double> left, Vector<double> right) => Vector.Max(left, right);
    }

    private readonly struct Magnitude : IUnary
    {
        public static double Of(double value) => Math.Abs(value);

        public static Vector<double> Of(Vector<double> values) => Vector.Abs(values);
    }

    private readonly struct Root : IUnary
    {
        public static double Of(double value) => Math.Sqrt(value);

        public static Vector<double> Of(Vector<double> values) => Vector.SquareRoot(values);
    }

    private readonly struct Below : IComparison
    {
        public static bool Of(double left, double right) => left < right;
    }

    private readonly struct NotAbove : IComparison
    {
        public static bool Of(double left, double right) => left <= right;
    }

    private readonly struct Same : IComparison
    {
        public static bool Of(double left, double right) => left == right;
    }
}
