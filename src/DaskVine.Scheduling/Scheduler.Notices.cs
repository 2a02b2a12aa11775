using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>What clients hear besides results and failures, now and then: progress, and what is waited for.</summary>
public sealed partial class Scheduler
{
    private void TellProgress()
    {
        for (var i = _progressDue.Count - 1; i >= 0; i--)
        {
            var graph = _progressDue[i];
            if (graph.ProgressDue && graph.NextProgress > _now)
            {
                WakeAt(graph.NextProgress);
                continue;
            }

            _progressDue[i] = _progressDue[^1];
            _progressDue.RemoveAt(_progressDue.Count - 1);
            if (!graph.ProgressDue)
                continue;
            graph.ProgressDue = false;
            graph.NextProgress = _now + _options.ProgressInterval;
            Emit(new ToClient(graph.Client.Id, new Progress(graph.Number, graph.DoneCount, graph.AssignedCount, graph.TaskCount)));
        }
    }

    private void ProgressChanged(VineGraph graph)
    {
        if (graph.ProgressDue)
            return;
        graph.ProgressDue = true;
        _progressDue.Add(graph);
    }

    private void TellWhoWaits()
    {
        if (_workers.Count == 0)
        {
            TellThatNoWorkerIsThere();
            return;
        }

        if (_workerlessSince is not null)
        {
            TellEveryoneOfWorkers();
            _workersSince = _now;
        }

        _workerlessSince = null;
        foreach (var pool in _board.Unserved.ToList())
            TellThatNoWorkerFits(pool);
    }

    private void TellThatNoWorkerIsThere()
    {
        if (_tasks.Count == 0)
        {
            _workerlessSince = null;
            return;
        }

        _workerlessSince ??= _now;
        var tellAt = _workerlessSince.Value + _options.NoWorkersNoticeTime;
        if (tellAt > _now)
        {
            WakeAt(tellAt);
            return;
        }

        foreach (var client in _clients.Values)
        {
            if (client.ToldToWait || client.Graphs.Count == 0)
                continue;
            client.ToldToWait = true;
            var tasks = client.Graphs.Values.Sum(graph => graph.TaskCount - graph.DoneCount);
            Emit(new ToClient(client.Id, new Notice(
                Notice.WaitingForWorkers, $"{tasks} tasks wait: no worker is connected to this manager; start one with 'daskvine worker'")));
        }
    }

    private void TellThatNoWorkerFits(WorkerPool pool)
    {
        foreach (var (client, wait) in pool.Waits.ToList())
        {
            if (wait.Told)
                continue;
            var tellAt = Max(wait.Since, _workersSince) + _options.NoWorkersNoticeTime;
            if (tellAt > _now)
            {
                WakeAt(tellAt);
                continue;
            }

            if (DemandBoard.FirstOf(pool, client) is not { } task)
            {
                _board.ForgetWait(pool, client);
                continue;
            }

            wait.Told = true;
            Emit(new ToClient(client.Id, new Notice(Notice.WaitingForResources, PoolText.Unserved(pool, task.Key))));
        }
    }

    private void TellEveryoneOfWorkers()
    {
        foreach (var client in _clients.Values)
        {
            if (client.ToldToWait)
                Emit(new ToClient(client.Id, new Notice(Notice.WorkersConnected, "a worker has connected; the waiting tasks run")));
            client.ToldToWait = false;
        }
    }

    private void OnVersionsKnown(VineWorker worker, IReadOnlyDictionary<string, string> versions)
    {
        worker.Versions = versions;
        foreach (var client in _clients.Values.OrderBy(client => client.Id.Value))
            TellDifference(client, worker);
    }

    // Many workers that differ in the same way are one piece of news.
    private void TellDifference(VineClient client, VineWorker worker)
    {
        var difference = VersionDifference.Of(worker.Versions, client.Versions);
        if (difference is null || !client.ToldDifferences.Add(difference))
            return;
        Emit(new ToClient(client.Id, new Notice(
            Notice.VersionsDiffer,
            $"worker {worker.Name} has {difference}: what is pickled on one side may not load on the other; use the same versions on both")));
    }
}
