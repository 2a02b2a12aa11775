using DaskVine.WorkerState;

namespace DaskVine.Worker;

/// <summary>What is around the host processes of a worker.</summary>
/// <param name="Raise">Told what happens to them.</param>
internal sealed record HostWorld(
    WorkerOptions Options, RunDirectory Run, HostLogs Logs, CacheDirectory Cache, EventLoop Loop, WorkerLog Log, Action<WorkerEvent> Raise)
{
    /// <summary>Where processes run that have no directory of their own.</summary>
    public string WorkingDirectory => Options.WorkingDirectory ?? Environment.CurrentDirectory;
}
