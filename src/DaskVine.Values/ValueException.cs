namespace DaskVine.Values;

/// <summary>A value, argument or function that cannot be had in the wanted form. The text is for the user: it names what, and says what to do.</summary>
public sealed class ValueException : Exception
{
    public ValueException(string message)
        : base(message)
    {
    }

    public ValueException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
