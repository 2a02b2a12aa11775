namespace DaskVine.Cli;

/// <summary>The pipe from whoever started this process: its end means that they are gone.</summary>
internal static class StandardInput
{
    public static void WhenEnded(Action action) => new Thread(() =>
    {
        using var input = Console.OpenStandardInput();
        var nothing = new byte[256];
        while (input.Read(nothing) > 0)
        {
            // Nothing is said here; only the end counts.
        }

        action();
    })
    {
        IsBackground = true,
        Name = "standard input",
    }.Start();
}
