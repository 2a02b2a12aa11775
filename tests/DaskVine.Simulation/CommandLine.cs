namespace DaskVine.Simulation;

/// <summary>Arguments of the program: which seeds, and what to set instead of drawing it.</summary>
internal sealed record CommandLine
{
    public const string Usage = """
        --seed N | --seeds A..B   which worlds (default 1..200)
        --minutes M               go on with further seeds for so long
        --trace                   print what happens
        --faults off              none of them
        --workers --cores --clients --graphs --tasks N
        --shape SHAPE             independent, chain, reduction, diamonds, layers, broadcast, random
        --duration-us N           of a task
        --large-percent N         of outputs
        --asking-percent N        of graphs ask for workers, resources, locks, …
        --large-bytes N           of an output at most
        --replicas --prune-depth --per-host N
        --declared-percent N      of nodes without inputs are files that clients declare
        --session-percent N       of graphs are sessions of commands
        --maker-percent N         of their files are made wherever they are read
        --disk N                  bytes that a worker's cache may hold
        --library-percent N       of graphs have calls that libraries run
        --closed-percent N        of pairs of workers cannot reach each other
        --client-credit N         bytes, of the links with clients
        --table NAME              print a scenario: environment, spread, storage, locality, replicas
        --sabotage KIND           break something, to see it found
        """;

    public ulong First { get; private init; } = 1;

    public ulong Last { get; private init; } = 200;

    public double Minutes { get; private init; }

    public bool Trace { get; private init; }

    /// <summary>Scenarios to print instead of running seeds.</summary>
    public List<Action<TextWriter>> Tables { get; } = [];

    // Applied to what was drawn, in order, each with the words that asked for it.
    private List<(string Words, Func<SimulationOptions, SimulationOptions> Set)> Changes { get; } = [];

    public static CommandLine Parse(IReadOnlyList<string> words)
    {
        var line = new CommandLine();
        for (var i = 0; i < words.Count; i++)
        {
            if (words[i] == "--trace")
                line = line with { Trace = true };
            else if (i + 1 < words.Count)
                line = line.With(words[i], words[++i]);
            else
                throw new FormatException($"'{words[i]}' needs a value");
        }

        return line;
    }

    public SimulationOptions OptionsOf(ulong seed) => Changes.Aggregate(WorldDraw.Of(seed), (options, change) => change.Set(options));

    /// <summary>What to type to have one world again.</summary>
    public string ArgumentsOf(ulong seed) => string.Join(' ', Changes.Select(change => change.Words).Prepend($"--seed {seed}"));

    private CommandLine With(string name, string value)
    {
        switch (name)
        {
            case "--seed":
                return this with { First = ulong.Parse(value), Last = ulong.Parse(value) };
            case "--seeds" when value.Split("..") is [var first, var last]:
                return this with { First = ulong.Parse(first), Last = ulong.Parse(last) };
            case "--table" when Scenarios.Tables.ByName.TryGetValue(value, out var table):
                Tables.Add(table);
                return this;
            case "--minutes": return this with { Minutes = double.Parse(value) };
            default:
                Changes.Add(($"{name} {value}", Change(name, value)));
                return this;
        }
    }

    private static Func<SimulationOptions, SimulationOptions> Change(string name, string value)
    {
        if (name == "--faults" && value == "off")
            return WorldDraw.WithoutFaults;
        if (name == "--shape")
            return Set(Enum.Parse<GraphShape>(value, ignoreCase: true), (options, shape) => options with { Shape = shape });
        if (name == "--sabotage")
            return Set(Enum.Parse<Sabotage>(value, ignoreCase: true), (options, kind) => options with { Sabotage = kind });
        var number = int.Parse(value);
        return name switch
        {
            "--workers" => options => options with { Workers = number },
            "--cores" => options => options with { CoresMax = number },
            "--clients" => options => options with { Clients = number },
            "--graphs" => options => options with { GraphsPerClient = number },
            "--tasks" => options => options with { TasksPerGraph = number, CheckEvery = 1 + (number / 100 * (number / 100)) },
            "--replicas" => options => options with { Replicas = number },
            "--prune-depth" => options => options with { PruneDepth = number },
            "--per-host" => options => options with { WorkersPerHost = number },
            "--large-bytes" => options => options with { LargeBytesMax = number },
            "--declared-percent" => options => options with { DeclaredFiles = number / 100.0 },
            "--session-percent" => options => options with { Sessions = number / 100.0 },
            "--maker-percent" => options => options with { Makers = number / 100.0 },
            "--library-percent" => options => options with { Libraries = number / 100.0 },
            "--disk" => options => options with { Disk = number },
            "--closed-percent" => options => options with { ClosedPairs = number / 100.0 },
            "--large-percent" => options => options with { LargeOutputs = number / 100.0 },
            "--asking-percent" => options => options with { AskingGraphs = number / 100.0 },
            "--client-credit" => options => options with { ClientCredit = number },
            "--duration-us" => options => options with { TaskDuration = TimeSpan.FromMicroseconds(number) },
            _ => throw new FormatException($"'{name}' is not known"),
        };
    }

    private static Func<SimulationOptions, SimulationOptions> Set<T>(T value, Func<SimulationOptions, T, SimulationOptions> set) =>
        options => set(options, value);
}
