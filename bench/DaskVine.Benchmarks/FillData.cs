using System.Runtime.InteropServices;

namespace DaskVine.Benchmarks;

/// <summary>
/// The rows of all fills: 10 M of a normal distribution, a second column, and weights. They come from files (x, y and w of doubles) in the
/// directory DASKVINE_BENCH_DATA, so that other programs can be given the same, or else are made.
/// </summary>
internal static class FillData
{
    internal const int Rows = 10_000_000;

    internal static string? Directory { get; } = Environment.GetEnvironmentVariable("DASKVINE_BENCH_DATA");

    internal static double[] X { get; } = Read("x", random => Normal(random, 100, 40));

    internal static double[] Y { get; } = Read("y", random => Normal(random, 0, 1));

    internal static double[] Weights { get; } = Read("w", random => random.NextDouble());

    /// <summary>Leaves what a benchmark found, for the program that gave the rows to compare.</summary>
    internal static void Write(string name, double[] values)
    {
        if (Directory is not null)
            File.WriteAllBytes(Path.Combine(Directory, name), MemoryMarshal.AsBytes(values.AsSpan()));
    }

    private static double[] Read(string name, Func<Random, double> make)
    {
        var values = new double[Rows];
        if (Directory is null)
        {
            var random = new Random(name[0]);
            for (var i = 0; i < Rows; i++)
                values[i] = make(random);
        }
        else
        {
            using var file = File.OpenRead(Path.Combine(Directory, name));
            file.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        }

        return values;
    }

    private static double Normal(Random random, double mean, double deviation) =>
        mean + (deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
}
