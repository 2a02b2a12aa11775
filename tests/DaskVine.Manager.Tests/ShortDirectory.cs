using System.Net.Sockets;
using DaskVine.Protocol.Door;

namespace DaskVine.Manager.Tests;

/// <summary>A directory whose paths are short enough for Unix sockets.</summary>
internal sealed class ShortDirectory : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dv");

    public string DoorPath => Path.Combine(_directory.FullName, "m");

    public DoorAddress Address => DoorAddress.Parse($"ipc://{DoorPath}");

    public string[] Entries => [.. _directory.EnumerateFileSystemInfos().Select(entry => entry.Name).Order()];

    /// <summary>Leaves a socket there that nobody listens on, as a killed process does.</summary>
    public static void LeaveSocket(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint($"{path}.0"));
        socket.Listen();
        // A socket that is disposed removes its file under the name that it was bound to.
        File.Move($"{path}.0", path);
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
