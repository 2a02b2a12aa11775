using System.Diagnostics;

namespace DaskVine.ZeroMq.Tests;

public class ZmqLibraryTests
{
    private const string Missing = "/nonexistent/libzmq.so.5";

    private const string Sentence =
        "libzmq could not be loaded from /nonexistent/libzmq.so.5: " +
        "install it with `apt-get install libzmq5`, or set DASKVINE_LIBZMQ to the path of a copy.";

    [Fact]
    public void Load_NoPath_FindsTheSystemsCopy() => Assert.NotEqual(0, ZmqLibrary.Load(null));

    [Fact]
    public void Load_MissingPath_SaysWhatToInstall() =>
        Assert.Equal(Sentence, Assert.Throws<ZmqNotFoundException>(() => ZmqLibrary.Load(Missing)).Message);

    [Fact]
    public async Task Variable_NamesAMissingFile_FirstCallSaysWhatToInstall() => Assert.Equal(Sentence, await RunProgram(Missing));

    [Fact]
    public async Task Variable_NamesALibrary_IsLoaded() => Assert.Equal(Zmq.Version.ToString(), await RunProgram("libzmq.so.5"));

    private static async Task<string> RunProgram(string library)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["exec", typeof(ZmqLibraryTests).Assembly.Location])
        {
            RedirectStandardOutput = true,
        };
        start.Environment[ZmqLibrary.Variable] = library;
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output.Trim();
    }
}
