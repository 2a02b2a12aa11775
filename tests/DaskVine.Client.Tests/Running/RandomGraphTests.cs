using FsCheck;
using FsCheck.Fluent;

namespace DaskVine.Client.Tests.Running;

/// <summary>Random graphs of Python and .NET functions against what they mean.</summary>
[Collection(SharedVineGroup.Name)]
public sealed class RandomGraphTests(SharedVine shared)
{
    private const int Graphs = 25;

    [Fact]
    public void Compute_AnyGraph_IsWhatItMeans()
    {
        var chances = Gen.Choose(0, 10_000).ListOf().Where(list => list.Count > 0).ToArbitrary();
        Prop.ForAll(chances, list =>
        {
            var (graph, expected) = Draw([.. list]);
            var wanted = Enumerable.Range(0, expected.Length).Where(i => i % 3 == 0 || i == expected.Length - 1).Select(Key).ToList();
            var results = graph.Compute(wanted, scheduler: shared.Vine.Get);
            return wanted.Index().All(pair => results.Get<long>(pair.Item) == Expected(pair.Item, expected));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Graphs));
    }

    private static long Expected(object key, long[] expected) => expected[key switch
    {
        string text => int.Parse(text[1..]),
        int number => number - 1_000_000,
        _ => ((ValueTuple<string, int>)key).Item2,
    }];

    private static object Key(int i) => (i % 3) switch { 0 => $"k{i}", 1 => i + 1_000_000, _ => ("t", i) };

    private static (Graph Graph, long[] Expected) Draw(int[] chances)
    {
        var graph = new Graph();
        var expected = new long[chances.Length];
        for (var i = 0; i < chances.Length; i++)
        {
            var (one, other) = i == 0 ? (0, 0) : (chances[i] % i, chances[i] / 7 % i);
            (graph[Key(i)], expected[i]) = (i == 0 ? 0 : chances[i] % 6) switch
            {
                0 => ((object)Graph.Value(chances[i]), (long)chances[i]),
                1 => (Key(one), expected[one]),
                2 => (Call.Of(PythonFunctions.Add, Key(one), Key(other)), expected[one] + expected[other]),
                3 => (Call.Of(Arithmetic.Add, Key(one), Call.Of(PythonFunctions.Add, Key(other), 1)), expected[one] + expected[other] + 1),
                4 => (Call.Of(PythonFunctions.Sum, new List<object> { Key(one), Call.Of(Arithmetic.Add, 2, Key(other)) }), expected[one] + expected[other] + 2),
                _ => (Call.Of(Arithmetic.Add, Call.Of(Arithmetic.Add, Key(one), 0), Key(other)), expected[one] + expected[other]),
            };
        }

        return (graph, expected);
    }
}

public static class Arithmetic
{
    // Values double from node to node.
    public static long Add(long a, long b) => unchecked(a + b);
}
