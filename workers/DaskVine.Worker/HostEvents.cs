using DaskVine.Protocol;
using DaskVine.Protocol.Host;
using DaskVine.WorkerState;

namespace DaskVine.Worker;

/// <summary>What a host's answer means to the core.</summary>
internal static class HostEvents
{
    /// <exception cref="ProtocolException">It is no answer to a call.</exception>
    public static WorkerEvent Of(HostId host, HostRecord record) => record switch
    {
        HostReturned e => new CallReturned(host, e.Call, e.DurationUs, e.Size, e.Value, e.Output),
        HostFailed e => new CallFailed(host, e.Call, e.DurationUs, e.Failure, e.Output),
        _ => throw new ProtocolException($"{record.GetType().Name} has no meaning from a process that runs calls"),
    };
}
