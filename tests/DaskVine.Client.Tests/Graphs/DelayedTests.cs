namespace DaskVine.Client.Tests.Graphs;

public sealed class DelayedTests
{
    private static readonly Delayed<double[]> s_chunk = Delayed.Call(Kernels.Fill, 1.5, 3);

    [Fact]
    public void Call_MethodGroup_TakesValuesAndDelayed()
    {
        Assert.Equal(("Kernels.Answer", 0), Made(Delayed.Call(Kernels.Answer)));
        Assert.Equal(("Kernels.Half", 1), Made(Delayed.Call(Kernels.Half, Delayed.Call(Kernels.Answer))));
        Assert.Equal(("Kernels.Total", 2), Made(Delayed.Call(Kernels.Total, s_chunk, 2.0)));
        Assert.Equal(("Kernels.Total", 2), Made(Delayed.Call(Kernels.Total, s_chunk, Delayed.Value(2.0))));
        Assert.Equal(("Kernels.Four", 4), Made(Delayed.Call(Kernels.Four, 1.0, Delayed.Value(2.0), 3.0, 4.0)));
        Assert.Equal(("Kernels.Scaled", 1), Made(Delayed.Call<double>(Kernels.Scaled, 2.0)));
    }

    [Fact]
    public void Call_Expression_IsReadAndNotRun()
    {
        var scale = 2.0;
        var holder = new { Inner = new { Scale = 3.0 } };

        var variable = Computed(Delayed.Call(() => Kernels.Total(s_chunk.Value, scale)));
        var member = Computed(Delayed.Call(() => Kernels.Total(s_chunk.Value, holder.Inner.Scale)));
        var constant = Computed(Delayed.Call(() => Kernels.Total(s_chunk.Value, 4)));
        var array = Computed(Delayed.Call(() => Kernels.Total(new[] { 1.0, scale }, 1)));

        Assert.Same(s_chunk, variable.Arguments[0]);
        Assert.Equal([2.0, 3.0, 4.0], new[] { variable, member, constant }.Select(call => ((Literal)call.Arguments[1]!).Value));
        Assert.Equal(new[] { 1.0, 2.0 }, ((Literal)array.Arguments[0]!).Value);
    }

    [Fact]
    public void Call_ExpressionOfNestedCalls_Nests()
    {
        var call = Computed(Delayed.Call(() => Kernels.Half((int)Kernels.Total(s_chunk.Value, 1))));

        Assert.Equal("Kernels.Total", Assert.IsType<Call>(call.Arguments[0]).Function.Name);
    }

    [Fact]
    public void Call_ExpressionThatIsNoCall_IsRefused()
    {
        var text = "abc";

        Assert.Contains("is not a call", Refused(() => Delayed.Call(() => s_chunk.Value.Length + 1)));
        Assert.Contains("instance method", Refused(() => Delayed.Call(() => text.Substring(1))));
        Assert.Contains("outside of a call", Refused(() => Delayed.Call(() => Kernels.Half(s_chunk.Value.Length + 1))));
        Assert.Contains("into a variable", Refused(() => Delayed.Call(() => Kernels.Half(text.Length + 1))));
    }

    [Fact]
    public void Call_Lambda_CapturesNothing()
    {
        var captured = 3;

        Assert.StartsWith("a lambda in ", Computed(Delayed.Call(static (int x) => x + 1, 2)).Function.Name);
        Assert.Contains("captures variables", Refused(() => Delayed.Call((int x) => x + captured, 2)));
        Assert.Contains("instance method", Refused(() => Delayed.Call("abc".ToLowerInvariant)));
        Assert.Contains("takes 1 arguments", Refused(() => Delayed.Call<double>(Kernels.Half, 1, 2)));
    }

    [Fact]
    public void Call_KeywordOfDotnetFunction_IsRefused() =>
        Assert.Contains("no keyword arguments", Refused(() => Call.Of(Kernels.Half, 1).With("number", 2)));

    [Theory]
    [InlineData("math.sqrt")]
    [InlineData("math:")]
    [InlineData("a b:c")]
    [InlineData("math:sqrt\nx")]
    public void Function_OtherForm_IsRefused(string name) =>
        Assert.Contains("math:sqrt", Refused(() => Python.Function(name)));

    [Fact]
    public void Value_OutsideOfAnExpression_IsRefused() => Assert.Throws<InvalidOperationException>(() => s_chunk.Value);

    private static Call Computed<T>(Delayed<T> delayed) => Assert.IsType<Call>(delayed.Computation);

    private static (string, int) Made<T>(Delayed<T> delayed) => (Computed(delayed).Function.Name, Computed(delayed).Arguments.Length);

    private static string Refused(Func<object> make) => Assert.Throws<GraphException>(make).Message;
}
