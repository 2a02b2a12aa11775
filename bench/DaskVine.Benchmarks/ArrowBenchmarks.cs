using BenchmarkDotNet.Attributes;
using DaskVine.Arrow;

namespace DaskVine.Benchmarks;

/// <summary>Streams of Arrow, written to and read from memory, beside a copy of the same bytes.</summary>
public class ArrowBenchmarks
{
    private const int Doubles = 1_000_000;
    private const int Strings = 100_000;
    private const int Batches = 1_000;
    private const int BatchRows = 8;

    private readonly ArrowStream _doubles = new([ArrowTable.Of(("x", Enumerable.Range(0, Doubles).Select(i => i * 0.5).ToArray()))]);
    private readonly ArrowStream _strings = new([ArrowTable.Of(("text", Texts(0, Strings)))]);
    private readonly ArrowStream _batches = new(Enumerable.Range(0, Batches).Select(SmallTable));
    private readonly double[] _values = new double[Doubles];

    /// <summary>The limit of a million doubles.</summary>
    [Benchmark]
    public int CopyDoubles() => _doubles.Copy();

    /// <summary>A million doubles in one batch.</summary>
    [Benchmark]
    public int WriteDoubles() => _doubles.Write();

    /// <summary>The same, read into an array.</summary>
    [Benchmark]
    public double[] ReadDoubles()
    {
        ((PrimitiveArray<double>)ArrowTable.ReadStream(_doubles.Bytes).Combined("x")).Values.CopyTo(_values);
        return _values;
    }

    /// <summary>The same, as a view of the stream.</summary>
    [Benchmark]
    public double ViewDoubles() => ((PrimitiveArray<double>)ArrowTable.ReadStream(_doubles.Bytes).Combined("x")).Values[^1];

    /// <summary>The limit of 100,000 strings.</summary>
    [Benchmark]
    public int CopyStrings() => _strings.Copy();

    /// <summary>100,000 strings in one batch.</summary>
    [Benchmark]
    public int WriteStrings() => _strings.Write();

    /// <summary>The same, each made a string of .NET.</summary>
    [Benchmark]
    public int ReadStrings()
    {
        var texts = (StringArray)ArrowTable.ReadStream(_strings.Bytes).Combined("text");
        var characters = 0;
        for (var i = 0; i < texts.Length; i++)
            characters += texts[i]!.Length;
        return characters;
    }

    /// <summary>The same, as the bytes of each in the stream.</summary>
    [Benchmark]
    public int ViewStrings()
    {
        var texts = (StringArray)ArrowTable.ReadStream(_strings.Bytes).Combined("text");
        var bytes = 0;
        for (var i = 0; i < texts.Length; i++)
            bytes += texts.GetBytes(i).Length;
        return bytes;
    }

    /// <summary>The limit of 1,000 small batches.</summary>
    [Benchmark]
    public int CopyBatches() => _batches.Copy();

    /// <summary>1,000 batches of eight rows of three columns.</summary>
    [Benchmark]
    public int WriteBatches() => _batches.Write();

    /// <summary>The same, read.</summary>
    [Benchmark]
    public long ReadBatches() => ArrowTable.ReadStream(_batches.Bytes).RowCount;

    private static ArrowTable SmallTable(int batch) => ArrowTable.Of(
        ("id", Enumerable.Range(batch * BatchRows, BatchRows).Select(i => (long)i).ToArray()),
        ("x", Enumerable.Range(0, BatchRows).Select(i => i * 0.5).ToArray()),
        ("text", Texts(batch * BatchRows, BatchRows)));

    private static string[] Texts(int first, int count) => [.. Enumerable.Range(first, count).Select(i => $"text number {i}")];
}
