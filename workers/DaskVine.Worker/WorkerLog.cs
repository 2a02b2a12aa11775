namespace DaskVine.Worker;

/// <summary>Lines for people on standard error, one for each notable event.</summary>
internal sealed class WorkerLog(string name)
{
    // The ends of lines, as a log line is to stay one.
    private static readonly char[] LineEnds = ['\r', '\n'];

    public void Write(string text) => Console.Error.WriteLine($"worker {name}: {string.Join(' ', text.Split(LineEnds))}");
}
