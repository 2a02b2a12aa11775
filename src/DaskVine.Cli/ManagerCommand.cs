using System.CommandLine;
using DaskVine.Manager;
using DaskVine.Protocol.Door;
using DaskVine.ZeroMq;

namespace DaskVine.Cli;

/// <summary><c>daskvine manager</c></summary>
internal static class ManagerCommand
{
    public static Command Create()
    {
        var listen = new Option<string>("--listen")
        {
            Description = "Address to listen on: ipc:///path or tcp://127.0.0.1:PORT (0: any free port)",
            DefaultValueFactory = _ => "tcp://127.0.0.1:9123",
        };
        var name = new Option<string?>("--name") { Description = "Name under which workers and clients on this machine find this manager" };
        var runDirectory = new Option<string?>("--run-dir") { Description = "Directory to remove when this manager ends" };
        var withInput = new Option<bool>("--exit-with-stdin") { Description = "End when standard input ends" };
        var command = new Command("manager", "Run a manager: clients send graphs to it, workers take tasks from it.") { listen, name, runDirectory, withInput };
        command.SetAction(parsed => Run(
            parsed.GetValue(listen)!, parsed.GetValue(name), parsed.GetValue(runDirectory), parsed.GetValue(withInput)));
        return command;
    }

    private static int Run(string listen, string? name, string? runDirectory, bool withInput)
    {
        try
        {
            using var directory = new RunDirectory(runDirectory);
            using var manager = new ManagerProcess(new ManagerOptions { Address = DoorAddress.Parse(listen), Name = name });
            using var publication = name is null ? null : ManagerNames.Publish(name, manager.Address);
            using var ending = new Ending(withInput, _ => manager.Stop());
            Announcement.ManagerReady(manager.Address.ToString(), manager.Address.Port);
            manager.Run();
            return 0;
        }
        catch (Exception e) when (e is ManagerException or FormatException or ZmqException or ZmqNotFoundException
            or IOException or UnauthorizedAccessException)
        {
            return Announcement.Error(e.Message);
        }
    }

    /// <summary>Goes with the manager even when the client that made it was killed.</summary>
    private sealed class RunDirectory(string? path) : IDisposable
    {
        // Workers that end at the same moment remove their parts of it, and meet this.
        private const int Attempts = 100;
        private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

        public void Dispose()
        {
            for (var attempt = 1; path is not null && Directory.Exists(path); attempt++)
            {
                try
                {
                    Directory.Delete(path, recursive: true);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    if (attempt == Attempts)
                    {
                        Console.Error.WriteLine($"manager: {path} is not removed whole: {e.Message}");
                        return;
                    }

                    Thread.Sleep(Pause);
                }
            }
        }
    }
}
