using System.Net;
using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.WorkerState;

namespace DaskVine.Worker;

/// <summary>Everything about files: the cache, what comes into it and what is given out of it. What fails is told, and ends nothing.</summary>
internal sealed class DataPlane : IDisposable
{
    private static readonly TimeSpan ChecksumDelay = TimeSpan.FromSeconds(1);

    private readonly EventLoop _loop;
    private readonly WorkerLog _log;
    private readonly Action<WorkerEvent> _raise;
    private readonly WorkThreads _background = new("checksums", 1);
    private readonly NamedStore _named;
    private readonly FileSources _sources;
    private readonly FileTransfers _transfers;
    private readonly IncomingFiles _incoming;
    private readonly PeerServer _server;

    public DataPlane(WorkerOptions options, RunDirectory run, CacheDirectory cache, EventLoop loop, WorkerLog log, Action<WorkerEvent> raise)
    {
        (Cache, _loop, _log, _raise) = (cache, loop, log, raise);
        var lasting = options.CacheDirectory is { } kept ? new LastingStore($"{kept}/daskvine-forever", _background, log) : null;
        _named = new NamedStore(cache.NamedPath, lasting, name => loop.Post(() => raise(new NameLost(name))));
        _sources = new FileSources(_named, options.Tls, options.HardLinks, options.ManagerAddress.Host);
        _transfers = new FileTransfers(cache, _sources, loop, raise);
        _incoming = new IncomingFiles(cache);
        Uploads = new Uploads(cache, raise);
        _server = new PeerServer(options, run, cache, log);
        if (lasting?.Load() is { Count: > 0 } found)
            raise(new NamedFilesFound(found));
    }

    public CacheDirectory Cache { get; }

    public Uploads Uploads { get; }

    /// <summary>Where other workers get files from this one.</summary>
    public PeerEndpoint? Listen(EndPoint? local) => _server.Listen(local);

    public void OnLinkBroken()
    {
        Uploads.Abandon();
        _incoming.DropAll();
    }

    public void OnChunk(Chunk chunk)
    {
        if (_incoming.Receive(chunk) is { } outcome)
            _raise(outcome);
    }

    /// <summary>What has come of files that are not whole is not needed any more.</summary>
    public void OnRelease(Release release)
    {
        foreach (var file in release.Files)
            _incoming.Drop(file);
    }

    /// <summary>Does an effect that is about files; returns false for others.</summary>
    public bool TryPerform(WorkerEffect effect)
    {
        switch (effect)
        {
            case KeepOutput e: KeepOutput(e); break;
            case KeepFile e: KeepFile(e); break;
            case DeleteFile e: Try(() => Cache.Delete(e.File)); break;
            case DropOutput e: Try(() => Cache.DropOutput(e.Call)); break;
            case UploadFile e: Uploads.Add(e.File); break;
            case StartTransfer e: _transfers.Start(e); break;
            case DropPart e: Try(() => _transfers.DropPart(e.File)); break;
            case AbandonTransfer e: Try(() => _transfers.Abandon(e.File)); break;
            case CheckFiles e: Check(e); break;
            case NameFile e: NameFile(e); break;
            case DeleteNamed e: Try(() => _named.Delete(e.Name)); break;
            case DeleteAllFiles: Try(DeleteEverything); break;
            default: return false;
        }

        return true;
    }

    public void Dispose()
    {
        _server.Dispose();
        _transfers.Dispose();
        _background.Dispose();
        _sources.Dispose();
        Uploads.Dispose();
        _incoming.Dispose();
        Cache.Dispose();
    }

    private void KeepOutput(KeepOutput e) => Place(e.File, () =>
    {
        Cache.KeepOutput(e.Call, e.File, e.Size);
        // Most results are gone sooner, or asked for, when it is computed at once.
        _loop.After(ChecksumDelay, () => _background.Run(() => Cache.ComputeChecksum(e.File)));
    });

    private void KeepFile(KeepFile e) => Place(e.File, () => _transfers.Keep(e.File, e.Size));

    private void Place(FileId file, Action place)
    {
        if (Problem(place) is { } problem)
            _raise(new FileUnreadable(file, problem));
    }

    private void NameFile(NameFile e)
    {
        var problem = Problem(() => _named.Add(Cache.FilePath(e.File), e.Name, e.Level, Cache.ChecksumOf(e.File)));
        if (problem is null)
            return;
        _log.Write($"{e.Name} is not kept beyond its use: {problem}");
        _raise(new NameLost(e.Name));
    }

    private void Check(CheckFiles e)
    {
        var lost = new List<LostInput>();
        foreach (var (file, size) in e.Files)
        {
            if (Cache.TakeDamage(file, size) is { } damage)
                lost.Add(new LostInput(file, damage));
        }

        _raise(new FilesChecked(e.Task, lost));
    }

    private void DeleteEverything()
    {
        _transfers.AbandonAll();
        _incoming.DropAll();
        Cache.DeleteAllFiles();
    }

    // What cannot be deleted costs room; the worker goes on.
    private void Try(Action delete)
    {
        if (Problem(delete) is { } problem)
            _log.Write($"a file of the cache stays behind: {problem}");
    }

    private static string? Problem(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
