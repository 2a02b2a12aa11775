using System.CommandLine;
using DaskVine.Protocol.Door;
using DaskVine.Security;

namespace DaskVine.Cli;

/// <summary><c>--keys</c>, and what stands in for it.</summary>
internal static class KeysOption
{
    public static Option<string?> Create(string whose) => new("--keys")
    {
        Description = $"Directory with the keys of {whose}, as made by 'daskvine keys' (default: {ClusterKeys.Variable}, for an address at tcp://)",
    };

    /// <summary>The keys in the directory that was named. A Unix socket is guarded by its directory, so there the environment does not count.</summary>
    /// <exception cref="KeysException">It is absent, or others may look into it.</exception>
    public static ClusterKeys? Load(string? given, DoorAddress address)
    {
        if (given is null && address.Path is null && Environment.GetEnvironmentVariable(ClusterKeys.Variable) is { Length: > 0 } named)
            given = named;
        return given is null ? null : ClusterKeys.Load(given);
    }
}
