namespace DaskVine.Values;

internal static class Fitting
{
    /// <summary>Whether a value can be given as it is. To the runtime a uint[] is an int[] as well, which would change its numbers.</summary>
    public static bool Fits(object? value, Type wanted)
    {
        if (!wanted.IsInstanceOfType(value))
            return false;
        if (value is not Array || value.GetType().GetElementType() is not { IsValueType: true } element)
            return true;
        return wanted.IsArray ? wanted == value.GetType() : !wanted.IsGenericType || wanted.GetGenericArguments()[0] == element;
    }
}
