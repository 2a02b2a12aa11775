using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.WorkerState;

namespace DaskVine.Worker;

/// <summary>
/// Files that are got from elsewhere, several at once, each into a file of its own until it is kept. What a broken attempt has left of a
/// file is where the next one goes on.
/// </summary>
internal sealed class FileTransfers(CacheDirectory cache, FileSources sources, EventLoop loop, Action<WorkerEvent> raise) : IDisposable
{
    private const int MostAtOnce = 16;

    private readonly WorkThreads _threads = new("transfer", MostAtOnce);

    // Attempts that were neither kept nor abandoned and have not failed, by their file.
    private readonly Dictionary<FileId, Attempt> _attempts = [];

    // What broken attempts have left.
    private readonly Dictionary<FileId, string> _parts = [];

    public void Start(StartTransfer start)
    {
        var file = start.Transfer.File;
        var path = _parts.Remove(file, out var part) ? part : cache.GotPath(start.Attempt, stays: start.Transfer.Level >= CacheLevel.Worker);
        var attempt = new Attempt(start.Attempt, start.Transfer, path);
        _attempts.Add(file, attempt);
        _threads.Run(() => Get(attempt));
    }

    public void Abandon(FileId file)
    {
        if (!_attempts.Remove(file, out var attempt))
            return;
        attempt.Stop.Cancel();
        // Until it has ended it may still write.
        if (attempt.HasEnded)
            FileTree.TryDelete(attempt.Path);
    }

    /// <summary>Makes a file of the cache of what was got.</summary>
    /// <exception cref="IOException">The file system refuses.</exception>
    /// <exception cref="UnauthorizedAccessException">The file system refuses.</exception>
    public void Keep(FileId file, long size)
    {
        if (_attempts.Remove(file, out var attempt))
            cache.Place(attempt.Path, file, size, attempt.Checksum);
    }

    /// <summary>Nobody needs what has come of a file.</summary>
    public void DropPart(FileId file)
    {
        if (_parts.Remove(file, out var path))
            FileTree.TryDelete(path);
    }

    public void AbandonAll()
    {
        foreach (var file in _attempts.Keys.ToArray())
            Abandon(file);
        foreach (var file in _parts.Keys.ToArray())
            DropPart(file);
    }

    public void Dispose()
    {
        foreach (var attempt in _attempts.Values)
            attempt.Stop.Cancel();
        _threads.Dispose();
    }

    private void Get(Attempt attempt)
    {
        var got = attempt.Stop.IsCancellationRequested ? null : sources.Get(attempt.Number, attempt.Transfer, attempt.Path, attempt.Stop.Token);
        loop.Post(() => OnEnded(attempt, got));
    }

    private void OnEnded(Attempt attempt, GotFile? got)
    {
        attempt.HasEnded = true;
        var file = attempt.Transfer.File;
        if (_attempts.GetValueOrDefault(file) != attempt)
        {
            FileTree.TryDelete(attempt.Path);
            return;
        }

        attempt.Checksum = got!.Checksum;
        if (got.Event is FileNotGot failed)
        {
            _attempts.Remove(file);
            // It would only go on to fill the disk.
            if (failed.Failure == TransferFailureKind.CannotStore)
                FileTree.TryDelete(attempt.Path);
            else
                _parts[file] = attempt.Path;
        }

        raise(got.Event);
    }

    private sealed class Attempt(long number, Transfer transfer, string path)
    {
        public long Number { get; } = number;

        public Transfer Transfer { get; } = transfer;

        public string Path { get; } = path;

        public CancellationTokenSource Stop { get; } = new();

        public bool HasEnded { get; set; }

        public uint? Checksum { get; set; }
    }
}
