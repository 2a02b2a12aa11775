using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling;
using DaskVine.Simulation.Clients;
using DaskVine.Simulation.Workers;
using DaskVine.WorkerState;

namespace DaskVine.Simulation.Checkers;

/// <summary>Sees what happens in a world. A checker throws when its one property does not hold.</summary>
internal abstract class Watcher
{
    /// <summary>The manager's core is about to learn of this.</summary>
    public virtual void OnFact(SchedulerEvent happened)
    {
    }

    /// <summary>The manager's core wants this.</summary>
    public virtual void OnIntention(SchedulerEffect effect)
    {
    }

    public virtual void OnDecided(Scheduler scheduler)
    {
    }

    public virtual void OnDecided(WorkerCore core)
    {
    }

    public virtual void OnCallStarted(SimulatedWorker worker, NodeName task)
    {
    }

    /// <summary>It returned, failed, or its process ended.</summary>
    public virtual void OnCallEnded(SimulatedWorker worker, NodeName task)
    {
    }

    /// <summary>A client has the whole value of a node.</summary>
    public virtual void OnResult(GraphRun run, int node, byte[] value)
    {
    }

    public virtual void OnGraphFailed(GraphRun run, GraphFailed failed)
    {
    }

    /// <summary>A client has the report about a command of a session.</summary>
    public virtual void OnReport(GraphRun run, int node, CommandReport report)
    {
    }

    /// <summary>A client is told that the value of a node of a session will not come.</summary>
    public virtual void OnMissing(GraphRun run, int node, GraphFailed failed)
    {
    }

    /// <summary>Every graph has ended, and the last messages have arrived.</summary>
    public virtual void OnEnd(World world)
    {
    }

    protected void Require(bool holds, string otherwise, params IReadOnlyList<NodeName> tasks)
    {
        if (!holds)
            throw new PropertyBrokenException(GetType().Name, otherwise) { Nodes = tasks };
    }
}
