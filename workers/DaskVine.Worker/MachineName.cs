namespace DaskVine.Worker;

/// <summary>What tells workers that can link each other's files from others.</summary>
internal static class MachineName
{
    /// <summary>The running system and the device that a directory is on; empty when either is not known.</summary>
    public static string Of(string directory)
    {
        try
        {
            var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
            var device = DeviceOf(directory, File.ReadLines("/proc/self/mountinfo"));
            return boot.Length > 0 && device.Length > 0 ? $"{boot}/{device}" : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>Number of the device of the mount that a directory is in: the longest mount point above it, and of these the last.</summary>
    internal static string DeviceOf(string directory, IEnumerable<string> mounts)
    {
        const int device = 2;
        const int mountPoint = 4;
        var (best, found) = (-1, "");
        foreach (var mount in mounts)
        {
            var fields = mount.Split(' ');
            if (fields.Length <= mountPoint)
                continue;
            var point = fields[mountPoint].Replace("\\040", " ", StringComparison.Ordinal).TrimEnd('/');
            if (point.Length >= best && $"{directory}/".StartsWith($"{point}/", StringComparison.Ordinal))
                (best, found) = (point.Length, fields[device]);
        }

        return found;
    }
}
