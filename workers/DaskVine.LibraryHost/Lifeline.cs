using System.Diagnostics;

namespace DaskVine.LibraryHost;

/// <summary>Ends this process when its worker does, whatever user code is doing.</summary>
internal static class Lifeline
{
    public static void Watch()
    {
        var pipe = Console.OpenStandardInput();
        // What is left for user code to read is nothing.
        Console.SetIn(TextReader.Null);
        var thread = new Thread(() =>
        {
            Span<byte> nothing = stackalloc byte[256];
            while (pipe.Read(nothing) > 0)
            {
                // A worker writes nothing; only the end counts.
            }

            End();
        })
        { IsBackground = true, Name = "lifeline" };
        thread.Start();
    }

    // Not by an exit, which waits for what user code has registered for it.
    private static void End()
    {
        using var self = Process.GetCurrentProcess();
        self.Kill();
    }
}
