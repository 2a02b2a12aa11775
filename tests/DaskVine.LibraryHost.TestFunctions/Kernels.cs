using System.Globalization;
using DaskVine.Arrow;
using DaskVine.Transfers;
using DaskVine.Values;

namespace DaskVine.LibraryHost.TestFunctions;

/// <summary>Functions that tests have a host call.</summary>
public static class Kernels
{
    private static int s_calls;

    public static int Add(int a, int b = 1) => a + b;

    public static void Nothing()
    {
        // It is there to be called.
    }

    public static double Half(double x) => x / 2;

    public static double SumOf(params double[] numbers) => numbers.Sum();

    public static string Describe(Particle particle) => $"{particle.Name} {particle.Energy.ToString(CultureInfo.InvariantCulture)}";

    public static Particle Boost(Particle particle, double by) => particle with { Energy = particle.Energy * by };

    public static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    public static double Apply(Func<double, double> function, double x) => function(x);

    public static T Same<T>(T value) => value;

    public static async Task<int> Later(int x)
    {
        await Task.Yield();
        return x + 1;
    }

    public static int Fail(string message) => throw new InvalidOperationException(message);

    public static async Task<int> FailLater(string message)
    {
        await Task.Yield();
        throw new InvalidOperationException(message);
    }

    public static int CallsBefore() => Interlocked.Increment(ref s_calls) - 1;

    public static uint Checksum(byte[] data) => Crc32C.Append(0, data);

    public static int Print(string text)
    {
        Console.WriteLine(text);
        Console.Error.Write("to error");
        return text.Length;
    }

    public static string Directory() => Environment.CurrentDirectory;

    public static int Overflow(int depth) => depth < 0 ? 0 : 1 + Overflow(depth + 1) + depth;

    public static int Exit(int code)
    {
        Environment.Exit(code);
        return 0;
    }

    public static int FailFast(string message)
    {
        Environment.FailFast(message);
        return 0;
    }

    /// <summary>Returns when a file is there.</summary>
    public static int Await(string path)
    {
        SpinWait.SpinUntil(() => File.Exists(path));
        return 1;
    }

    public static object Unknown() => Console.Out;

    public static Model Load(string name, int size) => new(name, new double[size]);

    public static Model LoadNot(string name) => throw new FileNotFoundException($"no model {name}");

    public static string NameOf(Model model, int times) => Repeat(model.Name, times);

    public static int SizeOf(Context<Model> model, CancellationToken cancellation) => cancellation.IsCancellationRequested ? 0 : model.Value.Weights.Length;

    public static ReadOnlyMemory<double> Scale(ReadOnlyMemory<double> values, double by) => Array.ConvertAll(values.ToArray(), value => value * by);

    public static double[,] Transpose(double[,] matrix)
    {
        var transposed = new double[matrix.GetLength(1), matrix.GetLength(0)];
        for (var i = 0; i < matrix.GetLength(0); i++)
        {
            for (var j = 0; j < matrix.GetLength(1); j++)
                transposed[j, i] = matrix[i, j];
        }

        return transposed;
    }

    public static object? Echo(object? value) => value;

    public static long Rows(ArrowTable table) => table.RowCount;

    public static double[] Ramp(int count) => [.. Enumerable.Range(0, count).Select(i => (double)i)];
}

public sealed record Particle(string Name, double Energy);

/// <summary>What a setup makes.</summary>
public sealed class Model(string name, double[] weights)
{
    public string Name { get; } = name;

    public double[] Weights { get; } = weights;
}
