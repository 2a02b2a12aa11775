using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace DaskVine.Client;

/// <summary>
/// What keys are: strings, numbers, and tuples of keys. Numbers are equal when they have the same value, whatever their types, as in Python.
/// </summary>
internal static class Keys
{
    /// <summary>The one form that all equal keys have: string, long, BigInteger, double or <see cref="KeyTuple"/>.</summary>
    public static bool TryNormalize(object? key, out object normal)
    {
        normal = key!;
        switch (key)
        {
            case string or long or KeyTuple: return true;
            case int n: normal = (long)n; return true;
            case uint n: normal = (long)n; return true;
            case short n: normal = (long)n; return true;
            case ushort n: normal = (long)n; return true;
            case byte n: normal = (long)n; return true;
            case sbyte n: normal = (long)n; return true;
            case nint n: normal = (long)n; return true;
            case ulong n: normal = Whole(n); return true;
            case nuint n: normal = Whole((ulong)n); return true;
            case Int128 n: normal = Whole((BigInteger)n); return true;
            case UInt128 n: normal = Whole((BigInteger)n); return true;
            case BigInteger n: normal = Whole(n); return true;
            case float n: normal = Real(n); return true;
            case double n: normal = Real(n); return true;
            case ITuple tuple: return TryNormalize(tuple, out normal);
            default: return false;
        }
    }

    /// <exception cref="GraphException">It cannot be a key; says what can.</exception>
    public static object Normalize(object? key) => TryNormalize(key, out var normal)
        ? normal
        : throw new GraphException(
            $"{(key is null ? "null" : $"an object of type {key.GetType()}")} cannot be the key of a graph; "
            + "keys are strings, numbers and tuples of these");

    /// <summary>A normal key as people and logs see it, as Python would write it.</summary>
    public static string Text(object normal) => normal as string ?? Repr(normal);

    private static string Repr(object normal) => normal switch
    {
        string text => $"'{text}'",
        KeyTuple { Items: [var only] } => $"({Repr(only)},)",
        KeyTuple tuple => $"({string.Join(", ", tuple.Items.Select(Repr))})",
        _ => Convert.ToString(normal, CultureInfo.InvariantCulture)!,
    };

    private static bool TryNormalize(ITuple tuple, out object normal)
    {
        normal = tuple;
        var items = new object[tuple.Length];
        for (var i = 0; i < items.Length; i++)
        {
            if (!TryNormalize(tuple[i], out items[i]))
                return false;
        }

        normal = new KeyTuple(items);
        return true;
    }

    private static object Whole(BigInteger number) => number >= long.MinValue && number <= long.MaxValue ? (object)(long)number : number;

    private static object Real(double number) => double.IsInteger(number) ? Whole(new BigInteger(number)) : (object)number;
}
