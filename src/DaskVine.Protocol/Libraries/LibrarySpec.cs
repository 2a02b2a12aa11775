using DaskVine.Protocol.Commands;
using DaskVine.Protocol.MsgPack;

namespace DaskVine.Protocol.Libraries;

/// <summary>
/// All that makes the processes of a library what they are. Two libraries with the same bytes are one. The bytes are a MessagePack map whose keys
/// are in "Libraries" of ARCHITECTURE.md.
/// </summary>
public sealed record LibrarySpec
{
    private static readonly string[] s_modes = ["fork", "fork-per-call", "direct", "spawn", "threads"];
    private static readonly string[] s_runtimes = ["python", "dotnet"];

    /// <summary>For people.</summary>
    public required string Name { get; init; }

    public LibraryRuntime Runtime { get; init; }

    public ExecMode Mode { get; init; }

    /// <summary>How many calls may run beside each other at a worker; 0 for as many as it has cores for.</summary>
    public int Slots { get; init; }

    /// <summary>Cores of the worker that all of its slots share; 0 for one per slot.</summary>
    public int Cores { get; init; }

    /// <summary>Bytes of memory that the library keeps for as long as it is there; 0 when nothing was said.</summary>
    public long Memory { get; init; }

    /// <summary>What is imported before any call.</summary>
    public IReadOnlyList<string> Modules { get; init; } = [];

    /// <summary>
    /// What is called once before any call; null for nothing. The affair of its runtime: the pickle of (function, args, kwargs), or a map of a .NET
    /// function and its arguments.
    /// </summary>
    public ReadOnlyMemory<byte>? Setup { get; init; }

    /// <summary>Variables that are set for its processes.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>A shell command that comes before the interpreter's, such as <c>. ./setup.sh &amp;&amp;</c>, or empty.</summary>
    public string Command { get; init; } = "";

    /// <summary>Under which relative paths the last inputs of each of its calls are in the directory where it starts.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary>Names of the content of <see cref="Inputs"/>, so that libraries that differ in it are not one. Written, and read by nobody.</summary>
    public IReadOnlyList<string> Contents { get; init; } = [];

    /// <summary>The one of <see cref="Inputs"/> that is an unpacked environment with <c>bin/run_in_env</c> or <c>bin/python</c>, or empty.</summary>
    public string PackedEnvironment { get; init; } = "";

    /// <summary>Whether each call runs in a directory of its own that is removed afterwards.</summary>
    public bool Sandbox { get; init; }

    /// <summary>How often a process that ends before it is set up is started again, before its calls fail; null for the worker's default.</summary>
    public int? Retries { get; init; }

    /// <summary>Cores that each of its calls takes.</summary>
    public int CoresPerCall => Slots > 0 && Cores > Slots ? Cores / Slots : 1;

    /// <summary>Whether a worker may have more cores than its calls can use.</summary>
    public bool IsLimited => Mode == ExecMode.Direct || Slots > 0;

    /// <summary>How many of its calls run beside each other at a worker.</summary>
    /// <param name="cores">Those of the worker; at least one call runs, however few they are.</param>
    public int CallsAtOnce(int cores)
    {
        var most = Math.Max(1, cores / CoresPerCall);
        return Mode == ExecMode.Direct ? 1 : Slots > 0 ? Math.Min(Slots, most) : most;
    }

    /// <exception cref="ProtocolException">Malformed, or it asks for what cannot be; the message says what.</exception>
    public static LibrarySpec Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Checked(ReadMap(bytes));
        }
        catch (MsgPackException e)
        {
            throw new ProtocolException($"a library is malformed: {e.Message}", e);
        }
    }

    public byte[] ToBytes()
    {
        var writer = new MsgPackWriter();
        // As long as there was one runtime only, nobody named it.
        writer.WriteMapHeader((Runtime == LibraryRuntime.Python ? 13 : 14) + (Contents.Count > 0 ? 1 : 0));
        Write(writer, "name", Name);
        if (Runtime != LibraryRuntime.Python)
            Write(writer, "runtime", s_runtimes[(int)Runtime]);
        Write(writer, "exec", s_modes[(int)Mode]);
        Write(writer, "slots", Slots);
        Write(writer, "cores", Cores);
        Write(writer, "memory", Memory);
        Write(writer, "modules", Modules);
        writer.Write("setup");
        if (Setup is { } setup)
            writer.WriteBinary(setup.Span);
        else
            writer.WriteNil();
        writer.Write("env");
        writer.WriteMapHeader(Environment.Count);
        foreach (var (name, value) in Environment)
            Write(writer, name, value);
        Write(writer, "command", Command);
        Write(writer, "inputs", Inputs);
        if (Contents.Count > 0)
            Write(writer, "contents", Contents);
        Write(writer, "environment", PackedEnvironment);
        writer.Write("sandbox");
        writer.Write(Sandbox);
        writer.Write("retries");
        if (Retries is { } retries)
            writer.Write(retries);
        else
            writer.WriteNil();
        return writer.ToArray();
    }

    private static LibrarySpec ReadMap(ReadOnlySpan<byte> bytes)
    {
        var reader = new MsgPackReader(bytes);
        var spec = new LibrarySpec { Name = "" };
        for (var count = reader.ReadMapHeader(); count > 0; count--)
        {
            switch (reader.ReadString())
            {
                case "name": spec = spec with { Name = reader.ReadString() }; break;
                case "runtime": spec = spec with { Runtime = (LibraryRuntime)ReadName(ref reader, s_runtimes, "runtime") }; break;
                case "exec": spec = spec with { Mode = (ExecMode)ReadName(ref reader, s_modes, "exec mode") }; break;
                case "slots": spec = spec with { Slots = (int)ReadNumber(ref reader, "slots", int.MaxValue) }; break;
                case "cores": spec = spec with { Cores = (int)ReadNumber(ref reader, "cores", int.MaxValue) }; break;
                case "memory": spec = spec with { Memory = ReadNumber(ref reader, "memory", long.MaxValue) }; break;
                case "modules": spec = spec with { Modules = ReadTexts(ref reader) }; break;
                case "setup": spec = spec with { Setup = reader.TryReadNil() ? (ReadOnlyMemory<byte>?)null : reader.ReadBinary().ToArray() }; break;
                case "env": spec = spec with { Environment = ReadEnvironment(ref reader) }; break;
                case "command": spec = spec with { Command = reader.ReadString() }; break;
                case "inputs": spec = spec with { Inputs = ReadTexts(ref reader) }; break;
                case "environment": spec = spec with { PackedEnvironment = reader.ReadString() }; break;
                case "sandbox": spec = spec with { Sandbox = reader.ReadBoolean() }; break;
                case "retries": spec = spec with { Retries = reader.TryReadNil() ? null : (int)ReadNumber(ref reader, "retries", int.MaxValue - 1) }; break;
                default: reader.Skip(); break;
            }
        }

        return reader.End ? spec : throw new ProtocolException("a library is malformed: bytes follow its map");
    }

    private static LibrarySpec Checked(LibrarySpec spec)
    {
        if (spec.Runtime == LibraryRuntime.Dotnet)
            CheckDotnet(spec);
        else if (spec.Mode == ExecMode.Threads)
            throw new ProtocolException($"library {spec.Name} has exec mode threads, which is for .NET functions: Python functions run in fork, fork-per-call, direct or spawn");
        if (spec is { Mode: ExecMode.Direct, Slots: > 1 })
            throw new ProtocolException($"library {spec.Name} has {spec.Slots} slots, but in exec mode direct one call runs at a time");
        if (spec.Cores > 0 && spec.Slots > spec.Cores)
            throw new ProtocolException($"library {spec.Name} has {spec.Slots} slots on {spec.Cores} cores; there can be one for each core");
        if (spec.PackedEnvironment.Length > 0 && !spec.Inputs.Contains(spec.PackedEnvironment))
            throw new ProtocolException($"library {spec.Name} runs in the environment {spec.PackedEnvironment}, which is none of its inputs");
        SandboxNames.Check(spec.Inputs, [], $"library {spec.Name}");
        return spec;
    }

    private static void CheckDotnet(LibrarySpec spec)
    {
        if (spec.Mode != ExecMode.Threads)
            throw new ProtocolException($"library {spec.Name} is of .NET functions, which run in exec mode threads, and not in {s_modes[(int)spec.Mode]}");
        if (spec.Modules.Count > 0)
            throw new ProtocolException($"library {spec.Name} is of .NET functions and is to import {spec.Modules[0]}: name its assemblies among its inputs");
        if (spec.PackedEnvironment.Length > 0)
            throw new ProtocolException($"library {spec.Name} is of .NET functions, which run in no Python environment such as {spec.PackedEnvironment}");
        if (spec.Sandbox)
            throw new ProtocolException($"library {spec.Name} is of .NET functions: its calls share one process, and can have no directories of their own");
    }

    private static int ReadName(ref MsgPackReader reader, string[] names, string what)
    {
        var text = reader.ReadString();
        var index = Array.IndexOf(names, text);
        return index >= 0 ? index : throw new ProtocolException($"'{text}' is no {what} of a library, but: {string.Join(", ", names)}");
    }

    private static string[] ReadTexts(ref MsgPackReader reader)
    {
        var texts = new string[reader.ReadArrayHeader()];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = reader.ReadString();
        return texts;
    }

    private static Dictionary<string, string> ReadEnvironment(ref MsgPackReader reader)
    {
        var count = reader.ReadMapHeader();
        var environment = new Dictionary<string, string>(count);
        for (; count > 0; count--)
        {
            var name = reader.ReadString();
            if (name.Length == 0 || name.Contains('=', StringComparison.Ordinal) || name.Contains('\0', StringComparison.Ordinal))
                throw new ProtocolException($"'{name}' cannot be the name of a variable");
            environment[name] = reader.ReadString();
        }

        return environment;
    }

    private static long ReadNumber(ref MsgPackReader reader, string key, long most)
    {
        var value = reader.ReadInt64();
        return value >= 0 && value <= most ? value : throw new ProtocolException($"a library is malformed: {value} cannot be its {key}");
    }

    private static void Write(MsgPackWriter writer, string key, string value)
    {
        writer.Write(key);
        writer.Write(value);
    }

    private static void Write(MsgPackWriter writer, string key, long value)
    {
        writer.Write(key);
        writer.Write(value);
    }

    private static void Write(MsgPackWriter writer, string key, IReadOnlyList<string> values)
    {
        writer.Write(key);
        writer.WriteArrayHeader(values.Count);
        foreach (var value in values)
            writer.Write(value);
    }
}
