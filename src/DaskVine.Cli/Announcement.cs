using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DaskVine.Cli;

/// <summary>One line of JSON on standard output, for the program that started this one.</summary>
internal static class Announcement
{
    // The line goes to a program, never into a page.
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void ManagerReady(string address, int port) => Write(new JsonObject
    {
        ["event"] = "ready",
        ["address"] = address,
        ["port"] = port,
        ["pid"] = Environment.ProcessId,
    });

    public static void WorkerReady(string manager) => Write(new JsonObject
    {
        ["event"] = "ready",
        ["manager"] = manager,
        ["pid"] = Environment.ProcessId,
    });

    /// <summary>Says what went wrong, there and on standard error; returns the exit status for it.</summary>
    public static int Error(string message)
    {
        Write(new JsonObject { ["event"] = "error", ["message"] = message });
        Console.Error.WriteLine($"daskvine: {message}");
        return 1;
    }

    private static void Write(JsonObject line)
    {
        Console.Out.WriteLine(line.ToJsonString(Readable));
        Console.Out.Flush();
    }
}
