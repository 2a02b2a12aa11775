using System.Net;
using System.Net.Sockets;
using System.Text;
using DaskVine.Transfers;

namespace DaskVine.Worker.Tests;

public sealed class UrlDownloadTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly UrlDownload _download = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10));

    private string Target => $"{_directory.Path}/target";

    [Fact]
    public void Http_IsDownloaded()
    {
        using var server = HttpServer.Saying("200 OK\r\nContent-Length: 7", "content");
        Assert.Equal(new UrlOutcome(7, 7), Get(server.Url));
        Assert.Equal("content", File.ReadAllText(Target));
    }

    [Fact]
    public void Http_WithoutALength_IsDownloaded()
    {
        using var server = HttpServer.Saying("200 OK", "content");
        Assert.Equal(7, Get(server.Url).Size);
    }

    [Fact]
    public void Http_ThatRedirects_IsFollowed()
    {
        using var end = HttpServer.Saying("200 OK\r\nContent-Length: 7", "content");
        using var server = HttpServer.Saying($"302 Found\r\nLocation: {end.Url}\r\nContent-Length: 0");
        Assert.Equal(7, Get(server.Url).Size);
    }

    [Fact]
    public void Http_WithUserAndPassword_SaysThemToTheServerAlone()
    {
        using var server = HttpServer.Saying("403 Forbidden\r\nContent-Length: 0");
        var url = new UriBuilder(server.Url) { UserName = "me", Password = "hidden" }.Uri;
        var error = Failure(url);
        Assert.Contains("Authorization: Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("me:hidden")), server.Requests.Single());
        Assert.Equal(TransferFailureKind.NotThere, error.Kind);
        Assert.Equal($"http://127.0.0.1:{server.Url.Port}/file: the server answered 403 Forbidden", error.Message);
    }

    [Theory]
    [InlineData("404 Not Found", TransferFailureKind.NotThere)]
    [InlineData("410 Gone", TransferFailureKind.NotThere)]
    [InlineData("429 Too Many Requests", TransferFailureKind.Unreachable)]
    [InlineData("503 Service Unavailable", TransferFailureKind.Unreachable)]
    public void Http_WithAnotherStatus_FailsWithIt(string status, TransferFailureKind kind)
    {
        using var server = HttpServer.Saying($"{status}\r\nContent-Length: 0");
        var error = Failure(server.Url);
        Assert.Equal(kind, error.Kind);
        Assert.Contains(status, error.Message);
    }

    [Fact]
    public void Http_ThatNobodyServes_IsUnreachable()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        var error = Failure(new Uri($"http://127.0.0.1:{port}/x"));
        Assert.Equal(TransferFailureKind.Unreachable, error.Kind);
        Assert.Contains($"127.0.0.1:{port}/x cannot be reached", error.Message);
    }

    [Fact]
    public void Http_OfAHostWithoutAddress_IsUnreachableByName() =>
        Assert.Contains("no-such-host.invalid", Failure(new Uri("http://no-such-host.invalid/x")).Message);

    [Fact]
    public void Http_ThatBreaksOff_GoesOnFromThere()
    {
        using var server = new HttpServer((head, stream, _) => head.Contains("Range: bytes=4-")
            ? HttpServer.Say(stream, "206 Partial Content\r\nContent-Range: bytes 4-6/7\r\nContent-Length: 3\r\nETag: \"v1\"", "ent")
            : HttpServer.Say(stream, "200 OK\r\nContent-Length: 7\r\nETag: \"v1\"", "cont"));
        var error = Failure(server.Url);
        Assert.Equal(TransferFailureKind.BrokenOff, error.Kind);
        Assert.Contains("broke off after 4 bytes", error.Message);
        Assert.Equal(new UrlOutcome(7, 3), Get(server.Url));
        Assert.Contains("If-Range: \"v1\"", server.Requests[1]);
        Assert.Equal("content", File.ReadAllText(Target));
    }

    [Fact]
    public void Http_ThatChangedInBetween_ComesFromTheStart()
    {
        var version = 0;
        using var server = new HttpServer((_, stream, _) => ++version == 1
            ? HttpServer.Say(stream, "200 OK\r\nContent-Length: 7\r\nETag: \"v1\"", "cont")
            : HttpServer.Say(stream, "200 OK\r\nContent-Length: 3\r\nETag: \"v2\"", "new"));
        Failure(server.Url);
        Assert.Equal(new UrlOutcome(3, 3), Get(server.Url));
        Assert.Equal("new", File.ReadAllText(Target));
    }

    [Fact]
    public void Http_WithoutAVersion_ComesFromTheStart()
    {
        var version = 0;
        using var server = new HttpServer(
            (_, stream, _) => HttpServer.Say(stream, "200 OK\r\nContent-Length: 7", ++version == 1 ? "cont" : "content"));
        Failure(server.Url);
        Assert.Equal(new UrlOutcome(7, 7), Get(server.Url));
        Assert.DoesNotContain("Range:", server.Requests[1]);
    }

    [Fact]
    public void Http_WhoseRangeCannotBeHad_ComesFromTheStart()
    {
        var version = 0;
        using var server = new HttpServer((_, stream, _) => ++version switch
        {
            1 => HttpServer.Say(stream, "200 OK\r\nContent-Length: 7\r\nETag: \"v1\"", "cont"),
            2 => HttpServer.Say(stream, "416 Range Not Satisfiable\r\nContent-Length: 0", ""),
            _ => HttpServer.Say(stream, "200 OK\r\nContent-Length: 2\r\nETag: \"v2\"", "ok"),
        });
        Failure(server.Url);
        Assert.Equal(2, Get(server.Url).Size);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Http_ThatFallsSilent_IsNotWaitedForLong(bool afterSome)
    {
        using var impatient = new UrlDownload(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(50));
        using var server = new HttpServer(async (_, stream, stop) =>
        {
            if (afterSome)
                await HttpServer.Say(stream, "200 OK\r\nContent-Length: 7", "cont");
            await Task.Delay(Timeout.Infinite, stop);
        });
        var error = Assert.Throws<TransferException>(() => impatient.Get(server.Url, Target, CancellationToken.None));
        Assert.Equal(afterSome ? TransferFailureKind.BrokenOff : TransferFailureKind.Unreachable, error.Kind);
    }

    [Fact]
    public void Http_WithAnMd5Sum_IsHeldToIt()
    {
        const string good = "mgNkuembtIDdJeHwKEyFVQ==";
        using var server = HttpServer.Saying($"200 OK\r\nContent-Length: 7\r\nContent-MD5: {good}", "content");
        Assert.Equal(7, Get(server.Url).Size);
        using var wrong = HttpServer.Saying($"200 OK\r\nContent-Length: 7\r\nContent-MD5: {good}", "damaged");
        Assert.Equal(TransferFailureKind.Corrupt, Failure(wrong.Url).Kind);
    }

    [Fact]
    public void Http_Stopped_EndsAtOnce()
    {
        using var stop = new CancellationTokenSource();
        using var server = new HttpServer(async (_, stream, end) =>
        {
            await HttpServer.Say(stream, "200 OK\r\nContent-Length: 7", "cont");
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, end);
        });
        Assert.ThrowsAny<OperationCanceledException>(() => _download.Get(server.Url, Target, stop.Token));
    }

    [Fact]
    public void Target_ThatCannotBeWritten_IsSaid()
    {
        using var server = HttpServer.Saying("200 OK\r\nContent-Length: 7", "content");
        var error = Assert.Throws<TransferException>(() => _download.Get(server.Url, $"{_directory.Path}/no/such", CancellationToken.None));
        Assert.Equal(TransferFailureKind.CannotStore, error.Kind);
    }

    [Fact]
    public void FileUrl_IsCopied()
    {
        var source = $"{_directory.Path}/so urce";
        File.WriteAllText(source, "content");
        Assert.Equal(7, Get(new Uri($"file://{source}")).Size);
        File.WriteAllText(Target, "changed");
        Assert.Equal("content", File.ReadAllText(source));
    }

    [Fact]
    public void FileUrl_OfADirectory_IsCopiedWhole()
    {
        Directory.CreateDirectory($"{_directory.Path}/d/e");
        File.WriteAllText($"{_directory.Path}/d/e/f", "content");
        File.CreateSymbolicLink($"{_directory.Path}/d/link", "e/f");
        Assert.Equal(7, Get(new Uri($"file://{_directory.Path}/d")).Size);
        Assert.Equal("content", File.ReadAllText($"{Target}/link"));
    }

    [Fact]
    public void FileUrl_OfNothing_IsNotThere()
    {
        var error = Failure(new Uri($"file://{_directory.Path}/none"));
        Assert.Equal(TransferFailureKind.NotThere, error.Kind);
        Assert.Contains($"there is no {_directory.Path}/none at this worker", error.Message);
    }

    [Fact]
    public void FileUrl_OfAnotherHost_IsRefused() => Assert.Contains("is on the host elsewhere", Failure(new Uri("file://elsewhere/x")).Message);

    [Fact]
    public void Url_OfAnotherScheme_IsRefused() => Assert.Contains("only http, https and file", Failure(new Uri("ftp://host/x")).Message);

    public void Dispose()
    {
        _download.Dispose();
        _directory.Dispose();
    }

    private UrlOutcome Get(Uri url) => _download.Get(url, Target, CancellationToken.None);

    private TransferException Failure(Uri url) => Assert.Throws<TransferException>(() => Get(url));
}
