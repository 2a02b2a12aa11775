namespace DaskVine.Client;

/// <content>Shell commands and their files, in the manner of TaskVine.</content>
public sealed partial class Vine
{
    /// <summary>A file at a path of this machine: as an input it is sent, as an output it comes here when its command is done.</summary>
    public VineFile DeclareFile(string path) => new(_commands, Path.GetFullPath(path), null);

    /// <summary>Bytes of this process; as an output, <see cref="VineFile.Data"/> has them when its command is done.</summary>
    public VineFile DeclareBuffer(ReadOnlyMemory<byte>? data = null) => new(_commands, null, data);

    /// <summary>What stays with the workers: an output of one command, for others to read.</summary>
    public VineFile DeclareTemp() => new(_commands, null, null, isTemporary: true);

    /// <summary>Has a command run; <see cref="WaitAsync"/> tells when it is done.</summary>
    /// <exception cref="VineException">It was submitted before, has files of another Vine, or the manager is gone.</exception>
    public void Submit(CommandTask task) => _commands.Submit(task);

    /// <summary>The next command that is done, or null when none is left.</summary>
    /// <exception cref="ManagerLostException">The manager is gone.</exception>
    public Task<CommandTask?> WaitAsync(CancellationToken cancellation = default) => _commands.WaitAsync(cancellation);
}
