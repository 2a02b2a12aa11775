namespace DaskVine.Protocol.Commands;

/// <summary>Which names files may have in a sandbox: relative paths that stay in it and are not in each other's way.</summary>
internal static class SandboxNames
{
    private const int MaxBytes = 4095;
    private const int MaxPart = 255;

    /// <param name="inputs">Files that are there at the beginning.</param>
    /// <param name="outputs">Files that are to be there at the end.</param>
    /// <param name="whose">Of what, for people.</param>
    /// <exception cref="ProtocolException">A name is not allowed; the message says which, and why.</exception>
    public static void Check(IEnumerable<string> inputs, IEnumerable<string> outputs, string whose)
    {
        var allInputs = Checked(inputs, "input", whose);
        var allOutputs = Checked(outputs, "output", whose);
        // An input may be inside of an output, or be the output; what is inside of an input would be written into the cache.
        foreach (var name in allInputs)
            MustBeOutside(name, "input", allInputs, whose);
        foreach (var name in allOutputs)
        {
            MustBeOutside(name, "output", allInputs, whose);
            MustBeOutside(name, "output", allOutputs, whose);
        }
    }

    private static HashSet<string> Checked(IEnumerable<string> names, string what, string whose)
    {
        var known = new HashSet<string>();
        foreach (var name in names)
        {
            if (Problem(name) is { } problem)
                throw new ProtocolException($"the {what} '{name}' of {whose} {problem}");
            if (!known.Add(name))
                throw new ProtocolException($"two {what}s of {whose} are named '{name}'");
        }

        return known;
    }

    private static string? Problem(string name)
    {
        if (name.Length == 0)
            return "has no name";
        if (name[0] == '/')
            return "is not a relative path";
        if (name.Contains('\0', StringComparison.Ordinal))
            return "has a zero byte in its name";
        if (System.Text.Encoding.UTF8.GetByteCount(name) > MaxBytes)
            return $"has a name of more than {MaxBytes} bytes";
        foreach (var part in name.Split('/'))
        {
            if (part is ".." or ".")
                return "leads out of its sandbox or is not in plain form";
            if (part.Length == 0)
                return "has an empty part in its path";
            if (System.Text.Encoding.UTF8.GetByteCount(part) > MaxPart)
                return $"has a part of more than {MaxPart} bytes in its path";
        }

        return null;
    }

    private static void MustBeOutside(string name, string what, HashSet<string> others, string whose)
    {
        for (var slash = name.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = name.IndexOf('/', slash + 1))
        {
            if (others.Contains(name[..slash]))
                throw new ProtocolException($"the {what} '{name}' of {whose} is inside of '{name[..slash]}', which is another file of it");
        }
    }
}
