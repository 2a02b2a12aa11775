using System.Buffers.Binary;
using System.Reflection;

namespace DaskVine.Values.Tests;

public class BodyTests
{
    private readonly World _world = new();

    public static double Mean(IReadOnlyList<double> values, double scale = 1, string? label = null) => scale * values.Average() + (label?.Length ?? 0);

    public static int Count(params int[] values) => values.Length;

    public static string Join((int, string) pair, Dictionary<string, int> map) => $"{pair.Item1}{pair.Item2}{string.Join(",", map.Select(p => $"{p.Key}={p.Value}"))}";

    public static int Add(int a, int b) => a + b;

    [Fact]
    public void References_InListsTuplesAndMaps_AreResolvedForTheirPlace()
    {
        _world.Add("Mean", 2, 4.0);
        var body = new BodyWriter(1);
        body.BeginList(3);
        body.Input(0);
        body.Input(1);
        body.Literal(6);
        Assert.Equal(4.0, Call(body));

        _world.Add("Join", 7);
        body = new BodyWriter(2);
        body.BeginTuple(2);
        body.Input(0);
        body.Literal("x");
        body.End();
        body.BeginMap(1);
        body.Name("k");
        body.Input(0);
        Assert.Equal("7xk=7", Call(body));
    }

    [Fact]
    public void Body_AfterAnotherThatWasNotEnded_HasNothingOfIt()
    {
        _world.Add("Add");
        var body = new BodyWriter(3);
        body.Literal("left behind");
        body.BeginCall(0, 2);
        body.Restart(2);
        body.Literal(1);
        body.Literal(2);
        Assert.Equal(3, Call(body));
    }

    [Fact]
    public void Inputs_OfACallAfterOneOfMany_AreItsOwn()
    {
        const int many = 1000;
        _world.Add("Count", [.. Enumerable.Range(0, many).Select(i => (object)i)]);
        var body = new BodyWriter(1);
        body.BeginList(many);
        for (var i = 0; i < many; i++)
            body.Input(i);
        Assert.Equal(many, Call(body));

        _world.Add("Add", 20, 30);
        body = new BodyWriter(2);
        body.Input(0);
        body.Input(1);
        Assert.Equal(50, Call(body));
    }

    [Fact]
    public void Literals_OfArrow_AreArguments()
    {
        _world.Add("Mean");
        var body = new BodyWriter(2);
        body.Literal(new double[] { 1, 3 });
        body.BeginKeywords(2);
        body.Name("label");
        body.Literal("ab");
        body.Name("scale");
        body.Literal(10);
        body.End();
        Assert.Equal(22.0, Call(body));
    }

    [Fact]
    public void Parameters_OfAnyNumber_TakeWhatIsLeftOrAWholeArray()
    {
        _world.Add("Count");
        Assert.Equal(3, Call(Literals(1, 2, 3)));
        Assert.Equal(1, Call(Literals(1)));
        Assert.Equal(0, Call(Literals()));
        Assert.Equal(2, Call(Literals([new List<int> { 1, 2 }])));
    }

    [Fact]
    public void Result_OfANestedCall_IsConvertedForItsParameter()
    {
        _world.Add("Mean");
        _world.Also("Add");
        var body = new BodyWriter(1);
        body.BeginList(1);
        body.BeginCall(1, 2);
        body.Literal(1);
        body.Literal(2);
        body.End();
        Assert.Equal(3.0, Call(body));
    }

    [Fact]
    public void Calls_NestedBeyondTheStack_AreRefused()
    {
        _world.Add("Add");
        const int Depth = 100_000;
        // From the innermost call on, back to front: an extension with a length, of [0, 1, the call inside].
        var bytes = new byte[(Depth * 9) + 1];
        var at = bytes.Length - 1;
        bytes[at] = 1;
        for (var i = 0; i < Depth; i++)
        {
            at -= 9;
            ReadOnlySpan<byte> head = [0xc9, 0, 0, 0, 0, 2, 0x93, 0, 1];
            head.CopyTo(bytes.AsSpan(at));
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at + 1), bytes.Length - at - 6);
        }

        Assert.Contains("nested too deeply", Assert.Throws<ValueException>(() => new BodyReader(_world).Call((byte[])[0x92, 1, .. bytes])).Message);
    }

    [Fact]
    public void Expression_IsItsFirstElement()
    {
        _world.Add("Add", 5);
        var body = new BodyWriter(1);
        body.BeginList(2);
        body.Input(0);
        body.Literal("x");
        Assert.Equal(new object[] { 5L, "x" }, new BodyReader(_world).Express(body.ToArray()));
    }

    [Fact]
    public void Keywords_ThatDoNotFit_AreNamed()
    {
        _world.Add("Add");
        Assert.Contains("has no parameter 'c' that calls give; it has: a, b", Refusal(1, "c"));
        Assert.Contains("parameter 'a' of BodyTests.Add is given twice", Refusal(1, "a"));
        Assert.Contains("parameter 'b' of BodyTests.Add is not given", Assert.Throws<ValueException>(() => Call(Literals(1))).Message);
    }

    [Fact]
    public void Body_CutAnywhere_IsRefused()
    {
        _world.Add("Add");
        var body = Literals(1, 2).ToArray();
        for (var length = 0; length < body.Length; length++)
            Assert.Throws<ValueException>(() => new BodyReader(_world).Call(body.AsMemory(0, length)));
    }

    [Fact]
    public void Body_ThatIsNotEnded_IsNotGiven()
    {
        var body = new BodyWriter(1);
        body.BeginTuple(0);
        Assert.Throws<InvalidOperationException>(body.ToArray);
    }

    private static BodyWriter Literals(params object[] values)
    {
        var body = new BodyWriter(values.Length);
        foreach (var value in values)
            body.Literal(value);
        return body;
    }

    private object? Call(BodyWriter body) => new BodyReader(_world).Call(body.ToArray());

    private string Refusal(int first, string keyword)
    {
        var body = new BodyWriter(2);
        body.Literal(first);
        body.BeginKeywords(1);
        body.Name(keyword);
        body.Literal(2);
        body.End();
        return Assert.Throws<ValueException>(() => Call(body)).Message;
    }

    private sealed class World : ICallWorld
    {
        private readonly List<BoundFunction> _functions = [];
        private object[] _inputs = [];

        public void Add(string method, params object[] inputs)
        {
            _functions.Clear();
            _inputs = inputs;
            Also(method);
        }

        public void Also(string method) => _functions.Add(FunctionReference.Of(typeof(BodyTests).GetMethod(method)!).Bind(Assembly.Load));

        public BoundFunction FunctionIn(int slot) => _functions[slot];

        public ReadOnlyMemory<byte> BytesOf(int input) => ValueCodec.Encode(_inputs[input]).ToArray();
    }
}
