using System.Globalization;
using DaskVine.ZeroMq;

namespace DaskVine.Worker;

/// <summary>The processes of a session, as <c>/proc</c> shows them.</summary>
internal static class CommandSession
{
    private const int KillRounds = 50;

    // In /proc/PID/stat, counted from the state, which follows the name.
    private const int StateField = 0;
    private const int SessionField = 3;
    private const int ResidentField = 21;

    /// <summary>Kills the group of a session's leader and all others of the session; some may be forking meanwhile.</summary>
    public static void Kill(SessionProcess leader)
    {
        leader.KillGroup();
        for (var round = 0; round < KillRounds; round++)
        {
            var living = Living(leader.Id).ToList();
            if (living.Count == 0)
                return;
            foreach (var (id, _) in living)
                SessionProcess.KillProcess(id);
        }
    }

    /// <summary>Bytes of memory that the processes of a session hold together.</summary>
    public static long Memory(int session) => Living(session).Sum(process => process.Resident);

    private static IEnumerable<(int Id, long Resident)> Living(int session)
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, null, out var id) || Read(directory) is not { } fields)
                continue;
            if (fields[StateField] != "Z" && int.Parse(fields[SessionField]) == session)
                yield return (id, long.Parse(fields[ResidentField]) * Environment.SystemPageSize);
        }
    }

    private static string[]? Read(string directory)
    {
        try
        {
            var line = File.ReadAllText($"{directory}/stat");
            return line[(line.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended in between.
            return null;
        }
    }
}
