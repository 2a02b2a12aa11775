using DaskVine.Protocol;

namespace DaskVine.Worker;

/// <summary>
/// The files that a worker holds. Names are made of numbers, never of what came over a wire, and a name <c>file-…</c> is given
/// by renaming only, so that there is never half a file under it.
/// </summary>
internal sealed class CacheDirectory : IDisposable
{
    private readonly string _path;

    /// <param name="parent">Where the directory is made; must be there.</param>
    public CacheDirectory(string parent) => _path = RunDirectory.Create(parent);

    public string FilePath(FileId file) => $"{_path}/file-{file.Value}";

    /// <summary>Where a file is gathered while it comes in.</summary>
    public string PartPath(FileId file) => $"{_path}/part-{file.Value}";

    /// <summary>Where a call writes a large result.</summary>
    public string OutputPath(long call) => $"{_path}/out-{call}";

    /// <exception cref="IOException">There is no output, or the file system refuses.</exception>
    public void KeepOutput(long call, FileId file) => File.Move(OutputPath(call), FilePath(file), overwrite: true);

    public void DropOutput(long call)
    {
        File.Delete(OutputPath(call));
        // What a host has that dies while it writes.
        File.Delete(OutputPath(call) + ".part");
    }

    public void Delete(FileId file) => File.Delete(FilePath(file));

    public void DeleteAllFiles()
    {
        foreach (var file in Directory.EnumerateFiles(_path, "file-*"))
            File.Delete(file);
    }

    /// <summary>An empty directory for one task.</summary>
    public string MakeSandbox(int number) => Directory.CreateDirectory($"{_path}/sandbox-{number}").FullName;

    public void Dispose() => RunDirectory.Remove(_path);
}
