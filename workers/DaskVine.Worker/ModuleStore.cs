using DaskVine.Protocol.Records;
using DaskVine.WorkerState;

namespace DaskVine.Worker;

/// <summary>
/// Where uploaded modules are: each content in a directory of its own, so that no compiled form of one is taken for another's.
/// Only names that are checked here become file names.
/// </summary>
internal sealed class ModuleStore(RunDirectory run, WorkerLog log)
{
    private const int MaxHashBytes = 64;
    private static readonly string[] Suffixes = [".py", ".zip", ".egg", ".whl"];

    /// <summary>Stores an upload; null when it is none, or cannot be stored.</summary>
    public UploadedModule? Store(Upload upload)
    {
        if (!IsModule(upload.Name) || upload.Hash.Length is 0 or > MaxHashBytes)
        {
            log.Write($"the upload '{upload.Name}' is no module or archive of modules, and is ignored");
            return null;
        }

        var hash = Convert.ToHexStringLower(upload.Hash.Span);
        var directory = Path.Combine(run.Uploads, hash);
        var path = Path.Combine(directory, upload.Name);
        try
        {
            if (!File.Exists(path))
                Write(upload.Data.Span, directory, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Write($"the upload '{upload.Name}' cannot be stored: {e.Message}");
            return null;
        }

        return new UploadedModule(upload.Name, hash, path);
    }

    private static bool IsModule(string name) => name.IndexOfAny(['/', '\\', '\0']) < 0
        && Array.Exists(Suffixes, suffix => name.Length > suffix.Length && name.EndsWith(suffix, StringComparison.Ordinal));

    // There is never half a file under its name.
    private static void Write(ReadOnlySpan<byte> data, string directory, string path)
    {
        Directory.CreateDirectory(directory);
        File.WriteAllBytes($"{path}.part", data);
        File.Move($"{path}.part", path, overwrite: true);
    }
}
