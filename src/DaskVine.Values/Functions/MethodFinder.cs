using System.Reflection;

namespace DaskVine.Values;

/// <summary>Finds the method that a reference names.</summary>
internal static class MethodFinder
{
    private const BindingFlags Any = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <exception cref="ValueException">It is not there.</exception>
    public static MethodInfo Find(FunctionReference function, Func<string, Assembly> load)
    {
        try
        {
            return FindIn(function, load);
        }
        catch (Exception e) when (e is not ValueException)
        {
            // A dependency that is missing is found out by looking at what refers to it.
            throw new ValueException($"{What(function)} cannot be loaded: {e.GetType().Name}: {e.Message}", e);
        }
    }

    private static MethodInfo FindIn(FunctionReference function, Func<string, Assembly> load)
    {
        var assembly = load(function.Assembly);
        Type Named(string name, string missing) =>
            Type.GetType(
                name,
                wanted => load(wanted.Name!),
                (from, typeName, _) => (from ?? assembly).GetType(typeName) ?? (from is null ? Type.GetType(typeName) : null),
                throwOnError: false)
            ?? throw new ValueException($"{What(function)} cannot be loaded: {missing}. {Advice(function)}");
        var type = Named($"{function.Type}, {function.Assembly}", $"the assembly has no type {function.Type}");
        Type[] generic = [.. function.Generic.Select(name => Named(name, $"there is no type {name}"))];
        MethodInfo[] candidates =
        [
            .. from candidate in type.GetMethods(Any)
               where candidate.Name == function.Method && candidate.GetGenericArguments().Length == generic.Length
               let method = generic.Length == 0 ? candidate : candidate.MakeGenericMethod(generic)
               where function.Parameters is null || ParametersOf(method).SequenceEqual(function.Parameters)
               select method,
        ];
        if (candidates is [var only])
            return only;
        throw new ValueException(candidates.Length == 0
            ? $"{What(function)} cannot be loaded: {function.Type} has no method {function.Method}{Listed(function.Parameters)}. {Advice(function)}"
            : $"{What(function)} cannot be loaded: {function.Type} has {candidates.Length} methods of that name; say the types of its parameters, as in "
              + Listed(ParametersOf(candidates[0])));
    }

    private static IEnumerable<string> ParametersOf(MethodInfo method) => method.GetParameters().Select(parameter => $"{parameter.ParameterType}");

    private static string Listed(IEnumerable<string>? parameters) => parameters is null ? "" : $"({string.Join(", ", parameters)})";

    private static string What(FunctionReference function) => $"{function.Name} of assembly {function.Assembly}";

    private static string Advice(FunctionReference function) => $"The {function.Assembly}.dll among the library's inputs is another version than the one that named it";
}
