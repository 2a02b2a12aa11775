using System.Diagnostics;
using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Transfers;
using DaskVine.WorkerState;
using DaskVine.ZeroMq;
using FailureKind = DaskVine.Protocol.Records.TransferFailureKind;
using LocalFailureKind = DaskVine.Transfers.TransferFailureKind;

namespace DaskVine.Worker;

/// <summary>How an attempt ended, and the CRC32C of what has come if that is known.</summary>
internal sealed record GotFile(WorkerEvent Event, uint? Checksum = null);

/// <summary>The ways to get a file; each blocks, and is used by several threads.</summary>
internal sealed class FileSources(NamedStore named, TlsIdentity? tls, bool hardLinks, string managerHost) : IDisposable
{
    private const string Shared = "shared:";
    private const string NameOnly = "name:";

    private readonly TransferClient _client = new(tls);
    private readonly UrlDownload _urls = new();

    /// <summary>Gets a file to a path; null when it was stopped.</summary>
    public GotFile? Get(long attempt, Transfer transfer, string path, CancellationToken stop)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            var got = Get(transfer, path, stop);
            var size = transfer.Size > 0 && Directory.Exists(path) ? transfer.Size : FileLengths.OfAll(path);
            var duration = (long)Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            return new GotFile(new FileGot(attempt, transfer.File, size, got.Bytes, duration, got.ByName), got.Checksum);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (TransferException e)
        {
            return new GotFile(new FileNotGot(attempt, transfer.File, KindOf(e.Kind), e.Message));
        }
        catch (NotMadeException e)
        {
            return new GotFile(new FileNotGot(attempt, transfer.File, FailureKind.NotMade, e.Message));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new GotFile(new FileNotGot(attempt, transfer.File, FailureKind.CannotStore, e.Message));
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _urls.Dispose();
    }

    private Got Get(Transfer transfer, string path, CancellationToken stop)
    {
        if (transfer.Name.Length > 0 && named.TryTake(transfer.Name, path, out var checksum))
            return new Got(0, checksum, ByName: true);
        var address = transfer.Address;
        if (address.StartsWith(Shared, StringComparison.Ordinal))
            return ReadInPlace(address[Shared.Length..], transfer.Size, path);
        if (address == NameOnly)
            throw new TransferException(LocalFailureKind.NotThere, $"nothing is kept under the name {transfer.Name}");
        if (IsUrl(address))
            return Download(address, path, stop);
        if (hardLinks && transfer.Directory.Length > 0 && TryLink(transfer, path))
            return new Got(0, null);
        if (!TransferAddress.TryParse(address, out var from, out var why))
            throw new TransferException(LocalFailureKind.Unreachable, why);
        // A manager that listens everywhere is where we have found it.
        if (from.Host is "0.0.0.0" or "::")
            from = from.WithHost(managerHost);
        var outcome = _client.Receive(from, transfer.Token, transfer.File.Value, transfer.Size, path, stop);
        return new Got(outcome.Bytes, outcome.Checksum);
    }

    private static bool IsUrl(string address) => address.StartsWith("http://", StringComparison.Ordinal)
        || address.StartsWith("https://", StringComparison.Ordinal) || address.StartsWith("file://", StringComparison.Ordinal);

    private Got Download(string address, string path, CancellationToken stop)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url))
            throw new NotMadeException($"'{address}' is no URL");
        try
        {
            return new Got(_urls.Get(url, path, stop).Bytes, null);
        }
        catch (TransferException e) when (e.Kind == LocalFailureKind.NotThere)
        {
            throw new NotMadeException(e.Message);
        }
    }

    // Everybody's file may go or change at any time: its readers find that out.
    private static Got ReadInPlace(string shared, long size, string path)
    {
        if (!Path.IsPathRooted(shared))
            throw new NotMadeException($"a shared file needs an absolute path, and '{shared}' is none");
        if (!File.Exists(shared) && !Directory.Exists(shared))
            throw new NotMadeException($"{shared} is not there at this worker; it must be on a file system that all workers see");
        if (size > 0 && FileLengths.Problem(shared, size) is not null)
            throw new NotMadeException($"{shared} has {FileLengths.Of(shared)} bytes at this worker instead of {size}; it must not change after it was declared");
        FileTree.Delete(path);
        File.CreateSymbolicLink(path, shared);
        return new Got(0, null);
    }

    /// <summary>Gives another worker's file a second name here. What cannot be linked is got through its socket.</summary>
    private static bool TryLink(Transfer transfer, string path)
    {
        var source = $"{transfer.Directory}/{CacheDirectory.FileName(transfer.File)}";
        // A symbolic link would lead into a directory that goes with the other worker.
        if (FileTypes.Of(source) != FileType.File)
            return false;
        var link = $"{path}.link";
        if (!HardLink.TryCreate(source, link, out _))
            return false;
        if (FileLengths.Problem(link, transfer.Size) is not null)
        {
            File.Delete(link);
            return false;
        }

        File.Move(link, path, overwrite: true);
        return true;
    }

    private static FailureKind KindOf(LocalFailureKind kind) => kind switch
    {
        LocalFailureKind.NotThere => FailureKind.NotThere,
        LocalFailureKind.BrokenOff => FailureKind.BrokenOff,
        LocalFailureKind.Corrupt => FailureKind.Corrupt,
        LocalFailureKind.CannotStore => FailureKind.CannotStore,
        // Who does not let us in cannot be reached either.
        _ => FailureKind.Unreachable,
    };

    private readonly record struct Got(long Bytes, uint? Checksum, bool ByName = false);

    /// <summary>There is no such file to be had, wherever it is asked for.</summary>
    private sealed class NotMadeException(string message) : Exception(message);
}
