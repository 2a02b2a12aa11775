namespace DaskVine.Security;

/// <summary>What the holder of a key may be.</summary>
[Flags]
public enum KeyRoles
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Sends graphs.</summary>
    Client = 1,

    /// <summary>Runs tasks.</summary>
    Worker = 2,

    /// <summary>Both.</summary>
    Both = Client | Worker,
}
