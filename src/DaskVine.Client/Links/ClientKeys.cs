using DaskVine.Security;
using DaskVine.ZeroMq;

namespace DaskVine.Client;

/// <summary>What an encrypted link needs, and where it was found.</summary>
internal sealed record ClientKeys(CurveKeyPair Own, string Manager, string Directory)
{
    /// <summary>The keys for the manager behind a door, or null for an open link.</summary>
    /// <param name="door">Open.</param>
    /// <param name="given">A directory of keys, or null for that of the environment.</param>
    /// <exception cref="ManagerUnreachableException">One side has keys and the other has none, or they cannot be read.</exception>
    public static ClientKeys? For(ManagerDoor door, string? given)
    {
        var isTcp = door.Address.Path is null;
        var secured = door.Greeting.Secured;
        var directory = given ?? (isTcp || secured ? Environment.GetEnvironmentVariable(ClusterKeys.Variable) : null);
        directory = string.IsNullOrEmpty(directory) ? null : Path.GetFullPath(directory);
        if (secured && directory is null)
        {
            throw new ManagerUnreachableException(
                $"the manager at {door.Address} is secured and this client has no keys: name their directory with "
                + $"Vine.ConnectAsync(…, keys: DIR) or {ClusterKeys.Variable} ('daskvine keys DIR --export client OUT' makes one)");
        }

        // A Unix socket is guarded by its directory, so there the manager decides. Elsewhere, whoever says so may be anybody.
        if (!secured && directory is not null && isTcp)
        {
            throw new ManagerUnreachableException(
                $"the manager at {door.Address} is not secured and this client has keys ({directory}): start the manager with --keys, "
                + $"or use neither keys: nor {ClusterKeys.Variable}");
        }

        return secured ? Load(directory!) : null;
    }

    private static ClientKeys Load(string directory)
    {
        try
        {
            var keys = ClusterKeys.Load(directory);
            return new ClientKeys(keys.Client, keys.ManagerPublicKey, keys.Directory);
        }
        catch (KeysException e)
        {
            throw new ManagerUnreachableException(e.Message, e);
        }
    }
}
