using System.Reflection;

namespace DaskVine.Values;

/// <summary>A parameter that calls give an argument for.</summary>
public sealed class BoundParameter
{
    internal BoundParameter(ParameterInfo parameter, string function, int position)
    {
        (Name, Type, Position) = (parameter.Name ?? $"{position}", parameter.ParameterType, position);
        IsRequired = !parameter.HasDefaultValue && !parameter.IsDefined(typeof(ParamArrayAttribute));
        IsParams = parameter.IsDefined(typeof(ParamArrayAttribute)) && parameter.ParameterType.IsSZArray;
        What = $"parameter '{Name}' of {function}";
        Default = parameter.HasDefaultValue ? DefaultValue.Of(parameter) : IsParams ? Array.CreateInstance(Type.GetElementType()!, 0) : null;
    }

    public string Name { get; }

    public Type Type { get; }

    public bool IsRequired { get; }

    /// <summary>For messages.</summary>
    public string What { get; }

    /// <summary>It takes what arguments are left, as its elements.</summary>
    internal bool IsParams { get; }

    /// <summary>Among all parameters of the method.</summary>
    internal int Position { get; }

    internal object? Default { get; }
}
