using DaskVine.Protocol;
using DaskVine.Protocol.Commands;

namespace DaskVine.Client;

/// <content>What is done with files beside giving them to commands.</content>
internal sealed partial class FileTable
{
    private const string Unpacked = "content";

    public VineFile DeclareBuffer(ReadOnlyMemory<byte>? data, CacheLevel level, bool isShared) => new BufferFile(this, data, level, isShared);

    public VineFile DeclareTemporary() => new TemporaryFile(this);

    /// <exception cref="VineException">It cannot be had.</exception>
    public VineFile DeclareUrl(string url, CacheLevel level, bool isShared)
    {
        var (name, size) = UrlNames.Of(url);
        return new UrlFile(this, url, level, isShared) { Name = name, Size = size };
    }

    /// <exception cref="VineException">A name is none in a sandbox, or a file is of another Vine.</exception>
    public VineFile DeclareMini(CommandTask task, string source, CacheLevel level, bool isShared)
    {
        foreach (var input in task.Inputs)
            Check(input.File);
        CheckSpec(task.ToSpec(source));
        return new MiniTaskFile(this, task, source, level, isShared);
    }

    public VineFile DeclareUntar(VineFile archive, CacheLevel level, bool isShared) =>
        DeclareMini(Unpacking(archive), Unpacked, level, isShared);

    /// <summary>Its bytes, from wherever they are; of a directory with the workers its tar stream.</summary>
    /// <exception cref="VineException">It cannot be had; says why.</exception>
    public async Task<ReadOnlyMemory<byte>> FetchAsync(VineFile file, CancellationToken cancellation)
    {
        Check(file);
        try
        {
            if (file is LocalFile local)
                return await File.ReadAllBytesAsync(local.Path, cancellation).ConfigureAwait(false);
            if (file.Data is { } data)
                return data;
            var node = await Task.Run(() => NodeOf(file), cancellation).ConfigureAwait(false)
                ?? throw new VineException($"{file.Text} cannot be had: no command makes it");
            return await FetchAsync(file, node).WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VineException($"{file.Text} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Deletes it at all workers; who needs it again brings it or makes it again.</summary>
    public void Prune(VineFile file)
    {
        Check(file);
        lock (graph.Gate)
        {
            if (file.Node is { } node)
                graph.Prune([node], forget: false);
        }

        graph.Flush();
    }

    /// <summary>It will not be used by commands that are submitted from now on.</summary>
    public void Undeclare(VineFile file)
    {
        lock (graph.Gate)
        {
            if (file.Owner != this || file.IsGone)
                return;
            file.IsGone = true;
            file.Node = null;
            graph.Prune(file.Nodes, forget: true);
        }

        graph.Flush();
    }

    /// <exception cref="VineException">It is not what a worker would take, such as a name that leaves the sandbox.</exception>
    public static void CheckSpec(CommandSpec spec)
    {
        try
        {
            CommandSpec.Read(spec.ToBytes());
        }
        catch (ProtocolException e)
        {
            throw new VineException(e.Message, e);
        }
    }

    private async Task<ReadOnlyMemory<byte>> FetchAsync(VineFile file, int node)
    {
        var came = new TaskCompletionSource<ReadOnlyMemory<byte>>(TaskCreationOptions.RunContinuationsAsynchronously);
        graph.Want(node, new Arrival<ReadOnlyMemory<byte>>(
            new MemorySink(),
            data => came.TrySetResult(data),
            reason => came.TrySetException(new VineException($"{file.Text} cannot be had: {reason}"))));
        graph.Flush();
        await (await Task.WhenAny(came.Task, graph.Ended).ConfigureAwait(false)).ConfigureAwait(false);
        return await came.Task.ConfigureAwait(false);
    }

    private static CommandTask Unpacking(VineFile archive) =>
        new CommandTask($"mkdir {Unpacked} && tar -xf archive -C {Unpacked}").AddInput(archive, "archive");
}
