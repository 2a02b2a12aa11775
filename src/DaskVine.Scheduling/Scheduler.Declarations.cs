using DaskVine.Protocol;
using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>Files that clients declare, ask for, and give up.</summary>
public sealed partial class Scheduler
{
    // Files that somebody wanted while there was no worker to get them.
    private readonly List<VineFile> _wantedWithoutWorkers = [];

    private void OnFilesSubmitted(VineClient client, SubmitFiles submit)
    {
        if (!client.Graphs.TryGetValue(submit.Graph, out var graph))
            return;
        if (OutOfTurn(graph, submit.First, "files", "files from") is { } wrong)
        {
            FailGraph(graph, submit.First, "", "", Failure.Of(FailureKind.Invalid, wrong));
            return;
        }

        foreach (var declared in submit.Files)
        {
            var file = AddFile(graph);
            file.Declared = declared;
            file.Size = declared.Size;
            if (declared.Kind != FileKind.Path)
                continue;
            file.Staged = true;
            Emit(new ServePath(file.Id, declared.Source));
        }
    }

    private void OnFileData(VineClient client, FileData part)
    {
        if (!client.Graphs.TryGetValue(part.Graph, out var graph))
            return;
        if (part.Node >= graph.Nodes.Count || graph.Nodes[part.Node] is not { Declared: { Kind: FileKind.Data } declared, Staged: false } file)
        {
            FailGraph(graph, part.Node, "", "", Failure.Of(FailureKind.Invalid, $"data came for node {part.Node}, which waits for none"));
            return;
        }

        Emit(new StoreData(file.Id, declared.Size, part.Offset, part.Data));
    }

    private void OnWanted(VineClient client, Want want)
    {
        if (!client.Graphs.TryGetValue(want.Graph, out var graph))
            return;
        if (want.Nodes.FirstOrDefault(node => node >= graph.Nodes.Count, -1) is var unknown and >= 0)
        {
            FailGraph(graph, unknown, "", "", Failure.Of(FailureKind.Invalid, $"node {unknown} is wanted and there is none"));
            return;
        }

        foreach (var node in want.Nodes)
        {
            var file = graph.Nodes[node];
            if (file.Wanted)
                continue;
            file.Wanted = true;
            graph.WantedCount++;
            if (file.IsAvailable)
                OnAvailable(file);
            else
                MakeWanted(file);
        }
    }

    // It may have been lost while nobody waited for it.
    private void MakeWanted(VineFile file)
    {
        if (file.NeverComes)
            FailWanted(file, "", "no task makes it");
        else
            Remake(file);
    }

    /// <summary>What the client waits for, and no worker has yet, comes to one, to go on to the manager from there.</summary>
    private void SeeToWanted(VineFile file)
    {
        if (file is not { Wanted: true, AtManager: false, HasOrigin: true, Holders.Count: 0, Arrivals.Count: 0 } || !IsOpen(file.Graph))
            return;
        if (file.Maker?.Inputs.Any(input => input.NeverComes) == true)
            FailWanted(file, "", "what it is made from is not there");
        else if (_index.LeastLoaded() is { } worker)
            Bring(file, worker);
        else
            _wantedWithoutWorkers.Add(file);
    }

    private void SeeToWantedWithoutWorkers()
    {
        foreach (var file in _wantedWithoutWorkers.Where(file => Find(file.Id) == file).ToList())
            SeeToWanted(file);
        _wantedWithoutWorkers.Clear();
    }

    private void OnPruned(VineClient client, Prune prune)
    {
        if (!client.Graphs.TryGetValue(prune.Graph, out var graph))
            return;
        foreach (var node in prune.Nodes)
        {
            if (node >= graph.Nodes.Count)
                continue;
            var file = graph.Nodes[node];
            if (prune.Forget && file.Producer is { } task && task.Output == file)
                EndCancelled(task);
            file.Forgotten |= prune.Forget;
            if (!prune.Forget)
                PruneReplicas(file);
            else if (!file.Wanted)
                ReleaseIfUnneeded(file);
            LetGoIfOver(file.Producer);
        }

        EndIfDelivered(graph);
    }

    private void PruneReplicas(VineFile file)
    {
        var wasAvailable = file.IsAvailable;
        if (file.Producer is { State: VineTaskState.Done })
            Release(file);
        else
            ReleaseReplicas(file);
        if (file.FetchSource is not null)
        {
            file.FetchSource = null;
            Emit(new DropStaged(file.Id));
        }

        SeeToWanted(file);
        if (file.IsAvailable)
        {
            foreach (var worker in file.Consumers.Select(consumer => consumer.Worker).OfType<VineWorker>().Distinct().ToList())
                Bring(file, worker);
        }
        else if (wasAvailable && file.IsDemanded)
        {
            Rebuild(file);
        }
    }

    private void OnTuned(VineClient client, Tune tune)
    {
        if (!_tuning.Set(tune.Name, tune.Value))
            Emit(new ToClient(client.Id, new Notice(Notice.NotTuned, $"this manager has no parameter '{tune.Name}'")));
    }
}
