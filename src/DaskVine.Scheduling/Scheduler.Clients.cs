using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>Clients come and go, and what they send for all graphs.</summary>
public sealed partial class Scheduler
{
    private void OnClientJoined(ClientJoined e)
    {
        if (_clients.TryGetValue(e.Client, out var old))
        {
            DropGraphs(old);
            ForgetFunctions(old, [.. old.Functions.Keys]);
            // What this batch had for the old link must not go over the new one, where graphs are numbered anew.
            _effects.RemoveAll(effect => effect is ToClient to && to.Client == e.Client);
            _effects.RemoveAll(effect => effect is SendFile send && send.Client == e.Client);
            _effects.RemoveAll(effect => effect is SendValue send && send.Client == e.Client);
        }

        _clients[e.Client] = new VineClient(e.Client, e.Versions);
        foreach (var worker in _workers.Values.OrderBy(worker => worker.Id.Value))
            TellDifference(_clients[e.Client], worker);
    }

    private void OnClientLeft(ClientLeft e)
    {
        if (!_clients.Remove(e.Client, out var client))
            return;
        DropGraphs(client);
        ForgetFunctions(client, [.. client.Functions.Keys]);
    }

    private void OnClientSent(ClientSent e)
    {
        if (!_clients.TryGetValue(e.Client, out var client))
            throw new InvalidOperationException($"{e.Client} sent a record and has not joined");
        switch (e.Record)
        {
            case SubmitNodes record: OnNodesSubmitted(client, record); break;
            case FunctionCode record: OnFunctionDefined(client, record); break;
            case OpenGraph record: OnGraphOpened(client, record); break;
            case SealGraph record: OnGraphSealed(client, record); break;
            case CancelGraph record: OnGraphCancelled(client, record); break;
            case TaskOptions record: OnOptionsDefined(client, record); break;
            case Upload record: OnUploaded(record); break;
            case ForgetFunctions record: ForgetFunctions(client, record.Numbers); break;
            default: OnFilesSent(client, e.Record); break;
        }
    }

    private void OnFilesSent(VineClient client, Record sent)
    {
        switch (sent)
        {
            case SubmitFiles record: OnFilesSubmitted(client, record); break;
            case SubmitCommand record: OnCommandSubmitted(client, record); break;
            case FileData record: OnFileData(client, record); break;
            case Want record: OnWanted(client, record); break;
            case Prune record: OnPruned(client, record); break;
            case Tune record: OnTuned(client, record); break;
            case AskMovements record: OnMovementsAsked(client, record); break;
            default: throw new InvalidOperationException($"a client may not send {sent.Kind}");
        }
    }

    // Of two under one name the later counts, and comes after what was uploaded between them.
    private void OnUploaded(Upload upload)
    {
        var same = _uploads.FindIndex(old => old.Name == upload.Name);
        if (same >= 0 && _uploads[same].Hash.Span.SequenceEqual(upload.Hash.Span))
            return;
        if (same >= 0)
            _uploads.RemoveAt(same);
        // Copied, as functions are.
        var kept = upload with { Hash = upload.Hash.ToArray(), Data = upload.Data.ToArray() };
        _uploads.Add(kept);
        foreach (var worker in _workers.Values.OrderBy(worker => worker.Id.Value))
            Emit(new ToWorker(worker.Id, kept));
    }
}
