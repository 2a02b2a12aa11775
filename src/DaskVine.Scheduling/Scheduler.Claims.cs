using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>
/// What tasks ask for, and how long they have it. A task that ended, or that its worker has given back, holds nothing. One that was
/// cancelled may go on running for a while, and the next holder of its lock is perhaps on another worker: so it keeps its claim until
/// the worker has answered an empty Retract behind the Cancel, which it does when nothing runs that was cancelled. After a worker left,
/// its tasks' claims linger for the time in which its processes end. Beyond that nothing is promised: a worker that was given up for its
/// silence, and lives, may still run what it had.
/// </summary>
public sealed partial class Scheduler
{
    // By when they are given back.
    private readonly Queue<(TimeSpan At, Claim Claim)> _lingering = new();

    private void OnOptionsDefined(VineClient client, TaskOptions options)
    {
        if (!client.Graphs.TryGetValue(options.Graph, out var graph))
            return;
        if (options.Number < 1 || graph.Options.ContainsKey(options.Number))
        {
            var wrong = options.Number < 1 ? "have no number" : "were sent twice";
            FailGraph(graph, 0, "", "", Failure.Of(FailureKind.Invalid, $"task options {options.Number} of the graph {wrong}"));
            return;
        }

        VineFunction? library = null;
        if (options.Library is { } number && !client.Functions.TryGetValue(number, out library))
        {
            FailGraph(graph, 0, "", "", Failure.Of(
                FailureKind.Invalid, $"task options {options.Number} of the graph name library {number}, which was not sent"));
            return;
        }

        if (library is not null && ReadLibrary(library) is { } problem)
        {
            FailGraph(graph, 0, "", "", Failure.Of(
                FailureKind.Invalid, $"task options {options.Number} of the graph name library {library.Code.Name}, which cannot be: {problem}"));
            return;
        }

        string[] preferred = options.Elsewhere ? [.. options.Workers.Distinct()] : [];
        // The lowest number is kept for what has to come first.
        var priority = Math.Max(options.Priority, -long.MaxValue);
        graph.Options.Add(options.Number, new VineTaskOptions(
            priority, options.Retries, preferred, _board.DemandOf(options, library?.Library), options.Checkpoint, library,
            options.Cores > 1 && library?.Library is null ? new TaskNeeds(options.Cores, []) : null, library?.Library));
    }

    private void DropOptions(VineGraph graph)
    {
        foreach (var options in graph.Options.Values)
        {
            if (options.Demand is { } demand)
                _board.Drop(demand);
        }
    }

    private void EndClaim(VineTask task, bool mayRun)
    {
        if (task.Claim is not { } claim)
            return;
        task.Claim = null;
        if (!mayRun)
            _board.Free(claim);
        else if (IsConnected(claim.Worker))
            claim.Worker.Cancelled.Add(claim);
        else
            Linger(claim);
    }

    /// <summary>To be called after a Cancel: asks for an answer when claims depend on its having been read.</summary>
    private void AskIfCancelled(VineWorker worker)
    {
        if (worker.Cancelled.Count == 0)
            return;
        worker.Asked.Enqueue([.. worker.Cancelled]);
        worker.Cancelled.Clear();
        Emit(new ToWorker(worker.Id, new Retract([])));
    }

    /// <summary>Whether what the worker has answered was about cancelled tasks.</summary>
    private bool TakeAnswer(VineWorker worker)
    {
        if (!worker.Asked.TryDequeue(out var claims) || claims is null)
            return false;
        foreach (var claim in claims)
            _board.Free(claim);
        return true;
    }

    // No answer comes over a new link to what was asked on the old one.
    private static List<Claim> TakeUnanswered(VineWorker worker)
    {
        var claims = worker.Asked.SelectMany(claims => claims ?? []).ToList();
        worker.Asked.Clear();
        return claims;
    }

    private void Linger(Claim claim) => _lingering.Enqueue((_now + _options.CancelTime, claim));

    private void EndLingering()
    {
        while (_lingering.TryPeek(out var next))
        {
            if (next.At > _now)
            {
                WakeAt(next.At);
                return;
            }

            _lingering.Dequeue();
            _board.Free(next.Claim);
        }
    }
}
