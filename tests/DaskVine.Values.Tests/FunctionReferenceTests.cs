using System.Reflection;

namespace DaskVine.Values.Tests;

public class FunctionReferenceTests
{
    public static int Twice(int x) => 2 * x;

    public static string Twice(string x) => x + x;

    public static T First<T>(IReadOnlyList<T> items) => items[0];

    [Fact]
    public void Reference_IsReadAsItWasWritten()
    {
        var function = FunctionReference.Of(Method(typeof(int)), new byte[] { 1, 2 });
        var code = function.ToCode();
        Assert.True(FunctionReference.IsCode(code));
        var read = FunctionReference.Read(code);
        Assert.Equal((function.Assembly, function.Type, function.Method, "FunctionReferenceTests.Twice"), (read.Assembly, read.Type, read.Method, read.Name));
        Assert.Equal(["System.Int32"], read.Parameters);
        Assert.Equal([1, 2], read.Hash.ToArray());
        for (var length = 0; length < code.Length; length++)
            Assert.Throws<ValueException>(() => FunctionReference.Read(code.AsSpan(0, length)));
    }

    [Fact]
    public void Overloads_AreToldByTheirParameters()
    {
        Assert.Equal(10, Bound(Method(typeof(int))).Invoke(5));
        Assert.Equal("55", Bound(Method(typeof(string))).Invoke("5"));
    }

    [Fact]
    public void Generic_IsMadeWithItsTypes() =>
        Assert.Equal(3, Bound(typeof(FunctionReferenceTests).GetMethod("First")!.MakeGenericMethod(typeof(int))).Invoke(new[] { 3 }));

    [Fact]
    public void Lambda_ThatCapturesNothing_IsAFunction()
    {
        Func<int, int> square = x => x * x;
        Assert.Equal(49, Bound(square.Method).Invoke(7));
    }

    [Fact]
    public void Methods_ThatCannotTravel_AreRefusedWithAdvice()
    {
        var captured = Environment.TickCount;
        Func<int> closure = () => captured;
        Assert.Contains("captures variables", Refusal(closure.Method));
        Assert.Contains("is an instance method: make it static", Refusal(GetType().GetMethod(nameof(Generic_IsMadeWithItsTypes))!));
        Assert.Contains("is generic: say with which types", Refusal(GetType().GetMethod("First")!));
    }

    [Fact]
    public void Exception_OfTheFunction_ComesAsItsOwn()
    {
        Func<int> fail = () => throw new InvalidOperationException("no");
        Assert.Equal("no", Assert.IsType<InvalidOperationException>(Assert.Throws<UserCodeException>(() => Bound(fail.Method).Invoke()).InnerException).Message);
    }

    [Fact]
    public void Setup_IsReadAsItWasWritten()
    {
        var setup = LibrarySetup.Read(new LibrarySetup(FunctionReference.Of(Method(typeof(int))), new byte[] { 0x91, 1 }).ToBytes());
        Assert.Equal("Twice", setup.Function.Method);
        Assert.Equal([0x91, 1], setup.Arguments.ToArray());
        Assert.Throws<ValueException>(() => LibrarySetup.Read([0x80]));
    }

    private static MethodInfo Method(Type parameter) => typeof(FunctionReferenceTests).GetMethod("Twice", [parameter])!;

    private static BoundFunction Bound(MethodInfo method) => FunctionReference.Read(FunctionReference.Of(method).ToCode()).Bind(Assembly.Load);

    private static string Refusal(MethodInfo method) => Assert.Throws<ValueException>(() => FunctionReference.Of(method)).Message;
}
