using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using DaskVine.Transfers;
using DaskVine.ZeroMq;
using Microsoft.Win32.SafeHandles;

namespace DaskVine.Worker;

/// <summary>What was downloaded.</summary>
/// <param name="Size">Bytes, of a directory all of its files together.</param>
/// <param name="Bytes">How many of them were moved by this call: the others were there from one before.</param>
internal sealed record UrlOutcome(long Size, long Bytes);

/// <summary>
/// Gets what URLs name: http and https, and file for what is on this machine. Several threads may use it at once, for different paths.
/// </summary>
/// <param name="connectTimeout">How long a server may take to accept a connection.</param>
/// <param name="silence">How long a server may send nothing.</param>
internal sealed class UrlDownload(TimeSpan connectTimeout, TimeSpan silence) : IDisposable
{
    private const int BufferBytes = 256 << 10;
    private const int MaxRedirects = 10;

    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        ConnectTimeout = connectTimeout,
        MaxAutomaticRedirections = MaxRedirects,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    // By path: what the beginning that lies there is of. Nothing else tells whether the rest of a URL's content belongs to it.
    private readonly ConcurrentDictionary<string, Beginning> _beginnings = new();

    public UrlDownload()
        : this(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60))
    {
    }

    /// <summary>
    /// Gets a file, or from a file URL perhaps a directory, to a path; goes on with what an earlier call left there of the same content.
    /// </summary>
    /// <exception cref="TransferException">It cannot be had; the message names the URL without what may be secret in it.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public UrlOutcome Get(Uri url, string partialPath, CancellationToken stop)
    {
        if (!url.IsAbsoluteUri)
            throw new TransferException(TransferFailureKind.NotThere, $"'{url}' is no URL: it has no scheme");
        if (url.IsFile)
            return CopyLocal(url, partialPath);
        if (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps)
            throw new TransferException(TransferFailureKind.NotThere, $"{Named(url)} cannot be downloaded: only http, https and file URLs can");
        try
        {
            return DownloadAsync(url, partialPath, stop).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException)
        {
            throw new TransferException(TransferFailureKind.Unreachable, $"{Named(url)} cannot be reached: {Innermost(e)}", e);
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new TransferException(TransferFailureKind.Unreachable, $"{Named(url)} cannot be reached: the server does not answer", e);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<UrlOutcome> DownloadAsync(Uri url, string path, CancellationToken stop)
    {
        var beginning = _beginnings.TryGetValue(path, out var known) && known.Url == url && File.Exists(path) ? known : null;
        var have = beginning is null ? 0 : new FileInfo(path).Length;
        using var request = Request(url, have, beginning);
        using var watch = CancellationTokenSource.CreateLinkedTokenSource(stop);
        watch.CancelAfter(connectTimeout + silence);
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, watch.Token);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && have > 0)
        {
            // All of it is there, or it is not what it was: from the start it comes in either case.
            _beginnings.TryRemove(path, out _);
            return await DownloadAsync(url, path, stop);
        }

        MustBeGood(url, response);
        if (response.StatusCode != HttpStatusCode.PartialContent || response.Content.Headers.ContentRange?.From != have)
            have = MustStartAnew(url, response);
        _beginnings[path] = new Beginning(url, response.Headers.ETag, response.Content.Headers.LastModified);
        var moved = await StoreAsync(url, response, path, have, watch, stop);
        Check(url, response, path, have, moved);
        _beginnings.TryRemove(path, out _);
        return new UrlOutcome(have + moved, moved);
    }

    private static HttpRequestMessage Request(Uri url, long have, Beginning? beginning)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (url.UserInfo.Length > 0)
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(url.UserInfo))));
        if (have == 0 || beginning?.Condition() is not { } condition)
            return request;
        request.Headers.Range = new RangeHeaderValue(have, null);
        request.Headers.IfRange = condition;
        return request;
    }

    private static void MustBeGood(Uri url, HttpResponseMessage response)
    {
        if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent)
            return;
        var status = $"{(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd();
        var isPassing = (int)response.StatusCode >= 500
            || response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout;
        var detail = response.Headers.Location is { } target ? $", to {Named(new Uri(url, target))}" : "";
        throw new TransferException(
            isPassing ? TransferFailureKind.Unreachable : TransferFailureKind.NotThere, $"{Named(url)}: the server answered {status}{detail}");
    }

    private static long MustStartAnew(Uri url, HttpResponseMessage response) => response.StatusCode == HttpStatusCode.OK
        ? 0
        : throw new TransferException(TransferFailureKind.Corrupt, $"{Named(url)}: the server sent another part than was asked for");

    private async Task<long> StoreAsync(
        Uri url, HttpResponseMessage response, string path, long from, CancellationTokenSource watch, CancellationToken stop)
    {
        using var body = await response.Content.ReadAsStreamAsync(watch.Token);
        using var file = Open(path, from);
        var buffer = new byte[BufferBytes];
        var moved = 0L;
        while (true)
        {
            watch.CancelAfter(silence);
            int read;
            try
            {
                read = await body.ReadAsync(buffer, watch.Token);
            }
            catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException && !stop.IsCancellationRequested)
            {
                var why = e is OperationCanceledException ? "the server sends nothing more" : Innermost(e);
                throw new TransferException(TransferFailureKind.BrokenOff, $"{Named(url)} broke off after {from + moved} bytes: {why}", e);
            }

            if (read == 0)
                return moved;
            Write(url, file, buffer.AsSpan(0, read), from + moved);
            moved += read;
        }
    }

    private static void Write(Uri url, SafeFileHandle file, ReadOnlySpan<byte> bytes, long at)
    {
        try
        {
            RandomAccess.Write(file, bytes, at);
        }
        catch (IOException e)
        {
            throw new TransferException(TransferFailureKind.CannotStore, $"{Named(url)} cannot be stored: {e.Message}", e);
        }
    }

    private static SafeFileHandle Open(string path, long from)
    {
        try
        {
            return File.OpenHandle(path, from == 0 ? FileMode.Create : FileMode.Open, FileAccess.Write);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TransferException(TransferFailureKind.CannotStore, $"{path} cannot be written: {e.Message}", e);
        }
    }

    [SuppressMessage(
        "Security", "CA5351:Do Not Use Broken Cryptographic Algorithms", Justification = "It finds damage, as the server's header says it.")]
    private static void Check(Uri url, HttpResponseMessage response, string path, long from, long moved)
    {
        var whole = response.Content.Headers.ContentRange?.Length ?? (from == 0 ? response.Content.Headers.ContentLength : null);
        if (whole is { } size && size != from + moved)
            throw new TransferException(TransferFailureKind.BrokenOff, $"{Named(url)} broke off after {from + moved} of {size} bytes");
        // With a part, servers do not agree on what it is of.
        if (from > 0 || response.Content.Headers.ContentMD5 is not { } expected)
            return;
        using var file = File.OpenRead(path);
        if (!expected.AsSpan().SequenceEqual(MD5.HashData(file)))
            throw new TransferException(TransferFailureKind.Corrupt, $"{Named(url)} does not have the MD5 sum that the server says");
    }

    // Never a link: what a worker does to its files, as making them read-only, is not to be done to the user's.
    private static UrlOutcome CopyLocal(Uri url, string target)
    {
        if (url.Host.Length > 0 && url.Host != "localhost")
            throw new TransferException(
                TransferFailureKind.NotThere, $"{Named(url)} is on the host {url.Host}: a file URL names a file of the worker's own machine");
        var source = url.LocalPath;
        if (!File.Exists(source) && !Directory.Exists(source))
            throw new TransferException(TransferFailureKind.NotThere, $"{Named(url)}: there is no {source} at this worker");
        if (FileTypes.Of(source) == FileType.Special)
            throw new TransferException(TransferFailureKind.NotThere, $"{Named(url)} is neither a file nor a directory");
        try
        {
            FileTree.Delete(target);
            FileTree.Copy(source, target);
            var size = Directory.Exists(target) ? FileTree.Size(target) : new FileInfo(target).Length;
            return new UrlOutcome(size, size);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new TransferException(TransferFailureKind.NotThere, $"{Named(url)} cannot be read: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new TransferException(TransferFailureKind.CannotStore, $"{Named(url)} cannot be copied: {e.Message}", e);
        }
    }

    // Without user, password and query, which may be secret.
    private static string Named(Uri url) => url.IsFile ? $"file://{url.Host}{url.LocalPath}" : url.GetComponents(
        UriComponents.Scheme | UriComponents.Host | UriComponents.Port | UriComponents.Path, UriFormat.UriEscaped);

    private static string Innermost(Exception e) => e.GetBaseException().Message;

    /// <summary>Of which content a file is the beginning.</summary>
    private sealed record Beginning(Uri Url, EntityTagHeaderValue? Tag, DateTimeOffset? Modified)
    {
        /// <summary>Under which the rest may be sent alone; null when it can never be known to belong to it.</summary>
        public RangeConditionHeaderValue? Condition() => Tag is { IsWeak: false } tag
            ? new RangeConditionHeaderValue(tag)
            : Modified is { } modified ? new RangeConditionHeaderValue(modified) : null;
    }
}
