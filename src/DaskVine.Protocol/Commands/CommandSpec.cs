using DaskVine.Protocol.MsgPack;

namespace DaskVine.Protocol.Commands;

/// <summary>How an input appears in the sandbox.</summary>
[Flags]
public enum CommandInputOptions
{
    None = 0,

    /// <summary>As a symbolic link rather than a file.</summary>
    Symlink = 1,

    /// <summary>It is never brought: the command runs at a worker that holds it already.</summary>
    Held = 2,
}

/// <summary>When an output is one, and what happens meanwhile.</summary>
[Flags]
public enum CommandOutputOptions
{
    None = 0,

    /// <summary>Only when the command failed.</summary>
    OnlyFailed = 1,

    /// <summary>Only when it succeeded, with exit code 0.</summary>
    OnlySucceeded = 2,

    /// <summary>The client follows it while it grows.</summary>
    Watch = 4,
}

/// <summary>An input, by its path in the sandbox.</summary>
public readonly record struct CommandInput(string Name, CommandInputOptions Options = CommandInputOptions.None);

/// <summary>An output, by its path in the sandbox.</summary>
public readonly record struct CommandOutput(string Name, CommandOutputOptions Options = CommandOutputOptions.None);

/// <summary>A shell command and all about it: the body of a task of <see cref="TaskMode.Command"/>.</summary>
public sealed record CommandSpec
{
    /// <summary>What <c>/bin/sh -c</c> is given.</summary>
    public required string Command { get; init; }

    /// <summary>One for each input of the task, in order.</summary>
    public IReadOnlyList<CommandInput> Inputs { get; init; } = [];

    /// <summary>One for each output of the task, in order.</summary>
    public IReadOnlyList<CommandOutput> Outputs { get; init; } = [];

    /// <summary>Variables that are set, or (null) unset, after all others.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Cores that it may use; null when nothing was said.</summary>
    public int? Cores { get; init; }

    /// <summary>Milliseconds that it may run for; null for no limit, as for those below.</summary>
    public long? WallMs { get; init; }

    /// <summary>Unix time in milliseconds by which it has to end.</summary>
    public long? EndMs { get; init; }

    /// <summary>Bytes of memory that all of its processes may hold.</summary>
    public long? Memory { get; init; }

    /// <summary>Bytes that its sandbox may hold, without its inputs.</summary>
    public long? Disk { get; init; }

    /// <summary>Bytes of its output that are kept.</summary>
    public long? Stdout { get; init; }

    /// <exception cref="ProtocolException">Malformed, or a name that does not belong into a sandbox; the message names it.</exception>
    public static CommandSpec Read(ReadOnlySpan<byte> body)
    {
        try
        {
            var spec = ReadMap(body);
            SandboxNames.Check(spec.Inputs.Select(input => input.Name), spec.Outputs.Select(output => output.Name), "a command");
            return spec;
        }
        catch (MsgPackException e)
        {
            throw new ProtocolException($"a command is malformed: {e.Message}", e);
        }
    }

    /// <summary>The body.</summary>
    public byte[] ToBytes()
    {
        (string Key, long? Value)[] numbers =
            [("cores", Cores), ("wall_ms", WallMs), ("end_ms", EndMs), ("memory", Memory), ("disk", Disk), ("stdout", Stdout)];
        var writer = new MsgPackWriter();
        writer.WriteMapHeader(4 + numbers.Count(n => n.Value is not null));
        writer.Write("command");
        writer.Write(Command);
        writer.Write("inputs");
        WriteFiles(writer, [.. Inputs.Select(i => (i.Name, (int)i.Options))]);
        writer.Write("outputs");
        WriteFiles(writer, [.. Outputs.Select(o => (o.Name, (int)o.Options))]);
        writer.Write("env");
        WriteEnvironment(writer);
        foreach (var (key, value) in numbers)
        {
            if (value is not { } number)
                continue;
            writer.Write(key);
            writer.Write(number);
        }

        return writer.ToArray();
    }

    private static CommandSpec ReadMap(ReadOnlySpan<byte> body)
    {
        var reader = new MsgPackReader(body);
        var spec = new CommandSpec { Command = "" };
        string? command = null;
        for (var count = reader.ReadMapHeader(); count > 0; count--)
        {
            switch (reader.ReadString())
            {
                case "command": command = reader.ReadString(); break;
                case "inputs": spec = spec with { Inputs = ReadInputs(ref reader) }; break;
                case "outputs": spec = spec with { Outputs = ReadOutputs(ref reader) }; break;
                case "env": spec = spec with { Environment = ReadEnvironment(ref reader) }; break;
                case "cores": spec = spec with { Cores = (int)ReadNumber(ref reader, "cores", int.MaxValue) }; break;
                case "wall_ms": spec = spec with { WallMs = ReadNumber(ref reader, "wall_ms") }; break;
                case "end_ms": spec = spec with { EndMs = ReadNumber(ref reader, "end_ms") }; break;
                case "memory": spec = spec with { Memory = ReadNumber(ref reader, "memory") }; break;
                case "disk": spec = spec with { Disk = ReadNumber(ref reader, "disk") }; break;
                case "stdout": spec = spec with { Stdout = ReadNumber(ref reader, "stdout") }; break;
                default: reader.Skip(); break;
            }
        }

        if (!reader.End)
            throw new ProtocolException("a command is malformed: bytes follow its map");
        return spec with { Command = Text(command ?? throw new ProtocolException("a command is malformed: it has no command"), "the command") };
    }

    private static CommandInput[] ReadInputs(ref MsgPackReader reader) =>
        [.. ReadFiles(ref reader).Select(file => new CommandInput(file.Name, (CommandInputOptions)file.Flags))];

    private static CommandOutput[] ReadOutputs(ref MsgPackReader reader) =>
        [.. ReadFiles(ref reader).Select(file => new CommandOutput(file.Name, (CommandOutputOptions)file.Flags))];

    private static (string Name, int Flags)[] ReadFiles(ref MsgPackReader reader)
    {
        var files = new (string, int)[reader.ReadArrayHeader()];
        for (var i = 0; i < files.Length; i++)
        {
            var fields = reader.ReadArrayHeader();
            if (fields < 2)
                throw new ProtocolException("a command is malformed: a file of it is not a name and its flags");
            files[i] = (reader.ReadString(), (int)ReadNumber(ref reader, "flags", int.MaxValue));
            for (; fields > 2; fields--)
                reader.Skip();
        }

        return files;
    }

    private static Dictionary<string, string?> ReadEnvironment(ref MsgPackReader reader)
    {
        var count = reader.ReadMapHeader();
        var environment = new Dictionary<string, string?>(count);
        for (; count > 0; count--)
        {
            var name = Text(reader.ReadString(), "the name of a variable");
            if (name.Length == 0 || name.Contains('=', StringComparison.Ordinal))
                throw new ProtocolException($"'{name}' cannot be the name of a variable");
            environment[name] = reader.TryReadNil() ? null : Text(reader.ReadString(), $"the variable {name}");
        }

        return environment;
    }

    private static long ReadNumber(ref MsgPackReader reader, string key, long most = long.MaxValue)
    {
        var value = reader.ReadInt64();
        return value >= 0 && value <= most ? value : throw new ProtocolException($"a command is malformed: {value} cannot be its {key}");
    }

    // The system would take it for the end of the text.
    private static string Text(string value, string what) => value.Contains('\0', StringComparison.Ordinal)
        ? throw new ProtocolException($"{what} has a zero byte in it")
        : value;

    private static void WriteFiles(MsgPackWriter writer, (string Name, int Flags)[] files)
    {
        writer.WriteArrayHeader(files.Length);
        foreach (var (name, flags) in files)
        {
            writer.WriteArrayHeader(2);
            writer.Write(name);
            writer.Write(flags);
        }
    }

    private void WriteEnvironment(MsgPackWriter writer)
    {
        writer.WriteMapHeader(Environment.Count);
        foreach (var (name, value) in Environment)
        {
            writer.Write(name);
            if (value is null)
                writer.WriteNil();
            else
                writer.Write(value);
        }
    }
}
