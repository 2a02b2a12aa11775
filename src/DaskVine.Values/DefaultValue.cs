using System.Reflection;

namespace DaskVine.Values;

internal static class DefaultValue
{
    /// <summary>The default of a parameter that has one, as its type; reflection gives that of an optional enum as a number.</summary>
    public static object? Of(ParameterInfo parameter)
    {
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        return parameter.DefaultValue is { } value && type.IsEnum ? Enum.ToObject(type, value) : parameter.DefaultValue;
    }
}
