using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>
/// How long results are kept beyond their last consumer, in graphs that ask for it: until consumers of consumers are done, so that what is lost
/// can be made again from near.
/// </summary>
public sealed partial class Scheduler
{
    private readonly Stack<VineTask> _settling = new();

    /// <summary>The graph is whole: from now on its tasks count as settled with what follows them.</summary>
    private void BeginSettling(VineGraph graph)
    {
        if (graph.PruneDepth < 2)
            return;
        foreach (var file in graph.Nodes)
            file.Settled = new int[graph.PruneDepth];
        for (var i = graph.Nodes.Count - 1; i >= 0; i--)
        {
            if (graph.Nodes[i].Producer is { State: VineTaskState.Done } done)
                Settle(done);
        }
    }

    /// <summary>A task is done; what it read may go with it, and what those that made it have read.</summary>
    private void Settle(VineTask done)
    {
        if (done.Output.Settled is null)
            return;
        _settling.Push(done);
        while (_settling.TryPop(out var task))
        {
            var depth = DepthBehind(task);
            for (var reached = task.SettledDepth + 1; reached <= depth; reached++)
            {
                foreach (var input in task.Inputs)
                {
                    if (++input.Settled![reached] == input.Consumers.Count && input.Producer is { State: VineTaskState.Done } producer)
                        _settling.Push(producer);
                }
            }

            if (depth <= task.SettledDepth)
                continue;
            task.SettledDepth = depth;
            foreach (var input in task.Inputs)
                ReleaseIfUnneeded(input);
        }
    }

    // The last index stands for "and no matter what comes".
    private static int DepthBehind(VineTask task)
    {
        var settled = task.Output.Settled!;
        var depth = 0;
        while (depth < settled.Length - 1 && settled[depth] == task.Output.Consumers.Count)
            depth++;
        return depth;
    }
}
