using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState;

/// <summary>Where a file on its way stands.</summary>
internal enum GettingState
{
    /// <summary>There is no room for it now.</summary>
    Postponed,

    /// <summary>The shell gets it.</summary>
    Running,

    /// <summary>The manager sends it in chunks.</summary>
    ByLink,
}

/// <summary>A file on its way here.</summary>
internal sealed class Getting(Transfer transfer)
{
    public Transfer Transfer { get; private set; } = transfer;

    /// <summary>What is to be made when it is not here under its name; null for what is got.</summary>
    public MakeFile? Make { get; init; }

    /// <summary>A later one for the same file, which is used when this one fails.</summary>
    public Transfer? Next { get; set; }

    public GettingState State { get; set; }

    /// <summary>What the shell knows it by while it runs.</summary>
    public long Attempt { get; set; }

    /// <summary>Room that is kept for it.</summary>
    public long Reserved { get; set; }

    /// <summary>Goes on with the later one; returns whether there is one.</summary>
    public bool TakeNext()
    {
        if (Next is null)
            return false;
        (Transfer, Next) = (Next, null);
        return true;
    }
}
