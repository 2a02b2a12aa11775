using System.Diagnostics;
using DaskVine.Arrow;
using DaskVine.Values;

namespace DaskVine.Client.Tests;

/// <summary>.NET functions that tests call.</summary>
public static class Kernels
{
    public static int Answer() => 42;

    public static double Half(int number) => number / 2.0;

    public static double[] Fill(double start, int count) => [.. Enumerable.Range(0, count).Select(i => start + i)];

    public static double Total(double[] values, double scale) => values.Sum() * scale;

    public static double Four(double a, double b, double c, double d) => a + b + c + d;

    public static double Scaled(double value, Context<Model> model) => value * model.Value.Factor;

    public static Model MakeModel(double factor) => new(factor);

    public static int Refuse(int number) => throw new InvalidOperationException($"it is {number}");

    public static Point Move(Point point, int by) => point with { X = point.X + by };

    public static int Crash() => throw new UnreachableException($"{Exit()}");

    public static double[,] Grid(int rows, int columns)
    {
        var grid = new double[rows, columns];
        for (var i = 0; i < grid.Length; i++)
            grid[i / columns, i % columns] = i;
        return grid;
    }

    public static Dictionary<string, double[]> Columns(int count) => new() { ["x"] = Fill(0, count), ["y"] = Fill(1, count) };

    public static double TotalOfY(ArrowTable table)
    {
        var total = 0.0;
        foreach (var value in ((PrimitiveArray<double>)table.Combined("y")).Values)
            total += value;
        return total;
    }

    public static string? Nothing() => null;

    public static async Task<int> Later(int number)
    {
        await Task.Yield();
        return number + 1;
    }

    public static T[] Twice<T>(T item) => [item, item];

    private static int Exit()
    {
        Environment.Exit(3);
        return 0;
    }

    public static double TotalOf(IReadOnlyList<double> values) => values.Sum();
}

public sealed record Model(double Factor);

public sealed record Point(int X, int Y, string Name);
