using System.Text;

namespace DaskVine.Worker;

/// <summary>Lines for people on standard error, one for each notable event.</summary>
internal sealed class WorkerLog(string name)
{
    // The ends of lines, as a log line is to stay one.
    private static readonly char[] LineEnds = ['\r', '\n'];

    public void Write(string text) => Console.Error.WriteLine($"worker {name}: {string.Join(' ', text.Split(LineEnds))}");

    /// <summary>The last lines of a log file of a host process; empty when there is none.</summary>
    public static string Tail(string path)
    {
        const int TailBytes = 4096;
        const int TailLines = 20;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            file.Seek(-Math.Min(TailBytes, file.Length), SeekOrigin.End);
            var bytes = new byte[TailBytes];
            var length = file.ReadAtLeast(bytes, TailBytes, throwOnEndOfStream: false);
            var lines = Encoding.UTF8.GetString(bytes, 0, length).TrimEnd().Split('\n');
            return string.Join('\n', lines.TakeLast(TailLines));
        }
        catch (FileNotFoundException)
        {
            return "";
        }
    }
}
