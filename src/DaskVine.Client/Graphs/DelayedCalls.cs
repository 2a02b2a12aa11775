using System.Linq.Expressions;
using System.Runtime.CompilerServices;

namespace DaskVine.Client;

/// <summary>
/// Makes delayed calls of .NET functions: <c>Delayed.Call(Kernels.Fill, chunk, axis)</c>, where each argument is a value or a
/// <see cref="Delayed{T}"/> of it, or <c>Delayed.Call(() => Kernels.Fill(chunk.Value, axis))</c>. Functions are static methods and lambdas
/// that capture nothing; others are refused with a <see cref="GraphException"/>.
/// </summary>
public static class Delayed
{
    /// <summary>A value of this process, sent once for all tasks that read it.</summary>
    public static Delayed<T> Value<T>(T value) => new(new Literal(value));

    /// <summary>
    /// A call as it stands in an expression, which is not compiled: <c>.Value</c> marks what is delayed, and static calls among the arguments are
    /// the worker's too; all else is evaluated now.
    /// </summary>
    /// <exception cref="GraphException">It is no call of a static method, or has in it what cannot be evaluated; says what to do instead.</exception>
    [OverloadResolutionPriority(1)]
    public static Delayed<T> Call<T>(Expression<Func<T>> call) => new(CallExpression.Read(call));

    /// <summary>A call with any number of arguments. The result's type is to be named, as in <c>Delayed.Call&lt;double&gt;(F, a, b)</c>.</summary>
    public static Delayed<T> Call<T>(Delegate function, params object?[] arguments) => new(Client.Call.Of(function, arguments));

    /// <summary>A call of a function without parameters.</summary>
    public static Delayed<T> Call<T>(Func<T> function) => new(Client.Call.Of(function));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T>(
        Func<T1, T> function, T1 first) =>
        new(Client.Call.Of(function, first));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T>(
        Func<T1, T> function, Delayed<T1> first) =>
        new(Client.Call.Of(function, first));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T>(
        Func<T1, T2, T> function, T1 first, T2 second) =>
        new(Client.Call.Of(function, first, second));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T>(
        Func<T1, T2, T> function, T1 first, Delayed<T2> second) =>
        new(Client.Call.Of(function, first, second));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T>(
        Func<T1, T2, T> function, Delayed<T1> first, T2 second) =>
        new(Client.Call.Of(function, first, second));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T>(
        Func<T1, T2, T> function, Delayed<T1> first, Delayed<T2> second) =>
        new(Client.Call.Of(function, first, second));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T3, T>(
        Func<T1, T2, T3, T> function, T1 first, T2 second, T3 third) =>
        new(Client.Call.Of(function, first, second, third));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T3, T>(
        Func<T1, T2, T3, T> function, T1 first, T2 second, Delayed<T3> third) =>
        new(Client.Call.Of(function, first, second, third));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T3, T>(
        Func<T1, T2, T3, T> function, T1 first, Delayed<T2> second, T3 third) =>
        new(Client.Call.Of(function, first, second, third));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T3, T>(
        Func<T1, T2, T3, T> function, T1 first, Delayed<T2> second, Delayed<T3> third) =>
        new(Client.Call.Of(function, first, second, third));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T3, T>(
        Func<T1, T2, T3, T> function, Delayed<T1> first, T2 second, T3 third) =>
        new(Client.Call.Of(function, first, second, third));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T3, T>(
        Func<T1, T2, T3, T> function, Delayed<T1> first, T2 second, Delayed<T3> third) =>
        new(Client.Call.Of(function, first, second, third));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T3, T>(
        Func<T1, T2, T3, T> function, Delayed<T1> first, Delayed<T2> second, T3 third) =>
        new(Client.Call.Of(function, first, second, third));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T3, T>(
        Func<T1, T2, T3, T> function, Delayed<T1> first, Delayed<T2> second, Delayed<T3> third) =>
        new(Client.Call.Of(function, first, second, third));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T3, T4, T>(
        Func<T1, T2, T3, T4, T> function, T1 first, T2 second, T3 third, T4 fourth) =>
        new(Client.Call.Of(function, first, second, third, fourth));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T3, T4, T>(
        Func<T1, T2, T3, T4, T> function, T1 first, T2 second, T3 third, Delayed<T4> fourth) =>
        new(Client.Call.Of(function, first, second, third, fourth));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T3, T4, T>(
        Func<T1, T2, T3, T4, T> function, T1 first, T2 second, Delayed<T3> third, T4 fourth) =>
        new(Client.Call.Of(function, first, second, third, fourth));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T3, T4, T>(
        Func<T1, T2, T3, T4, T> function, T1 first, T2 second, Delayed<T3> third, Delayed<T4> fourth) =>
        new(Client.Call.Of(function, first, second, third, fourth));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T3, T4, T>(
        Func<T1, T2, T3, T4, T> function, T1 first, Delayed<T2> second, T3 third, T4 fourth) =>
        new(Client.Call.Of(function, first, second, third, fourth));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T3, T4, T>(
        Func<T1, T2, T3, T4, T> function, T1 first, Delayed<T2> second, T3 third, Delayed<T4> fourth) =>
        new(Client.Call.Of(function, first, second, third, fourth));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T3, T4, T>(
        Func<T1, T2, T3, T4, T> function, T1 first, Delayed<T2> second, Delayed<T3> third, T4 fourth) =>
        new(Client.Call.Of(function, first, second, third, fourth));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T3, T4, T>(
        Func<T1, T2, T3, T4, T> function, T1 first, Delayed<T2> second, Delayed<T3> third, Delayed<T4> fourth) =>
        new(Client.Call.Of(function, first, second, third, fourth));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T3, T4, T>(
        Func<T1, T2, T3, T4, T> function, Delayed<T1> first, T2 second, T3 third, T4 fourth) =>
        new(Client.Call.Of(function, first, second, third, fourth));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T3, T4, T>(
        Func<T1, T2, T3, T4, T> function, Delayed<T1> first, T2 second, T3 third, Delayed<T4> fourth) =>
        new(Client.Call.Of(function, first, second, third, fourth));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T3, T4, T>(
        Func<T1, T2, T3, T4, T> function, Delayed<T1> first, T2 second, Delayed<T3> third, T4 fourth) =>
        new(Client.Call.Of(function, first, second, third, fourth));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T3, T4, T>(
        Func<T1, T2, T3, T4, T> function, Delayed<T1> first, T2 second, Delayed<T3> third, Delayed<T4> fourth) =>
        new(Client.Call.Of(function, first, second, third, fourth));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T3, T4, T>(
        Func<T1, T2, T3, T4, T> function, Delayed<T1> first, Delayed<T2> second, T3 third, T4 fourth) =>
        new(Client.Call.Of(function, first, second, third, fourth));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T3, T4, T>(
        Func<T1, T2, T3, T4, T> function, Delayed<T1> first, Delayed<T2> second, T3 third, Delayed<T4> fourth) =>
        new(Client.Call.Of(function, first, second, third, fourth));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T3, T4, T>(
        Func<T1, T2, T3, T4, T> function, Delayed<T1> first, Delayed<T2> second, Delayed<T3> third, T4 fourth) =>
        new(Client.Call.Of(function, first, second, third, fourth));

    /// <inheritdoc cref="Delayed"/>
    public static Delayed<T> Call<T1, T2, T3, T4, T>(
        Func<T1, T2, T3, T4, T> function, Delayed<T1> first, Delayed<T2> second, Delayed<T3> third, Delayed<T4> fourth) =>
        new(Client.Call.Of(function, first, second, third, fourth));
}
