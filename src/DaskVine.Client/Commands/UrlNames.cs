using System.Net;

namespace DaskVine.Client;

/// <summary>Names what is at a URL, by what its server tells without sending it.</summary>
internal static class UrlNames
{
    private const string Hint = "is the server reachable from here?";

    private static readonly HttpClient s_client = new() { Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>
    /// The name, and the bytes or 0 when the server does not tell. The name comes from its Content-MD5, else its strong ETag, else
    /// Last-Modified, else it is the URL's own.
    /// </summary>
    /// <exception cref="VineException">It cannot be had, or it is neither http, https nor file.</exception>
    public static (string Name, long Size) Of(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https" or "file"))
            throw new VineException($"not a URL that workers can download: '{url}' (http://…, https://… or file:///…)");
        return parsed.IsFile ? OfFile(url, parsed.LocalPath) : OfAnswer(url, Ask(url, parsed));
    }

    private static (string Name, long Size) OfFile(string url, string path)
    {
        try
        {
            return ContentNames.OfPath(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VineException($"{url} cannot be read here: {e.Message}", e);
        }
    }

    private static (string Name, long Size) OfAnswer(string url, HttpResponseMessage answer)
    {
        using (answer)
        {
            // Servers that do not answer HEAD may well have it.
            if (answer.StatusCode is HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented)
                return ($"url-sha256-url-{ContentNames.OfText(url)}", 0);
            if (!answer.IsSuccessStatusCode)
                throw new VineException($"{url} cannot be had: the server answers {(int)answer.StatusCode} {answer.ReasonPhrase}");
            var (kind, mark) = Mark(url, answer);
            return ($"url-sha256-{kind}-{ContentNames.OfText(mark)}", answer.Content.Headers.ContentLength ?? 0);
        }
    }

    private static (string Kind, string Mark) Mark(string url, HttpResponseMessage answer)
    {
        var content = answer.Content.Headers;
        if (content.ContentMD5 is { Length: > 0 } hash)
            return ("content", Convert.ToHexString(hash));
        // A weak one stands for what means the same, which need not be the same bytes.
        if (answer.Headers.ETag is { IsWeak: false } tag)
            return ("et", $"{url} {tag.Tag}");
        return content.LastModified is { } time ? ("lm", $"{url} {time.UtcTicks}") : ("url", url);
    }

    private static HttpResponseMessage Ask(string url, Uri parsed)
    {
        try
        {
            using var question = new HttpRequestMessage(HttpMethod.Head, parsed);
            return s_client.Send(question);
        }
        catch (HttpRequestException e)
        {
            throw new VineException($"{url} cannot be had: {e.Message}; {Hint}", e);
        }
        catch (TaskCanceledException e)
        {
            throw new VineException($"{url} cannot be had: no answer within {s_client.Timeout.TotalSeconds} s; {Hint}", e);
        }
    }
}
