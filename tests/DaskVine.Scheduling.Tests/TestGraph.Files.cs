using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <content>Declared files and commands, which are sent at once: a session that stays open.</content>
internal sealed partial class TestGraph
{
    /// <summary>Results go to the manager.</summary>
    public TestGraph Returns()
    {
        _returns = true;
        return this;
    }

    public TestGraph PruneDepth(int depth)
    {
        _pruneDepth = depth;
        return this;
    }

    /// <summary>A declared file; its source is <c>/key</c> for paths, <c>http://key</c> for URLs.</summary>
    public TestGraph File(string key, FileKind kind, long size = TestWorker.LargeSize, bool shared = true)
    {
        Open();
        var source = kind switch
        {
            FileKind.Url => $"http://{key}",
            FileKind.Path or FileKind.Shared => $"/{key}",
            _ => "",
        };
        environment.NameSource(key, source);
        client.Sends(new SubmitFiles(number, Next(key), [new DeclaredFile(kind, source, "", size, CacheLevel.Workflow, shared)]));
        return this;
    }

    public TestGraph Command(string key, string[] inputs, string[] outputs, bool mini = false) =>
        Command(key, SchedulerEnvironment.Bytes(key), inputs, outputs, mini);

    /// <summary>A command that takes cores, and runs only where its inputs <paramref name="held"/> are already.</summary>
    public TestGraph Command(string key, int cores, string[]? held = null, string[]? outputs = null)
    {
        var spec = new CommandSpec
        {
            Command = key,
            Cores = cores,
            Inputs = [.. (held ?? []).Select(input => new CommandInput(input, CommandInputOptions.Held))],
            Outputs = [.. (outputs ?? []).Select(output => new CommandOutput(output))],
        };
        return Command(key, spec.ToBytes(), held ?? [], outputs ?? [], mini: false);
    }

    private TestGraph Command(string key, byte[] body, string[] inputs, string[] outputs, bool mini)
    {
        Open();
        environment.NameInputs(key, inputs);
        environment.NameOutputs(key, outputs);
        int[] reads = [.. inputs.Select(input => _keys.IndexOf(input))];
        int[] makes = [.. outputs.Select(output => _keys.IndexOf(output))];
        client.Sends(new SubmitCommand(number, Next(key), body, reads, makes, key, _options, mini));
        return this;
    }

    /// <summary>The whole content of a file of kind data, which spells its key.</summary>
    public void Data(string key) => client.Sends(new FileData(number, _keys.IndexOf(key), 0, SchedulerEnvironment.Bytes(key)));

    public void Want(params string[] keys) => client.Sends(new Want(number, [.. keys.Select(key => _keys.IndexOf(key))]));

    public void Prune(params string[] keys) => client.Sends(new Prune(number, [.. keys.Select(key => _keys.IndexOf(key))], false));

    public void Forget(params string[] keys) => client.Sends(new Prune(number, [.. keys.Select(key => _keys.IndexOf(key))], true));

    private int Next(string key)
    {
        _keys.Add(key);
        _nodes.Add(new GraphNode(null, default, [], key));
        return _sent++;
    }
}
