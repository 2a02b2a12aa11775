using System.Reflection;

namespace DaskVine.Values;

/// <summary>Parameters that no call gives: the context of the library, and a token that is there for methods that want one.</summary>
internal static class Injection
{
    /// <exception cref="ValueException">It takes a context that the library does not have.</exception>
    public static bool TryFind(ParameterInfo parameter, string function, LibraryContext? context, out object? value)
    {
        var type = parameter.ParameterType;
        value = null;
        if (type == typeof(CancellationToken))
        {
            value = CancellationToken.None;
            return true;
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Context<>))
        {
            value = Activator.CreateInstance(type, Find(parameter, type.GetGenericArguments()[0], function, context));
            return true;
        }

        if (context is null || type != context.Type || IsOrdinary(type))
            return false;
        value = context.Value;
        return true;
    }

    // A setup that returns a number does not make every number a context.
    private static bool IsOrdinary(Type type) => type == typeof(object) || type == typeof(string) || type.IsPrimitive || type.IsEnum;

    private static object? Find(ParameterInfo parameter, Type wanted, string function, LibraryContext? context)
    {
        var has = context is null ? "has no setup" : $"returns {TypeText.Of(context.Type)} from its setup";
        return context is not null && (wanted.IsInstanceOfType(context.Value) || (context.Value is null && wanted.IsAssignableFrom(context.Type)))
            ? context.Value
            : throw new ValueException($"parameter '{parameter.Name}' of {function} takes the library's context as {TypeText.Of(wanted)}, and the library {has}");
    }
}
