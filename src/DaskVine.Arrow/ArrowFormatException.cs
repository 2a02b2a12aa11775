namespace DaskVine.Arrow;

/// <summary>Bytes or parts that are not well-formed Arrow data, or use a feature that is not supported. The message names it.</summary>
public sealed class ArrowFormatException : Exception
{
    /// <summary>Makes the exception without a message.</summary>
    public ArrowFormatException()
    {
    }

    /// <summary>Makes the exception with what is wrong.</summary>
    public ArrowFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with what is wrong and what showed it.</summary>
    public ArrowFormatException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
