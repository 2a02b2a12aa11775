using System.Diagnostics;
using System.Net.Sockets;
using System.Reflection;
using DaskVine.LibraryHost.TestFunctions;
using DaskVine.Protocol.Host;
using DaskVine.Protocol.Libraries;
using DaskVine.Values;

namespace DaskVine.LibraryHost.Tests;

/// <summary>A host as a worker starts it, in a directory that has the assembly of the test functions.</summary>
internal sealed class RunningHost : IDisposable
{
    private static readonly string s_program = typeof(RunningHost).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "Program").Value!;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dv-");
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<HostLink> _links = [];
    private readonly Process _process;

    /// <param name="inputs">Names of assemblies beside the test's own.</param>
    public RunningHost(params string[] inputs)
    {
        string[] assemblies = [Functions, .. inputs];
        foreach (var input in assemblies)
            File.Copy(Path.Combine(AppContext.BaseDirectory, input), Path.Combine(_directory.FullName, input));
        Inputs = assemblies;
        var path = Path.Combine(_directory.FullName, "s");
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        var start = new ProcessStartInfo(s_program, ["library", path])
        {
            WorkingDirectory = _directory.FullName,
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["DASKVINE_INLINE_LIMIT"] = "4096";
        _process = Process.Start(start)!;
        Errors = _process.StandardError.ReadToEndAsync();
        Output = _process.StandardOutput.ReadToEndAsync();
        Library = Accept();
    }

    public static string Functions => "DaskVine.LibraryHost.TestFunctions.dll";

    /// <summary>What it wrote, once it has ended.</summary>
    public Task<string> Errors { get; }

    public Task<string> Output { get; }

    public string DirectoryPath => _directory.FullName;

    public string[] Inputs { get; }

    public HostLink Library { get; }

    public int ProcessId => _process.Id;

    /// <summary>A host that is set up and has these methods of <see cref="Kernels"/>, numbered from 1.</summary>
    public static RunningHost With(params string[] methods)
    {
        var host = new RunningHost();
        Assert.Null(host.SetUp().Failure);
        for (var i = 0; i < methods.Length; i++)
            Assert.True(host.Library.Load(i + 1, Kernel(methods[i])));
        return host;
    }

    public static FunctionReference Kernel(string method) => FunctionReference.Of(typeof(Kernels).GetMethod(method)!);

    public HostReady SetUp(LibrarySetup? setup = null)
    {
        var spec = new LibrarySpec
        {
            Name = "kernels",
            Runtime = LibraryRuntime.Dotnet,
            Mode = ExecMode.Threads,
            Inputs = Inputs,
            Setup = setup is null ? (ReadOnlyMemory<byte>?)null : setup.ToBytes(),
        };
        Library.Writer.Setup(spec.ToBytes());
        Library.Flush();
        return Assert.IsType<HostReady>(Library.Receive());
    }

    public HostLink Fork(int slot = 0)
    {
        Library.Writer.Fork(slot);
        Library.Flush();
        return Accept();
    }

    /// <summary>Waits for its end by itself; returns how it ended.</summary>
    public async Task<int> ExitCode()
    {
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return _process.ExitCode;
    }

    public void CloseInput() => _process.StandardInput.Close();

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(30)))
            _process.Kill();
        foreach (var link in _links)
            link.Dispose();
        _listener.Dispose();
        _process.Dispose();
        _directory.Delete(recursive: true);
    }

    private HostLink Accept()
    {
        if (!_listener.Poll(TimeSpan.FromSeconds(30), SelectMode.SelectRead))
            throw new TimeoutException("the host does not connect");
        _links.Add(new HostLink(_listener.Accept()));
        return _links[^1];
    }
}
