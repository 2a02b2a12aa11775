using System.CommandLine;
using System.Runtime.InteropServices;
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
        command.SetAction(parsed => Run(() => new ManagerOptions
        {
            Address = DoorAddress.Parse(parsed.GetValue(listen)!),
            Name = parsed.GetValue(name),
            RunDirectory = parsed.GetValue(runDirectory),
            ExitWithStandardInput = parsed.GetValue(withInput),
        }));
        return command;
    }

    private static int Run(Func<ManagerOptions> options)
    {
        try
        {
            Serve(options());
            return 0;
        }
        catch (Exception e) when (e is ManagerException or FormatException or ZmqException or ZmqNotFoundException)
        {
            return Announcement.Error(e.Message);
        }
    }

    private static void Serve(ManagerOptions options)
    {
        using var directory = new RunDirectory(options.RunDirectory);
        using var manager = new ManagerProcess(options);
        using var publication = options.Name is { } name ? ManagerNames.Publish(name, manager.Address) : null;
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
        if (options.ExitWithStandardInput)
            StandardInput.WhenEnded(manager.Stop);
        Announcement.Ready(manager.Address.ToString(), manager.Address.Port);
        manager.Run();

        void OnSignal(PosixSignalContext context)
        {
            context.Cancel = true;
            manager.Stop();
        }
    }

    /// <summary>Goes with the manager even when the client that made it was killed.</summary>
    private sealed class RunDirectory(string? path) : IDisposable
    {
        public void Dispose()
        {
            try
            {
                if (path is not null)
                    Directory.Delete(path, recursive: true);
            }
            catch (IOException e)
            {
                // Workers that end at the same moment remove their parts of it.
                Console.Error.WriteLine($"manager: {path} is not removed whole: {e.Message}");
            }
        }
    }
}
