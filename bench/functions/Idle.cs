namespace DaskVine.Bench.Functions;

/// <summary>Functions that do nothing, in an assembly of their own: workers are sent all that an assembly needs.</summary>
public static class Idle
{
    /// <summary>Gives back what it gets.</summary>
    public static int Same(int value) => value;

    /// <summary>The sum of many results.</summary>
    public static long Sum(int[] values) => values.Sum(value => (long)value);
}
