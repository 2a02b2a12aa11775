using System.CommandLine;
using System.CommandLine.Parsing;
using DaskVine.Manager;
using DaskVine.Protocol.Door;
using DaskVine.Security;
using DaskVine.ZeroMq;

namespace DaskVine.Cli;

/// <summary><c>daskvine manager</c></summary>
internal static class ManagerCommand
{
    // Said once, links may be open; said twice, to other machines too.
    private const int OpenToAll = 2;

    private static readonly Option<string> Listen = new("--listen")
    {
        Description = "Address to listen on: ipc:///path, tcp://127.0.0.1:PORT (0: any free port) or, with keys, tcp://*:PORT",
        DefaultValueFactory = _ => "tcp://127.0.0.1:9123",
    };

    private static readonly Option<string?> Name = new("--name") { Description = "Name under which workers and clients on this machine find this manager" };
    private static readonly Option<string?> Keys = KeysOption.Create("a manager");
    private static readonly Option<string?> Bulk = new("--bulk") { Description = "How bulk data travels: tls (default with keys) or plain" };
    private static readonly Option<bool> Insecure = new("--insecure")
    {
        Description = "Use no keys, whatever the environment says; given twice: also where other machines can reach the manager",
        Arity = ArgumentArity.Zero,
    };

    private static readonly Option<string?> Directory = new("--run-dir") { Description = "Directory to remove when this manager ends" };
    private static readonly Option<bool> WithInput = new("--exit-with-stdin") { Description = "End when standard input ends" };

    public static Command Create()
    {
        var command = new Command("manager", "Run a manager: clients send graphs to it, workers take tasks from it.")
        {
            Listen, Name, Keys, Bulk, Insecure, Directory, WithInput,
        };
        Bulk.AcceptOnlyFromAmong("tls", "plain");
        command.Validators.Add(result =>
        {
            if (Times(result, Insecure) > 0 && result.GetValue(Keys) is not null)
                result.AddError("--keys and --insecure exclude each other");
        });
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        try
        {
            var name = parsed.GetValue(Name);
            using var directory = new RunDirectory(parsed.GetValue(Directory));
            using var manager = new ManagerProcess(Options(parsed));
            using var publication = name is null ? null : ManagerNames.Publish(name, FromHere(manager.Address));
            using var ending = new Ending(parsed.GetValue(WithInput), _ => manager.Stop());
            Announcement.ManagerReady(manager.Address.ToString(), manager.Address.Port);
            manager.Run();
            return 0;
        }
        catch (Exception e) when (e is ManagerException or KeysException or FormatException or ZmqException or ZmqNotFoundException
            or IOException or UnauthorizedAccessException)
        {
            return Announcement.Error(e.Message);
        }
    }

    private static ManagerOptions Options(ParseResult parsed)
    {
        var address = DoorAddress.Parse(parsed.GetValue(Listen)!);
        var insecure = Times(parsed.CommandResult, Insecure);
        var options = new ManagerOptions
        {
            Address = address,
            Name = parsed.GetValue(Name),
            Keys = insecure > 0 ? null : KeysOption.Load(parsed.GetValue(Keys), address),
            OpenToAll = insecure >= OpenToAll,
        };
        if (insecure > 0)
            Warn(address);
        return parsed.GetValue(Bulk) is { } bulk
            ? options with { Bulk = bulk == "tls" ? BulkSecurity.Tls : BulkSecurity.Plain }
            : options;
    }

    // Names are for this machine, and nobody can connect to all of its addresses.
    private static DoorAddress FromHere(DoorAddress address) =>
        address.Host is "*" or "0.0.0.0" or "::" ? DoorAddress.Parse($"tcp://127.0.0.1:{address.Port}") : address;

    private static int Times(CommandResult result, Option option) =>
        result.GetResult(option) is { Implicit: false } given ? given.IdentifierTokenCount : 0;

    private static void Warn(DoorAddress address) => Console.Error.WriteLine(
        $"""
        ************************************************************************
        daskvine: WARNING: --insecure: links are not encrypted and nobody has to
        show a key. Whoever reaches {address} can run any
        program as you and read all data. 'daskvine keys DIR' makes keys.
        ************************************************************************
        """);

    /// <summary>Goes with the manager even when the client that made it was killed.</summary>
    private sealed class RunDirectory(string? path) : IDisposable
    {
        // Workers that end at the same moment remove their parts of it, and meet this.
        private const int Attempts = 100;
        private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

        public void Dispose()
        {
            for (var attempt = 1; path is not null && System.IO.Directory.Exists(path); attempt++)
            {
                try
                {
                    System.IO.Directory.Delete(path, recursive: true);
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
