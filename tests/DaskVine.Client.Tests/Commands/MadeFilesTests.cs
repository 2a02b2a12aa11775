using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using DaskVine.Protocol.Commands;

namespace DaskVine.Client.Tests.Commands;

/// <summary>Files that workers download or make themselves.</summary>
[Collection(SharedVineGroup.Name)]
public sealed class MadeFilesTests(SharedVine shared) : IDisposable
{
    private readonly Vine _vine = shared.Vine;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dv");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task DeclareUntar_Archive_IsUnpackedOnce()
    {
        File.WriteAllText(At("a"), "unpacked");
        var archive = At("archive.tar.gz");
        await using (var file = File.Create(archive))
        await using (var compressed = new GZipStream(file, CompressionLevel.Fastest))
        await using (var tar = new TarWriter(compressed))
            await tar.WriteEntryAsync(At("a"), "inner");
        var content = _vine.DeclareUntar(_vine.DeclareFile(archive), CacheLevel.Worker);
        var both = new CommandTask("cat data/inner").AddInput(content, "data");
        var again = new CommandTask("cat other/inner").AddInput(content, "other");

        await Task.WhenAll(_vine.RunAsync(both), _vine.RunAsync(again));

        Assert.Equal(("unpacked", "unpacked"), (both.Output, again.Output));
    }

    [Fact]
    public async Task DeclareMiniTask_Command_RunsWhereItIsNeeded()
    {
        var count = At("count");
        var mini = new CommandTask($"echo run >> {count}; tr a-z A-Z < in > made").AddInput(_vine.DeclareBuffer("text"), "in").SetEnvironment("A", "b");
        var made = _vine.DeclareMiniTask(mini, "made", CacheLevel.Workflow);
        var upper = new CommandTask("cat in").AddInput(made, "in");
        var twice = new CommandTask("cat in in").AddInput(made, "in");

        await _vine.RunAsync(upper);
        await _vine.RunAsync(twice);

        Assert.Equal(("TEXT", "TEXTTEXT"), (upper.Output, twice.Output));
        Assert.Single(await File.ReadAllLinesAsync(count));
        Assert.Equal("TEXT", Encoding.UTF8.GetString((await _vine.FetchAsync(made)).Span));
    }

    [Fact]
    public async Task DeclareMiniTask_InputIsMissing_IsTold()
    {
        var mini = new CommandTask("cat in > made").AddInput(_vine.DeclareFile("/no/such/file"), "in");
        var task = new CommandTask("cat in").AddInput(_vine.DeclareMiniTask(mini, "made"), "in");

        await _vine.RunAsync(task);

        Assert.Equal(CommandResult.InputMissing, task.Result);
        Assert.Contains("'/made'", Assert.Throws<VineException>(() => _vine.DeclareMiniTask(new CommandTask(""), "/made")).Message);
    }

    [Fact]
    public async Task DeclareUrl_Http_IsDownloadedByWorkers()
    {
        using var server = new TinyServer("downloaded");
        var file = _vine.DeclareUrl($"{server.Url}/file", CacheLevel.Workflow);
        var task = new CommandTask("cat in").AddInput(file, "in");

        await _vine.RunAsync(task);

        Assert.Equal((CommandResult.Success, "downloaded"), (task.Result!.Value, task.Output));
        Assert.Equal(10, file.Size);
        Assert.StartsWith("url-sha256-et-", file.Name);
        Assert.Contains("404", Refused($"{server.Url}/absent"));
    }

    [Fact]
    public async Task DeclareUrl_File_IsReadByWorkers()
    {
        File.WriteAllText(At("a"), "of a URL");
        var task = new CommandTask("cat in").AddInput(_vine.DeclareUrl($"file://{At("a")}"), "in");

        await _vine.RunAsync(task);

        Assert.Equal("of a URL", task.Output);
    }

    [Fact]
    public void DeclareUrl_Other_IsRefused()
    {
        var nobody = new TcpListener(IPAddress.Loopback, 0);
        nobody.Start();
        var port = ((IPEndPoint)nobody.LocalEndpoint).Port;
        nobody.Stop();

        Assert.Contains("is the server reachable from here?", Refused($"http://127.0.0.1:{port}/file"));
        Assert.Contains("not a URL that workers can download: 'ftp://a/b'", Refused("ftp://a/b"));
        Assert.Contains("cannot be read here", Refused("file:///no/such/file"));
    }

    private string At(string name) => Path.Combine(_directory.FullName, name);

    private string Refused(string url) => Assert.Throws<VineException>(() => _vine.DeclareUrl(url)).Message;

    /// <summary>Answers HEAD and GET of /file, and 404 else.</summary>
    private sealed class TinyServer : IDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly Task _serving;
        private readonly byte[] _content;

        public TinyServer(string content)
        {
            _content = Encoding.UTF8.GetBytes(content);
            using (var free = new TcpListener(IPAddress.Loopback, 0))
            {
                free.Start();
                Url = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}";
            }

            _listener.Prefixes.Add($"{Url}/");
            _listener.Start();
            _serving = ServeAsync();
        }

        public string Url { get; }

        public void Dispose()
        {
            _listener.Stop();
            _serving.GetAwaiter().GetResult();
            _listener.Close();
        }

        private async Task ServeAsync()
        {
            while (_listener.IsListening)
            {
                try
                {
                    Answer(await _listener.GetContextAsync());
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }
            }
        }

        private void Answer(HttpListenerContext context)
        {
            var isThere = context.Request.Url!.AbsolutePath == "/file";
            context.Response.StatusCode = isThere ? 200 : 404;
            context.Response.ContentLength64 = isThere ? _content.Length : 0;
            context.Response.Headers["ETag"] = "\"1\"";
            if (isThere && context.Request.HttpMethod == "GET")
                context.Response.OutputStream.Write(_content);
            context.Response.Close();
        }
    }
}
