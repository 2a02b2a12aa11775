using DaskVine.Protocol;
using DaskVine.Protocol.Libraries;
using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState.Tests;

/// <summary>The functions and libraries of a manager: each has a number while the manager knows it, and is sent before it is named.</summary>
internal sealed class RandomCode(Random random)
{
    private const int Functions = 3;

    private static readonly LibrarySpec?[] s_libraries =
    [
        null,
        new() { Name = "fork", Memory = 100_000, Inputs = ["x"] },
        new() { Name = "one", Mode = ExecMode.ForkPerCall, Slots = 2, Memory = 80_000 },
        new() { Name = "spawn", Mode = ExecMode.Spawn, Slots = 1, Cores = 2, Memory = 60_000, Inputs = ["x"] },
        new() { Name = "direct", Mode = ExecMode.Direct },
        new() { Name = "threads", Runtime = LibraryRuntime.Dotnet, Mode = ExecMode.Threads, Memory = 50_000 },
        new() { Name = "large", Slots = 1, Cores = 5 },
    ];

    // What the manager knows, and the number of each.
    private readonly Dictionary<string, FunctionCode> _known = [];
    private int _last;

    /// <summary>A call of one or two functions, and what has to be received before it.</summary>
    public IEnumerable<WorkerEvent> Assign(long task, int attempt, long[] files)
    {
        int[] functions = [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => random.Next(Functions)).Distinct()];
        var library = s_libraries[random.Next(4) == 0 ? 0 : random.Next(s_libraries.Length)];
        if (library is { Inputs.Count: > 0 } && files.Length == 0)
            files = [random.Next(5)];
        foreach (var function in functions)
        {
            // Some have as much code as is better inherited.
            if (TryLearn($"f{function}", new byte[function == 0 ? 70_000 : 10], out var received))
                yield return received;
        }

        if (library is not null && TryLearn(library.Name, library.ToBytes(), out var spec))
            yield return spec;
        yield return new AssignReceived(CoreHarness.Call(task, attempt, TaskMode.FunctionCalls, files) with
        {
            Functions = [.. functions.Select(function => _known[$"f{function}"].Number)],
            Library = library is null ? null : _known[library.Name].Number,
        });
    }

    /// <summary>One that the manager knows is not, or nothing.</summary>
    public IEnumerable<WorkerEvent> Forget()
    {
        if (_known.Count == 0)
            return [];
        var (name, code) = _known.ElementAt(random.Next(_known.Count));
        _known.Remove(name);
        return [new FunctionsForgotten([code.Number])];
    }

    /// <summary>What a worker is told that is linked again.</summary>
    public IEnumerable<WorkerEvent> All() => _known.Values.Select(code => new FunctionReceived(code));

    /// <summary>Another manager gives numbers anew.</summary>
    public void Clear()
    {
        _known.Clear();
        _last = CoreHarness.Function;
    }

    private bool TryLearn(string name, byte[] code, out FunctionReceived received)
    {
        received = null!;
        if (_known.ContainsKey(name))
            return false;
        _last = Math.Max(_last, CoreHarness.Function) + 1;
        _known.Add(name, new FunctionCode(_last, new byte[16], name, code));
        received = new FunctionReceived(_known[name]);
        return true;
    }
}
