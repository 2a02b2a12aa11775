using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;
using DaskVine.WorkerState;
using DaskVine.ZeroMq;

namespace DaskVine.Worker;

/// <summary>
/// The directory that one command runs in. Files of the cache appear in it as links, and are read-only from then on: a command that
/// writes into its input gets an error, unless it is root's or replaces the file. A directory of the cache is a symbolic link, and what a
/// command writes into it stays there.
/// </summary>
internal sealed class Sandbox(string path, CacheDirectory cache)
{
    // Whether a file is a program is not sent with it.
    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead
        | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const UnixFileMode Writable = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private readonly List<string> _inputs = [];

    /// <summary>Where the command runs.</summary>
    public string Path { get; } = $"{path}/box";

    /// <summary>Where it is to put temporary files.</summary>
    public string Temporary => $"{Path}/.tmp";

    /// <summary>Its standard output and error.</summary>
    public string Log { get; } = $"{path}/log";

    /// <summary>The command, when it is too long for an argument.</summary>
    public string Script { get; } = $"{path}/script";

    /// <summary>Makes the directory and puts the inputs there; returns the first that is not in the cache.</summary>
    /// <exception cref="IOException">It cannot be made here.</exception>
    public CommandInputLost? Make(CommandSpec spec, IReadOnlyList<TaskInput> inputs)
    {
        const UnixFileMode own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(path, own);
        Directory.CreateDirectory(Path);
        Directory.CreateDirectory(Temporary);
        for (var i = 0; i < inputs.Count; i++)
        {
            var place = MakeParent(spec.Inputs[i].Name);
            if (inputs[i].Value is { } value)
                WriteValue(place, value.Span);
            else if (!TryPlace(cache.FilePath(inputs[i].File), place, spec, spec.Inputs[i]))
                return new CommandInputLost(inputs[i].File, "it is not in the worker's cache, where it should be");
            _inputs.Add(place);
        }

        foreach (var output in spec.Outputs)
            MakeParent(output.Name);
        return null;
    }

    /// <summary>Path of an output that is a regular file here by now; null for anything else, as it may be elsewhere or never end.</summary>
    public string? FileAt(string name) => IsWithin(name) && FileTypes.Of($"{Path}/{name}") == FileType.File ? $"{Path}/{name}" : null;

    /// <summary>Moves an output out of the sandbox; returns its bytes, or null when it is not there.</summary>
    /// <exception cref="IOException">It cannot be moved, or is no file or directory.</exception>
    public long? Take(string name, string target)
    {
        var source = $"{Path}/{name}";
        switch (FileTypes.Of(source))
        {
            case FileType.None:
                return null;
            case FileType.Special:
                throw new IOException("it is neither a file nor a directory");
            case FileType.Symlink:
                return TakeLinked(source, target);
            case FileType.Directory when IsWithin(name):
                Directory.Move(source, target);
                return FileTree.Size(target);
            case FileType.File when IsWithin(name):
                File.Move(source, target, overwrite: true);
                break;
            default:
                FileTree.Copy(source, target);
                break;
        }

        return Finish(target);
    }

    /// <summary>Bytes in it, without its inputs.</summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public long Size()
    {
        if (!Directory.Exists(Path))
            throw new DirectoryNotFoundException("its sandbox is gone");
        var log = new FileInfo(Log);
        return FileTree.Size(Path, but: _inputs) + (log.Exists ? log.Length : 0);
    }

    public void Remove()
    {
        if (Directory.Exists(path))
            FileTree.Remove(path);
    }

    private string MakeParent(string name)
    {
        var place = $"{Path}/{name}";
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(place)!);
        return place;
    }

    private static void WriteValue(string place, ReadOnlySpan<byte> value)
    {
        File.WriteAllBytes(place, value);
        File.SetUnixFileMode(place, ReadOnly | UnixFileMode.UserWrite);
    }

    private static bool TryPlace(string source, string place, CommandSpec spec, CommandInput input)
    {
        var type = FileTypes.Of(source);
        // Also when it is a link to what is elsewhere, which may have gone.
        if (!File.Exists(source) && !Directory.Exists(source))
            return false;
        // What is to leave with an output must not lead back into this cache.
        if (spec.Outputs.Any(output => input.Name.StartsWith($"{output.Name}/", StringComparison.Ordinal)))
        {
            FileTree.Copy(source, place);
            return true;
        }

        if (type == FileType.File && MakeReadOnly(source) && !input.Options.HasFlag(CommandInputOptions.Symlink)
            && HardLink.TryCreate(source, place, out _))
            return true;
        File.CreateSymbolicLink(place, source);
        return true;
    }

    private static bool MakeReadOnly(string file)
    {
        try
        {
            if (File.GetUnixFileMode(file) != ReadOnly)
                File.SetUnixFileMode(file, ReadOnly);
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            // A file that was linked from another user's: that user decides, and a link of ours may not be allowed.
            return false;
        }
    }

    // No part of the way to it leads elsewhere: what is elsewhere is not ours to move.
    private bool IsWithin(string name)
    {
        for (var slash = name.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = name.IndexOf('/', slash + 1))
        {
            if (FileTypes.Of($"{Path}/{name[..slash]}") == FileType.Symlink)
                return false;
        }

        return true;
    }

    private static long? TakeLinked(string source, string target)
    {
        if (File.ResolveLinkTarget(source, returnFinalTarget: true) is not { Exists: true } found)
            return null;
        if (FileTypes.Of(found.FullName) == FileType.Special)
            throw new IOException("it leads to neither a file nor a directory");
        FileTree.Copy(found.FullName, target);
        return Finish(target);
    }

    private static long Finish(string target)
    {
        if (Directory.Exists(target))
            return FileTree.Size(target);
        File.SetUnixFileMode(target, (File.GetUnixFileMode(target) | UnixFileMode.UserRead) & ~Writable);
        return new FileInfo(target).Length;
    }
}
