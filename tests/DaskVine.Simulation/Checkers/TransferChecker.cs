using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling;

namespace DaskVine.Simulation.Checkers;

/// <summary>
/// A worker is not told to get a file from where it gets it; it gets no more files at once, and gives none to more workers at once, than the
/// limits say. Links cost nothing, and do not count.
/// </summary>
internal sealed class TransferChecker : Watcher
{
    private const int IncomingLimit = 16;
    private const int OutgoingLimit = 10;
    private const string Made = "made";
    private const string Gone = "nobody, as the source is gone";

    private const string OfWorkers = "sim://w";

    // Transfers and makers that were not answered, released, or ended by a new link: number, address, and whether it is a link, by file.
    private readonly Dictionary<WorkerId, Dictionary<FileId, (long Number, string Source, bool Linked)>> _running = [];
    private readonly Dictionary<string, int> _given = [];
    // Sources and destinations that went over their limits since the last decision.
    private readonly HashSet<string> _over = [];
    private readonly HashSet<WorkerId> _crowded = [];
    private readonly Dictionary<WorkerId, string> _addresses = [];

    public override void OnFact(SchedulerEvent happened)
    {
        switch (happened)
        {
            case WorkerSent { Record: Transferred e } sent: End(sent.Worker, e.File, e.Number); break;
            case WorkerSent { Record: TransferFailed e } sent:
                if (e.Failure is TransferFailureKind.NotThere or TransferFailureKind.Corrupt && Find(sent.Worker, e.File, e.Number) is { } failed)
                    Forsake(failed.Source, e.File);
                End(sent.Worker, e.File, e.Number);
                break;
            case WorkerSent { Record: FileLost e } sent: Forsake(_addresses.GetValueOrDefault(sent.Worker), e.File); break;
            case WorkerJoined e:
                EndAll(e.Worker);
                _addresses[e.Worker] = e.Hello.Peer?.Address ?? "";
                break;
            case WorkerLeft e:
                EndAll(e.Worker);
                Forsake(_addresses.GetValueOrDefault(e.Worker), null);
                break;
        }
    }

    // Within one decision a place may be given away before the word that frees it.
    public override void OnDecided(Scheduler scheduler)
    {
        foreach (var source in _over)
            Require(_given[source] <= OutgoingLimit, $"{source} gives {_given[source]} files at once");
        _over.Clear();
        foreach (var worker in _crowded)
            Require(Received(worker) <= IncomingLimit, $"{worker} gets {Received(worker)} files at once");
        _crowded.Clear();
    }

    public override void OnIntention(SchedulerEffect effect)
    {
        switch (effect)
        {
            case ToWorker { Record: Transfer e } to: Begin(to.Worker, e.File, e.Number, e.Address, e.Directory.Length > 0); break;
            case ToWorker { Record: MakeFile e } to: Begin(to.Worker, e.File, e.Number, Made, linked: false); break;
            case ToWorker { Record: Release e } to:
                foreach (var file in e.Files)
                    End(to.Worker, file, null);
                break;
        }
    }

    private void Begin(WorkerId worker, FileId file, long number, string source, bool linked)
    {
        if (!_running.TryGetValue(worker, out var running))
            _running.Add(worker, running = []);
        // What was to come from one that is gone may come from another; the worker stops the one before.
        Require(!running.TryGetValue(file, out var before) || before.Source != source, $"{worker} is to get {file} while it gets it");
        End(worker, file, null);
        running.Add(file, (number, source, linked));
        if (running.Count > IncomingLimit)
            _crowded.Add(worker);
        if (linked || !source.StartsWith(OfWorkers, StringComparison.Ordinal))
            return;
        var given = _given[source] = _given.GetValueOrDefault(source) + 1;
        if (given > OutgoingLimit)
            _over.Add(source);
    }

    // What is made there comes from nowhere, and what its source has not any more will not come.
    private int Received(WorkerId worker) => _running.GetValueOrDefault(worker)?.Values.Count(transfer => transfer.Source is not (Made or Gone)) ?? 0;

    // Who gets a file there will soon hear that it cannot.
    private void Forsake(string? source, FileId? lost)
    {
        if (source?.StartsWith(OfWorkers, StringComparison.Ordinal) != true)
            return;
        foreach (var (worker, running) in _running)
        {
            foreach (var (file, transfer) in running.Where(entry => entry.Value.Source == source && (lost ?? entry.Key) == entry.Key).ToList())
            {
                End(worker, file, null);
                running.Add(file, transfer with { Source = Gone });
            }
        }
    }

    private (long Number, string Source, bool Linked)? Find(WorkerId worker, FileId file, long? number) =>
        _running.TryGetValue(worker, out var running) && running.TryGetValue(file, out var transfer) && (number ?? transfer.Number) == transfer.Number
            ? transfer
            : null;

    private void End(WorkerId worker, FileId file, long? number)
    {
        if (Find(worker, file, number) is not { } transfer)
            return;
        _running[worker].Remove(file);
        if (!transfer.Linked && _given.TryGetValue(transfer.Source, out var given))
            _given[transfer.Source] = given - 1;
    }

    private void EndAll(WorkerId worker)
    {
        foreach (var file in _running.GetValueOrDefault(worker)?.Keys.ToList() ?? [])
            End(worker, file, null);
    }
}
