using System.Net.Sockets;
using DaskVine.Manager;
using DaskVine.Protocol.Door;

namespace DaskVine.Cli;

/// <summary>
/// Names of managers on this machine: one file per name, holding the address, in a directory that only this user can enter.
/// </summary>
internal static class ManagerNames
{
    /// <summary>Publishes a name until the result is disposed.</summary>
    /// <exception cref="ManagerException">The name cannot be a file's, or a manager that runs has it.</exception>
    public static IDisposable Publish(string name, DoorAddress address)
    {
        var path = PathOf(name);
        // Our own address there is left behind by a manager that was killed: who would answer is this one.
        if (File.Exists(path) && File.ReadAllText(path) is var other && other != address.ToString() && IsAnswering(other))
            throw new ManagerException($"a manager named '{name}' is running at {other}; choose another name");
        File.WriteAllText(path, address.ToString());
        return new Publication(path);
    }

    /// <exception cref="ManagerException">Nobody has published the name.</exception>
    public static DoorAddress Find(string name)
    {
        var path = PathOf(name);
        return File.Exists(path)
            ? DoorAddress.Parse(File.ReadAllText(path))
            : throw new ManagerException($"no manager named '{name}' is known on this machine; start one with 'daskvine manager --name {name}'");
    }

    private static string PathOf(string name)
    {
        if (name.Length == 0 || name.StartsWith('.') || name.IndexOfAny(['/', '\0']) >= 0)
            throw new ManagerException($"'{name}' cannot be a manager's name: use letters, digits, '-', '_' and '.', not first a '.'");
        var runtime = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } directory && Directory.Exists(directory)
            ? Path.Combine(directory, "daskvine")
            : Path.Combine(Path.GetTempPath(), $"daskvine-{Environment.UserName}");
        var made = Directory.CreateDirectory(runtime, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if ((made.UnixFileMode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0)
            throw new ManagerException($"others may write to {runtime}, so names in it cannot be trusted; make it private (chmod 700)");
        return Path.Combine(runtime, $"{name}.address");
    }

    private static bool IsAnswering(string text)
    {
        try
        {
            var address = DoorAddress.Parse(text);
            using var socket = address.Path is null
                ? new Socket(SocketType.Stream, ProtocolType.Tcp)
                : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            if (address.Path is { } path)
                socket.Connect(new UnixDomainSocketEndPoint(path));
            else
                socket.Connect(address.Host, address.Port);
            return true;
        }
        catch (Exception e) when (e is SocketException or FormatException)
        {
            // Left behind by a manager that was killed, perhaps while it wrote the file.
            return false;
        }
    }

    private sealed class Publication(string path) : IDisposable
    {
        public void Dispose()
        {
            if (File.Exists(path))
                File.Delete(path);
        }
    }
}
