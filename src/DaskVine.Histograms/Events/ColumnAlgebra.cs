using System.Diagnostics.CodeAnalysis;

namespace DaskVine.Histograms;

/// <summary>
/// What can be computed of columns, whether at once or later. Numbers are computed as doubles. A column with one value per event goes together
/// with one that has many: its value then holds for all objects of the event.
/// </summary>
/// <typeparam name="T">The columns themselves.</typeparam>
[SuppressMessage("Usage", "CA2225", Justification = "The operators are what people write.")]
public abstract class ColumnAlgebra<T>
    where T : ColumnAlgebra<T>
{
    private protected ColumnAlgebra()
    {
    }

    /// <summary>
    /// The rows where the mask is true. A mask with a value per event keeps events; one with a value per object keeps objects, and all events.
    /// </summary>
    public T this[T mask] => Apply(ColumnOp.Where, (T)this, mask);

    /// <summary>The sum, number by number.</summary>
    public static T operator +(ColumnAlgebra<T> left, ColumnAlgebra<T> right) => Both(ColumnOp.Add, left, right);

    /// <inheritdoc cref="op_Addition(ColumnAlgebra{T}, ColumnAlgebra{T})"/>
    public static T operator +(ColumnAlgebra<T> left, double right) => Both(ColumnOp.Add, left, right);

    /// <inheritdoc cref="op_Addition(ColumnAlgebra{T}, ColumnAlgebra{T})"/>
    public static T operator +(double left, ColumnAlgebra<T> right) => Both(ColumnOp.Add, left, right);

    /// <summary>The difference, number by number.</summary>
    public static T operator -(ColumnAlgebra<T> left, ColumnAlgebra<T> right) => Both(ColumnOp.Subtract, left, right);

    /// <inheritdoc cref="op_Subtraction(ColumnAlgebra{T}, ColumnAlgebra{T})"/>
    public static T operator -(ColumnAlgebra<T> left, double right) => Both(ColumnOp.Subtract, left, right);

    /// <inheritdoc cref="op_Subtraction(ColumnAlgebra{T}, ColumnAlgebra{T})"/>
    public static T operator -(double left, ColumnAlgebra<T> right) => Both(ColumnOp.Subtract, left, right);

    /// <summary>The product, number by number.</summary>
    public static T operator *(ColumnAlgebra<T> left, ColumnAlgebra<T> right) => Both(ColumnOp.Multiply, left, right);

    /// <inheritdoc cref="op_Multiply(ColumnAlgebra{T}, ColumnAlgebra{T})"/>
    public static T operator *(ColumnAlgebra<T> left, double right) => Both(ColumnOp.Multiply, left, right);

    /// <inheritdoc cref="op_Multiply(ColumnAlgebra{T}, ColumnAlgebra{T})"/>
    public static T operator *(double left, ColumnAlgebra<T> right) => Both(ColumnOp.Multiply, left, right);

    /// <summary>The quotient, number by number.</summary>
    public static T operator /(ColumnAlgebra<T> left, ColumnAlgebra<T> right) => Both(ColumnOp.Divide, left, right);

    /// <inheritdoc cref="op_Division(ColumnAlgebra{T}, ColumnAlgebra{T})"/>
    public static T operator /(ColumnAlgebra<T> left, double right) => Both(ColumnOp.Divide, left, right);

    /// <inheritdoc cref="op_Division(ColumnAlgebra{T}, ColumnAlgebra{T})"/>
    public static T operator /(double left, ColumnAlgebra<T> right) => Both(ColumnOp.Divide, left, right);

    /// <summary>The negative, number by number.</summary>
    public static T operator -(ColumnAlgebra<T> column) => column.Alone(ColumnOp.Negate);

    /// <summary>True where left is below right; false where either is NaN.</summary>
    public static T operator <(ColumnAlgebra<T> left, ColumnAlgebra<T> right) => Both(ColumnOp.Below, left, right);

    /// <inheritdoc cref="op_LessThan(ColumnAlgebra{T}, ColumnAlgebra{T})"/>
    public static T operator <(ColumnAlgebra<T> left, double right) => Both(ColumnOp.Below, left, right);

    /// <summary>True where left is above right; false where either is NaN.</summary>
    public static T operator >(ColumnAlgebra<T> left, ColumnAlgebra<T> right) => Both(ColumnOp.Above, left, right);

    /// <inheritdoc cref="op_GreaterThan(ColumnAlgebra{T}, ColumnAlgebra{T})"/>
    public static T operator >(ColumnAlgebra<T> left, double right) => Both(ColumnOp.Above, left, right);

    /// <summary>True where left is at most right; false where either is NaN.</summary>
    public static T operator <=(ColumnAlgebra<T> left, ColumnAlgebra<T> right) => Both(ColumnOp.AtMost, left, right);

    /// <inheritdoc cref="op_LessThanOrEqual(ColumnAlgebra{T}, ColumnAlgebra{T})"/>
    public static T operator <=(ColumnAlgebra<T> left, double right) => Both(ColumnOp.AtMost, left, right);

    /// <summary>True where left is at least right; false where either is NaN.</summary>
    public static T operator >=(ColumnAlgebra<T> left, ColumnAlgebra<T> right) => Both(ColumnOp.AtLeast, left, right);

    /// <inheritdoc cref="op_GreaterThanOrEqual(ColumnAlgebra{T}, ColumnAlgebra{T})"/>
    public static T operator >=(ColumnAlgebra<T> left, double right) => Both(ColumnOp.AtLeast, left, right);

    /// <summary>True where both are.</summary>
    public static T operator &(ColumnAlgebra<T> left, ColumnAlgebra<T> right) => Both(ColumnOp.And, left, right);

    /// <summary>True where one is, or both are.</summary>
    public static T operator |(ColumnAlgebra<T> left, ColumnAlgebra<T> right) => Both(ColumnOp.Or, left, right);

    /// <summary>True where it is false.</summary>
    public static T operator !(ColumnAlgebra<T> column) => column.Alone(ColumnOp.Not);

    /// <summary>True where both are the same number.</summary>
    public T EqualTo(T other) => Both(ColumnOp.Same, this, other);

    /// <inheritdoc cref="EqualTo(T)"/>
    public T EqualTo(double number) => Both(ColumnOp.Same, this, number);

    /// <summary>Without the sign.</summary>
    public T Abs() => Alone(ColumnOp.Abs);

    /// <summary>The square root; NaN of what is negative.</summary>
    public T Sqrt() => Alone(ColumnOp.Sqrt);

    /// <summary>e to that power.</summary>
    public T Exp() => Alone(ColumnOp.Exp);

    /// <summary>The natural logarithm.</summary>
    public T Log() => Alone(ColumnOp.Log);

    /// <summary>The sine of radians.</summary>
    public T Sin() => Alone(ColumnOp.Sin);

    /// <summary>The cosine of radians.</summary>
    public T Cos() => Alone(ColumnOp.Cos);

    /// <summary>The hyperbolic sine.</summary>
    public T Sinh() => Alone(ColumnOp.Sinh);

    /// <summary>The hyperbolic cosine.</summary>
    public T Cosh() => Alone(ColumnOp.Cosh);

    /// <summary>The lesser of two, number by number; NaN where either is.</summary>
    public T AtMost(double most) => Both(ColumnOp.Least, this, most);

    /// <summary>The greater of two, number by number; NaN where either is.</summary>
    public T AtLeast(double least) => Both(ColumnOp.Greatest, this, least);

    /// <summary>How many objects each event has.</summary>
    public T Count() => Alone(ColumnOp.Count);

    /// <summary>The sum over each event's objects, 0 without any; of truth values, how many are true.</summary>
    public T Sum() => Alone(ColumnOp.Sum);

    /// <summary>The least of each event's objects; NaN without any.</summary>
    public T Min() => Alone(ColumnOp.Min);

    /// <summary>The greatest of each event's objects; NaN without any.</summary>
    public T Max() => Alone(ColumnOp.Max);

    /// <summary>Whether one of each event's objects is true.</summary>
    public T Any() => Alone(ColumnOp.Any);

    /// <summary>Whether all of each event's objects are true, as they are where there are none.</summary>
    public T All() => Alone(ColumnOp.All);

    /// <summary>The place in its event of the least object, the first of equals; -1 without any.</summary>
    public T ArgMin() => Alone(ColumnOp.ArgMin);

    /// <summary>The place in its event of the greatest object, the first of equals; -1 without any.</summary>
    public T ArgMax() => Alone(ColumnOp.ArgMax);

    /// <summary>The object at a place of each event, counted from 0; NaN where there is none.</summary>
    public T At(int place) => Both(ColumnOp.At, this, place);

    /// <summary>The object at a place that each event says; NaN where there is none.</summary>
    public T At(T place) => Both(ColumnOp.At, this, place);

    private protected abstract T Apply(ColumnOp operation, params ReadOnlySpan<T> operands);

    private protected abstract T Constant(double number);

    private static T Both(ColumnOp operation, ColumnAlgebra<T> left, ColumnAlgebra<T> right) => left.Apply(operation, (T)left, (T)right);

    private static T Both(ColumnOp operation, ColumnAlgebra<T> left, double right) => left.Apply(operation, (T)left, left.Constant(right));

    private static T Both(ColumnOp operation, double left, ColumnAlgebra<T> right) => right.Apply(operation, right.Constant(left), (T)right);

    private T Alone(ColumnOp operation) => Apply(operation, (T)this);
}
