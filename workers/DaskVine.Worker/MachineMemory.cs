using System.Globalization;

namespace DaskVine.Worker;

/// <summary>How much memory the processes of a worker may use together.</summary>
internal static class MachineMemory
{
    // The rest is for interpreters and what they load, and for the system's cache of files.
    private const double Share = 0.8;

    /// <summary>Bytes; 0 when nothing can be found out.</summary>
    public static long Usable() => (long)(Share * Limit("/proc/meminfo", "/proc/self/cgroup", "/sys/fs/cgroup"));

    /// <summary>The machine's memory, or what a control group of this process leaves of it.</summary>
    internal static double Limit(string meminfo, string cgroup, string hierarchy)
    {
        var limit = Lines(meminfo).Where(line => line.StartsWith("MemTotal:", StringComparison.Ordinal)).Select(Kibibytes).FirstOrDefault();
        foreach (var line in Lines(cgroup))
        {
            // 4:memory:/path before, 0::/path since version 2.
            var fields = line.Split(':', 3);
            if (fields.Length < 3 || !(fields[0] == "0" || fields[1].Split(',').Contains("memory")))
                continue;
            var (root, name) = fields[0] == "0" ? (hierarchy, "memory.max") : ($"{hierarchy}/memory", "memory.limit_in_bytes");
            foreach (var group in Above(fields[2]))
            {
                if (Lines($"{root}{group}/{name}").FirstOrDefault() is { } text && double.TryParse(text, CultureInfo.InvariantCulture, out var own))
                    limit = limit == 0 ? own : Math.Min(limit, own);
            }
        }

        return limit;
    }

    // The group itself and all that hold it. In a container the paths of the outside are not there, and the root is the group.
    private static IEnumerable<string> Above(string group)
    {
        for (var path = group.TrimEnd('/'); path.Length > 0; path = path[..path.LastIndexOf('/')])
            yield return path;
        yield return "";
    }

    private static double Kibibytes(string line) =>
        double.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(1), CultureInfo.InvariantCulture, out var number) ? number * 1024 : 0;

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
