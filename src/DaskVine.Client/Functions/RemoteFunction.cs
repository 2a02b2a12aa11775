namespace DaskVine.Client;

/// <summary>Where functions run.</summary>
internal enum Runtime
{
    Python,
    Dotnet,
}

/// <summary>A function that workers have or are sent.</summary>
public abstract class RemoteFunction
{
    private protected RemoteFunction()
    {
    }

    /// <summary>For people.</summary>
    public abstract string Name { get; }

    internal abstract Runtime Runtime { get; }

    /// <summary>The code of its Function record.</summary>
    internal abstract byte[] ToCode();

    /// <exception cref="GraphException">It does not take so many arguments.</exception>
    internal abstract void Check(int arguments);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
