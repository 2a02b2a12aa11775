using System.Text;

namespace DaskVine.Client;

/// <content>
/// Shell commands and their files, in the manner of TaskVine. Of a file, <c>cache</c> says how long workers keep it, and <c>peerTransfer</c> whether
/// they get it from each other.
/// </content>
public sealed partial class Vine
{
    /// <summary>
    /// A file or directory at a path of this machine: as an input it is sent, anew when it has changed since its last use; as an output it comes here
    /// when its command is done.
    /// </summary>
    public VineFile DeclareFile(string path, CacheLevel cache = CacheLevel.Task, bool peerTransfer = true) =>
        _commands.Files.DeclarePath(Path.GetFullPath(path), cache, peerTransfer);

    /// <summary>Bytes of this process; as an output, <see cref="VineFile.Data"/> has them when its command is done.</summary>
    public VineFile DeclareBuffer(ReadOnlyMemory<byte>? data = null, CacheLevel cache = CacheLevel.Task, bool peerTransfer = true) =>
        _commands.Files.DeclareBuffer(data, cache, peerTransfer);

    /// <summary>Text, as UTF-8.</summary>
    public VineFile DeclareBuffer(string text, CacheLevel cache = CacheLevel.Task, bool peerTransfer = true) =>
        DeclareBuffer(Encoding.UTF8.GetBytes(text), cache, peerTransfer);

    /// <summary>What stays with the workers: an output of one command, for others to read. It is made again when it is lost.</summary>
    public VineFile DeclareTemp() => _commands.Files.DeclareTemporary();

    /// <summary>
    /// What workers download: http, https, or a file: URL of theirs. Its server is asked now (HEAD, 30 s) what tells this content from another.
    /// </summary>
    /// <exception cref="VineException">The server does not answer or has no such file, or it is another sort of URL.</exception>
    public VineFile DeclareUrl(string url, CacheLevel cache = CacheLevel.Task, bool peerTransfer = true) =>
        _commands.Files.DeclareUrl(url, cache, peerTransfer);

    /// <summary>What a command makes at a path in its directory, at each worker that needs it; the task is not submitted.</summary>
    /// <exception cref="VineException">A file is of another Vine, or a name is no path in the command's directory.</exception>
    public VineFile DeclareMiniTask(CommandTask task, string source, CacheLevel cache = CacheLevel.Task, bool peerTransfer = true) =>
        _commands.Files.DeclareMini(task, source, cache, peerTransfer);

    /// <summary>The directory that is in an archive, of any compression that workers' tar knows, unpacked once per worker.</summary>
    /// <exception cref="VineException">The file is of another Vine.</exception>
    public VineFile DeclareUntar(VineFile archive, CacheLevel cache = CacheLevel.Task, bool peerTransfer = true) =>
        _commands.Files.DeclareUntar(archive, cache, peerTransfer);

    /// <summary>The bytes of a file, from wherever they are; of a directory that workers have its tar stream.</summary>
    /// <exception cref="VineException">It cannot be had; says why.</exception>
    public Task<ReadOnlyMemory<byte>> FetchAsync(VineFile file, CancellationToken cancellation = default) =>
        _commands.Files.FetchAsync(file, cancellation);

    /// <summary>Deletes it at all workers. A command that needs it has it brought or made again.</summary>
    /// <exception cref="VineException">It is of another Vine, or was undeclared.</exception>
    public void Prune(VineFile file) => _commands.Files.Prune(file);

    /// <summary>Commands that are submitted from now on do not use it: workers delete it when nobody needs it any more.</summary>
    public void Undeclare(VineFile file) => _commands.Files.Undeclare(file);

    /// <summary>Has a command run; <see cref="WaitAsync"/> tells when it is done. Large inputs are sent before it returns.</summary>
    /// <exception cref="VineException">It was submitted before, has a file or a name that cannot be, or the manager is gone.</exception>
    public void Submit(CommandTask task) => _commands.Submit(task);

    /// <summary>The next command that was submitted and is done, with its outputs here; null when none is left.</summary>
    /// <exception cref="ManagerLostException">The manager is gone.</exception>
    public Task<CommandTask?> WaitAsync(CancellationToken cancellation = default) => _commands.WaitAsync(cancellation);

    /// <summary>Has a command run and waits until it is done, with its outputs here.</summary>
    /// <exception cref="VineException">It was submitted before, has a file or a name that cannot be, or the manager is gone.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled, and is so at the manager.</exception>
    public Task RunAsync(CommandTask task, CancellationToken cancellation = default) => _commands.RunAsync(task, cancellation);

    /// <summary>Ends a command that is not done, with the result Cancelled; whether it was so.</summary>
    public bool Cancel(CommandTask task) => _commands.Cancel(task);
}
