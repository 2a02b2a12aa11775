using System.CommandLine;
using DaskVine.Security;
using DaskVine.ZeroMq;

namespace DaskVine.Cli;

/// <summary><c>daskvine keys</c></summary>
internal static class KeysCommand
{
    private static readonly Argument<string> Directory = new("directory") { Description = "Where the keys of the cluster are, or are to be" };
    private static readonly Option<string?> Add = new("--add") { Description = "Make one more key, of this name, and let it in" };
    private static readonly Option<string> Role = new("--role")
    {
        Description = "What the key that is added may be: client, worker or both",
        DefaultValueFactory = _ => "worker",
    };

    private static readonly Option<string?> Revoke = new("--revoke") { Description = "Let the key of this name in no more, from the next connection on" };
    private static readonly Option<string[]> Export = new("--export")
    {
        Description = "ROLE OUT: write what a machine of a worker or a client needs, and no more, into the directory OUT",
        Arity = new ArgumentArity(2, 2),
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string?> Key = new("--key") { Description = "Name of the key to export (default: the role's first)" };

    public static Command Create()
    {
        Role.AcceptOnlyFromAmong("client", "worker", "both");
        Export.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: not ("client" or "worker") }, ..])
                result.AddError("--export takes a role, client or worker, and a directory");
        });
        var command = new Command("keys", "Make the keys of a secured cluster, add and revoke some, and copy what a machine needs.")
        {
            Directory, Add, Role, Revoke, Export, Key,
        };
        command.Validators.Add(result =>
        {
            var asked = new Option[] { Add, Revoke, Export }.Count(option => result.GetResult(option) is { Implicit: false });
            if (asked > 1)
                result.AddError("give one of --add, --revoke and --export");
        });
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        var directory = Path.GetFullPath(parsed.GetValue(Directory)!);
        try
        {
            Console.Error.WriteLine(Perform(parsed, directory));
            return 0;
        }
        catch (Exception e) when (e is KeysException or ZmqException or ZmqNotFoundException)
        {
            return Announcement.Error(e.Message);
        }
    }

    private static string Perform(ParseResult parsed, string directory)
    {
        if (parsed.GetValue(Add) is { } name)
        {
            KeyDirectory.Add(directory, name, RolesOf(parsed.GetValue(Role)!));
            return $"the key '{name}' is in {directory} and is let in; copy it with 'daskvine keys {directory} --export ROLE OUT --key {name}'";
        }

        if (parsed.GetValue(Revoke) is { } revoked)
        {
            KeyDirectory.Revoke(directory, revoked);
            return $"the key '{revoked}' is let in no more; connections that it has stay until they end";
        }

        if (parsed.GetValue(Export) is [var role, var into])
        {
            KeyDirectory.Export(directory, RolesOf(role), Path.GetFullPath(into), parsed.GetValue(Key));
            return $"{Path.GetFullPath(into)} has what a {role} needs; copy it there as it is, over a connection that you trust";
        }

        KeyDirectory.Create(directory);
        return $"the keys of a cluster are in {directory}; for other machines: 'daskvine keys {directory} --export worker OUT', or client";
    }

    private static KeyRoles RolesOf(string word) => word switch
    {
        "client" => KeyRoles.Client,
        "worker" => KeyRoles.Worker,
        _ => KeyRoles.Both,
    };
}
