namespace DaskVine.Values;

/// <summary>As the type of a parameter: what the setup of the function's library has returned. Calls give no argument for it.</summary>
public sealed class Context<T>(T value)
{
    public T Value { get; } = value;
}

/// <summary>What the setup of a library has returned, and what it says that it returns.</summary>
public sealed record LibraryContext(object? Value, Type Type);
