using System.Text;
using System.Text.RegularExpressions;

namespace DaskVine.Client;

/// <summary>Python functions, by name.</summary>
public static partial class Python
{
    /// <summary>A function that the workers' Python can import.</summary>
    /// <param name="name"><c>module:function</c>, as in <c>math:sqrt</c> and <c>numpy.linalg:norm</c>.</param>
    /// <exception cref="GraphException">The name is of another form.</exception>
    public static PythonFunction Function(string name)
    {
        var match = Form().Match(name);
        return match.Success
            ? new PythonFunction(match.Groups["module"].Value, match.Groups["function"].Value)
            : throw new GraphException($"'{name}' names no Python function; it looks like math:sqrt (module:function)");
    }

    [GeneratedRegex(@"^(?<module>\w+(\.\w+)*):(?<function>\w+(\.\w+)*)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}

/// <summary>A Python function, by name.</summary>
public sealed class PythonFunction : RemoteFunction
{
    private readonly string _module;
    private readonly string _function;

    internal PythonFunction(string module, string function)
    {
        _module = module;
        _function = function;
    }

    /// <inheritdoc/>
    public override string Name => $"{_module}:{_function}";

    internal override Runtime Runtime => Runtime.Python;

    /// <summary>A delayed call; each argument is a value, a <see cref="Delayed{T}"/>, or a list or tuple of such.</summary>
    /// <typeparam name="T">What its result is read as.</typeparam>
    public Delayed<T> Call<T>(params object?[] arguments) => new(Client.Call.Of(this, arguments));

    // A pickle of a reference: protocol 2, GLOBAL, STOP. A name with dots is looked for from protocol 4 on.
    internal override byte[] ToCode() => _function.Contains('.', StringComparison.Ordinal)
        ? [0x80, 4, .. Text(_module), .. Text(_function), 0x93, (byte)'.']
        : [0x80, 2, (byte)'c', .. Encoding.UTF8.GetBytes($"{_module}\n{_function}\n"), (byte)'.'];

    internal override void Check(int arguments)
    {
        // Only its worker knows what it takes.
    }

    // BINUNICODE: length and text.
    private static byte[] Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return [(byte)'X', .. BitConverter.GetBytes(bytes.Length), .. bytes];
    }
}
