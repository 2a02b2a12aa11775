using System.Linq.Expressions;
using System.Reflection;

namespace DaskVine.Client;

/// <summary>Reads a call out of an expression, by walking it: nothing is compiled.</summary>
internal static class CallExpression
{
    private const string Advice = "write a call of a static method, as in Delayed.Call(() => Kernels.Fill(chunk.Value, axis))";

    /// <exception cref="GraphException">It is not of that form.</exception>
    public static Call Read(LambdaExpression expression) => Unconverted(expression.Body) is MethodCallExpression call
        ? ReadCall(call)
        : throw new GraphException($"'{expression.Body}' is not a call: {Advice}");

    private static Call ReadCall(MethodCallExpression call) => call.Object is null
        ? Call.Of(DotnetFunction.Of(call.Method), [.. call.Arguments.Select(Argument)])
        : throw new GraphException(
            $"{call.Method.DeclaringType!.Name}.{call.Method.Name} is an instance method, whose object stays in this process: {Advice}");

    private static object? Argument(Expression expression)
    {
        expression = Unconverted(expression);
        return expression switch
        {
            MemberExpression { Member.Name: nameof(Delayed<int>.Value), Expression: { } of } when IsDelayed(of.Type) => Evaluate(of),
            MethodCallExpression { Object: null } call => ReadCall(call),
            NewArrayExpression { NodeType: ExpressionType.NewArrayInit } array when HoldsDelayed(array) => array.Expressions.Select(Argument).ToArray(),
            _ when HoldsDelayed(expression) => throw new GraphException(
                $"'{expression}' computes with a delayed value outside of a call, which would have to happen here: put it into a static method"),
            _ => new Literal(Evaluate(expression)),
        };
    }

    private static object? Evaluate(Expression expression)
    {
        switch (Unconverted(expression))
        {
            case ConstantExpression constant:
                return constant.Value;
            case MemberExpression { Member: FieldInfo field } member:
                return field.GetValue(member.Expression is null ? null : Target(member.Expression));
            case MemberExpression { Member: PropertyInfo property } member:
                return property.GetValue(member.Expression is null ? null : Target(member.Expression));
            case NewArrayExpression { NodeType: ExpressionType.NewArrayInit } array:
                return NewArray(array);
            case DefaultExpression { Type: var type }:
                return type.IsValueType && type != typeof(void) ? Activator.CreateInstance(type) : null;
            default:
                throw new GraphException(
                    $"'{expression}' is neither a constant, a variable, a member of one, nor a delayed .Value: compute it before, into a variable");
        }
    }

    private static object Target(Expression expression) =>
        Evaluate(expression) ?? throw new GraphException($"'{expression}' is null, and the call needs a member of it");

    private static Array NewArray(NewArrayExpression expression)
    {
        var array = Array.CreateInstance(expression.Type.GetElementType()!, expression.Expressions.Count);
        for (var i = 0; i < array.Length; i++)
            array.SetValue(Evaluate(expression.Expressions[i]), i);
        return array;
    }

    // A conversion of the language that keeps the value, such as boxing; one of numbers is done by the worker, to the parameter's type.
    private static Expression Unconverted(Expression expression)
    {
        while (expression is UnaryExpression { NodeType: ExpressionType.Convert, Method: null } convert)
            expression = convert.Operand;
        return expression;
    }

    private static bool IsDelayed(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Delayed<>);

    private static bool HoldsDelayed(Expression expression)
    {
        var finder = new DelayedFinder();
        finder.Visit(expression);
        return finder.Found;
    }

    private sealed class DelayedFinder : ExpressionVisitor
    {
        public bool Found { get; private set; }

        protected override Expression VisitMember(MemberExpression node)
        {
            Found |= node.Member.Name == nameof(Delayed<int>.Value) && node.Expression is { } of && IsDelayed(of.Type);
            return base.VisitMember(node);
        }
    }
}
