namespace DaskVine.WorkerState;

/// <summary>How far the watched outputs of a running command were sent, by their indices. Each of them is in one of the two at most.</summary>
internal sealed class Following
{
    /// <summary>What was asked for and has not come.</summary>
    public Dictionary<int, ReadOutput> Asked { get; } = [];

    /// <summary>Bytes that were sent of those whose next piece the manager has not asked for.</summary>
    public Dictionary<int, long> Sent { get; } = [];
}
