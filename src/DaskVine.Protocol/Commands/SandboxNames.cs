namespace DaskVine.Protocol.Commands;

/// <summary>Which names files may have in a sandbox: relative paths that stay in it and are not in each other's way.</summary>
internal static class SandboxNames
{
    private const int MaxBytes = 4095;
    private const int MaxPart = 255;

    /// <exception cref="ProtocolException">A name is not allowed; the message says which, and why.</exception>
    public static void Check(CommandSpec spec)
    {
        var inputs = new HashSet<string>();
        foreach (var input in spec.Inputs)
            Add(inputs, "input", input.Name);
        var outputs = new HashSet<string>();
        foreach (var output in spec.Outputs)
            Add(outputs, "output", output.Name);
        // An input may be inside of an output, or be the output; what is inside of an input would be written into the cache.
        foreach (var name in inputs)
            MustBeOutside(name, "input", inputs);
        foreach (var name in outputs)
        {
            MustBeOutside(name, "output", inputs);
            MustBeOutside(name, "output", outputs);
        }
    }

    private static void Add(HashSet<string> names, string what, string name)
    {
        if (Problem(name) is { } problem)
            throw new ProtocolException($"the {what} '{name}' of a command {problem}");
        if (!names.Add(name))
            throw new ProtocolException($"two {what}s of a command are named '{name}'");
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

    private static void MustBeOutside(string name, string what, HashSet<string> others)
    {
        for (var slash = name.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = name.IndexOf('/', slash + 1))
        {
            if (others.Contains(name[..slash]))
                throw new ProtocolException($"the {what} '{name}' of a command is inside of '{name[..slash]}', which is another file of it");
        }
    }
}
