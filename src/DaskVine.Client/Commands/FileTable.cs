using DaskVine.Protocol.Records;
using DaskVine.Transfers;

namespace DaskVine.Client;

/// <summary>The files of one client, and how they become nodes of its graph. For any number of threads.</summary>
/// <param name="graph">Whose nodes they are.</param>
/// <param name="isNear">Whether the manager sees the same files; else it is sent what is in them.</param>
internal sealed partial class FileTable(CommandGraph graph, Func<bool> isNear)
{
    private readonly Dictionary<string, LocalFile> _paths = [];

    /// <summary>The file at a path: the same as before, then kept as long as either is to be, unless that was undeclared.</summary>
    public VineFile DeclarePath(string path, CacheLevel level, bool isShared)
    {
        lock (graph.Gate)
        {
            if (!_paths.TryGetValue(path, out var file) || file.IsGone)
                return _paths[path] = new LocalFile(this, path, level, isShared);
            var isWeaker = level > file.Level || (file.IsShared && !isShared);
            (file.Level, file.IsShared) = ((CacheLevel)Math.Max((int)level, (int)file.Level), file.IsShared && isShared);
            // What was sent says otherwise; its next user sends it anew.
            if (!file.IsAwaited && (isWeaker || (Directory.Exists(path) && ContentNames.Signature(path) != file.Signature)))
                file.Node = null;
            return file;
        }
    }

    /// <summary>The node of an input, which is declared now unless it was; null when there is nothing to declare.</summary>
    /// <exception cref="VineException">It is of another Vine, or was undeclared.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public int? NodeOf(VineFile file)
    {
        Check(file);
        int?[] madeOf = file is MiniTaskFile mini ? [.. mini.Task.Inputs.Select(input => NodeOf(input.File))] : [];
        // It takes its time when the file is large.
        var content = file is LocalFile local && IsStale(file) ? Content.Of(local) : null;
        Unsent? unsent;
        lock (graph.Gate)
        {
            if (!IsStale(file))
                return file.Node;
            unsent = file switch
            {
                LocalFile path => DeclareLocal(path, content ?? Content.Of(path)),
                BufferFile buffer => DeclareBuffer(buffer),
                UrlFile => Declared(file, FileKind.Url, file.Text),
                MiniTaskFile made when !madeOf.Contains(null) => DeclareMini(made, [.. madeOf.Select(node => node!.Value)]),
                _ => null,
            };
        }

        if (unsent is not null)
            Send(file, unsent);
        return file.Node;
    }

    /// <summary>A new node for what a command will make of it.</summary>
    public int OutputNode(VineFile file)
    {
        file.Name = "";
        file.IsAwaited = true;
        return Declare(file, FileKind.Output);
    }

    /// <summary>The command that was to make it as this node is done.</summary>
    public static void Settle(VineFile file, int node, bool isThere)
    {
        if (file.Node != node)
            return;
        file.IsAwaited = false;
        if (file is LocalFile local)
            local.Signature = isThere ? ContentNames.Signature(local.Path) : null;
        if (!isThere)
            file.Node = null;
    }

    /// <exception cref="VineException">It is of another Vine, or was undeclared.</exception>
    public void Check(VineFile file)
    {
        if (file.Owner != this)
            throw new VineException($"{file.Text} was declared by another Vine");
        if (file.IsGone)
            throw new VineException($"{file.Text} was undeclared");
    }

    private static bool IsStale(VineFile file)
    {
        if (file.Node is null || file is not LocalFile local || file.IsAwaited)
            return file.Node is null;
        // It has changed since; what is gone may still be with the workers.
        return File.Exists(local.Path) && ContentNames.Signature(local.Path) != local.Signature;
    }

    private int Declare(VineFile file, FileKind kind, string source = "")
    {
        var size = kind == FileKind.Output ? 0 : file.Size;
        var node = graph.Declare(kind, source, file.Name, size, file.Level, file.IsShared);
        file.TakeNode(node);
        return node;
    }

    private Unsent? Declared(VineFile file, FileKind kind, string source)
    {
        Declare(file, kind, source);
        return null;
    }

    private Unsent? DeclareLocal(LocalFile file, Content content)
    {
        file.Node = null;
        (file.Signature, file.Name, file.Size) = (content.Signature, content.Name, content.Size);
        if (file.Signature is null)
            return null;
        if (isNear())
            return Declared(file, FileKind.Path, file.Path);
        if (Directory.Exists(file.Path))
            return DeclareRemoteDirectory(file);
        var opened = File.OpenRead(file.Path);
        return new Unsent(Declare(file, FileKind.Data), opened, file.Size);
    }

    private Unsent? DeclareBuffer(BufferFile file)
    {
        if (file.Data is not { } data)
            return null;
        (file.Name, file.Size) = (ContentNames.OfBytes(data.Span), data.Length);
        return new Unsent(Declare(file, FileKind.Data), new MemoryStream(data.ToArray(), writable: false), data.Length);
    }

    private Unsent? DeclareMini(MiniTaskFile file, int[] inputs)
    {
        var spec = file.Task.ToSpec(file.Source);
        var names = file.Task.Inputs.Select(input => input.File.Name).ToArray();
        // Inputs without a name may be anything, and so is what is made of them.
        file.Name = names.Contains("") ? "" : ContentNames.OfTask($"{string.Join('\n', names)}\n{Convert.ToHexString(spec.ToBytes())}");
        var node = Declare(file, FileKind.Output);
        graph.Submit(file.Task, spec, inputs, [node], isMini: true);
        return null;
    }

    // A directory travels as an archive, which every worker unpacks.
    private Unsent DeclareRemoteDirectory(LocalFile file)
    {
        var archive = new FileStream(Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 4096, FileOptions.DeleteOnClose);
        try
        {
            var source = TarSource.Find(file.Path, out var why) ?? throw new IOException(why);
            source.WriteTo(archive);
            archive.Position = 0;
        }
        catch
        {
            archive.Dispose();
            throw;
        }

        var packed = graph.Declare(FileKind.Data, "", $"{file.Name}-tar", archive.Length, file.Level, file.IsShared);
        file.Nodes.Add(packed);
        var unpack = Unpacking(file);
        graph.Submit(unpack, unpack.ToSpec(Unpacked), [packed], [Declare(file, FileKind.Output)], isMini: true);
        return new Unsent(packed, archive, archive.Length);
    }

    private void Send(VineFile file, Unsent unsent)
    {
        using var content = unsent.Content;
        try
        {
            graph.Send(unsent.Node, content, unsent.Size);
        }
        catch (IOException)
        {
            lock (graph.Gate)
            {
                graph.Prune(file.Node is { } node ? [unsent.Node, node] : [unsent.Node], forget: true);
                file.Node = null;
            }

            throw;
        }
    }

    private sealed record Unsent(int Node, Stream Content, long Size);

    // What is at a path; the signature is null when nothing is there.
    private sealed record Content(string? Signature, string Name, long Size)
    {
        public static Content Of(LocalFile file)
        {
            var signature = ContentNames.Signature(file.Path);
            if (signature is null)
                return new Content(null, "", 0);
            if (signature == file.Signature && file.Name.Length > 0)
                return new Content(signature, file.Name, file.Size);
            var (name, size) = ContentNames.OfPath(file.Path);
            return new Content(signature, name, size);
        }
    }
}
