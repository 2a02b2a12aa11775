using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>
/// Files on their way to workers. An arrival waits for a source or runs; whatever makes room (a replica more, an arrival that ended, the
/// manager that has the file now) starts those that wait for it, and nothing is looked through.
/// </summary>
public sealed partial class Scheduler
{
    // Of files that were to be made, or to come by a link that is gone. In this step: they may be needed all the same.
    private readonly List<Arrival> _endedEarly = [];

    private long _arrivalsSoFar;

    /// <summary>Has a file brought to a worker, from wherever it can be had.</summary>
    private void Bring(VineFile file, VineWorker worker)
    {
        if (worker.Files.Contains(file) || worker.Arriving.ContainsKey(file))
            return;
        var arrival = new Arrival(file, worker);
        file.Spread.Arrivals.Add(arrival);
        worker.Arriving.Add(file, arrival);
        worker.StoredBytes += arrival.Bytes;
        Start(arrival);
    }

    /// <summary>Starts an arrival that is new or waits, or has it wait for what it needs.</summary>
    private void Start(Arrival arrival)
    {
        var (file, to) = (arrival.File, arrival.Destination);
        if (file.Maker is { } maker)
        {
            Make(arrival, maker);
            return;
        }

        if (to.Incoming >= _tuning.IncomingLimit)
        {
            arrival.State = ArrivalState.Delayed;
            to.Delayed.Enqueue(arrival);
            return;
        }

        if (SourceOf(file, to) is { } source)
            StartFrom(source, arrival);
        else if (MayComeFromOrigin(file, to))
            StartFromOrigin(arrival);
        else
            Wait(arrival);
    }

    private void Wait(Arrival arrival)
    {
        arrival.State = ArrivalState.Waiting;
        arrival.File.Spread.Waiting.Enqueue(arrival);
        SeeToASource(arrival);
    }

    // What no holder can give it goes by way of the manager.
    private void SeeToASource(Arrival arrival)
    {
        if (!arrival.File.HasOrigin && !HasReachableHolder(arrival.File, arrival.Destination))
            Fetch(arrival.File);
    }

    private void StartFrom(VineWorker source, Arrival arrival)
    {
        var (file, to, peer) = (arrival.File, arrival.Destination, source.Peer!);
        arrival.Source = source;
        source.Outgoing.Add(arrival);
        var given = file.Spread.Given.GetValueOrDefault(source);
        file.Spread.Given[source] = new Giving(given.Now + 1, given.Total + 1);
        var directory = IsLinked(source, to) ? peer.Directory : "";
        Run(arrival, new Transfer(file.Id, file.Size, 0, peer.Address, peer.Token, directory, file.Name, file.Level));
    }

    private void StartFromOrigin(Arrival arrival)
    {
        var file = arrival.File;
        arrival.IsFromOrigin = true;
        file.Spread.FromOrigin++;
        file.Spread.GivenByOrigin++;
        switch (file.Declared)
        {
            case { Kind: FileKind.Url } url when !file.AtManager:
                Run(arrival, new Transfer(file.Id, file.Size, 0, url.Source, "", "", file.Name, file.Level));
                break;
            case { Kind: FileKind.Shared } shared:
                Run(arrival, new Transfer(file.Id, file.Size, 0, $"shared:{shared.Source}", "", "", "", CacheLevel.Task));
                break;
            case var _ when file.Staged && _options.Peer is { } peer && (!arrival.ByLink || file.IsArchive):
                Run(arrival, new Transfer(file.Id, file.Size, 0, peer.Address, peer.Token, "", file.Name, file.Level));
                break;
            default:
                Run(arrival, new Transfer(file.Id, file.Size, 0, "", "", "", file.Name, file.Level));
                Emit(new PutFile(arrival.Destination.Id, file.Id, file.Size, file.Value));
                break;
        }
    }

    private void Make(Arrival arrival, VineTask maker)
    {
        foreach (var input in maker.Inputs.AsSpan(0, maker.NamedInputs))
        {
            if (!input.IsAvailable)
                Remake(input);
            Bring(input, arrival.Destination);
        }

        // An input may turn out never to come.
        if (arrival.State == ArrivalState.Ended)
            return;
        var inputs = maker.Inputs[..maker.NamedInputs].Select(input => new FileSize(input.Id, input.Size)).ToArray();
        var file = arrival.File;
        Begin(arrival);
        Emit(new ToWorker(arrival.Destination.Id, new MakeFile(file.Id, arrival.Number, maker.Body, inputs, file.Name, file.Level)));
    }

    private void Run(Arrival arrival, Transfer transfer)
    {
        Begin(arrival);
        Emit(new ToWorker(arrival.Destination.Id, transfer with { Number = arrival.Number }));
    }

    private void Begin(Arrival arrival)
    {
        arrival.State = ArrivalState.Running;
        arrival.Number = ++_arrivalsSoFar;
        arrival.File.Spread.Running++;
        if (arrival.IsReceived)
            arrival.Destination.Incoming++;
    }

    /// <summary>Takes a running arrival off the books of its source; what it becomes is up to the caller.</summary>
    private void Stop(Arrival arrival)
    {
        if (arrival.State != ArrivalState.Running)
            return;
        var file = arrival.File;
        arrival.State = ArrivalState.Waiting;
        file.Spread.Running--;
        if (arrival.IsReceived)
            arrival.Destination.Incoming--;
        if (arrival.IsFromOrigin)
            file.Spread.FromOrigin--;
        arrival.IsFromOrigin = false;
        if (arrival.Source is not { } source)
            return;
        arrival.Source = null;
        source.Outgoing.Remove(arrival);
        // A source that has lost the file is no holder any more.
        if (file.Spread.Given.TryGetValue(source, out var given))
        {
            file.Spread.Given[source] = given with { Now = given.Now - 1 };
            file.Spread.Givers.Add(source);
        }

        ServeAsking(source);
    }

    /// <summary>Forgets an arrival, without a word to its worker.</summary>
    private void End(Arrival arrival)
    {
        var (file, to) = (arrival.File, arrival.Destination);
        var ran = arrival.State == ArrivalState.Running;
        Stop(arrival);
        arrival.State = ArrivalState.Ended;
        file.Spread.Arrivals.Remove(arrival);
        to.Arriving.Remove(file);
        to.StoredBytes -= arrival.Bytes;
        if (!ran)
            return;
        ServeWaiting(file);
        ServeDelayed(to);
    }

    /// <summary>Ends all arrivals of a file, and tells those who wait for it.</summary>
    private void EndArrivals(VineFile file)
    {
        if (!file.IsSpread)
            return;
        file.Spread.Waiting.Clear();
        foreach (var arrival in file.Arrivals.ToArray())
        {
            // What came of it before it was stopped, or failed, is at the worker.
            var told = arrival.Number > 0 || arrival.HasPart;
            End(arrival);
            if (told)
                Emit(new ToWorker(arrival.Destination.Id, new Release([file.Id])));
            EndMadeFrom(file, arrival.Destination);
        }
    }

    // What is made at a worker is asked for again when it has a use, and then with its inputs.
    private void EndMadeFrom(VineFile file, VineWorker worker)
    {
        foreach (var made in MadeFrom(file, worker))
        {
            End(made);
            Emit(new ToWorker(worker.Id, new Release([made.File.Id])));
            _endedEarly.Add(made);
        }
    }

    /// <summary>Brings what is needed of that of which an arrival was ended, now that it is known what else has changed.</summary>
    private void SeeToEndedEarly()
    {
        if (_endedEarly.Count == 0)
            return;
        foreach (var (file, worker) in _endedEarly.Select(arrival => (arrival.File, arrival.Destination)).ToList())
        {
            SeeToWanted(file);
            if (IsOpen(file.Graph) && IsConnected(worker) && file.Consumers.Exists(consumer => consumer.Worker == worker && Names(consumer, file)))
                Bring(file, worker);
        }

        _endedEarly.Clear();
    }

    private static bool Names(VineTask task, VineFile file) => Array.IndexOf(task.Inputs, file, 0, task.NamedInputs) >= 0;

    /// <summary>Starts those that wait for a file, as far as there are sources with room.</summary>
    private void ServeWaiting(VineFile file)
    {
        if (!file.IsSpread)
            return;
        var waiting = file.Spread.Waiting;
        while (waiting.TryPeek(out var arrival))
        {
            if (arrival.State == ArrivalState.Waiting && IsConnected(arrival.Destination))
            {
                if (arrival.Destination.Incoming < _tuning.IncomingLimit && !CanStart(arrival))
                {
                    SeeToASource(arrival);
                    return;
                }

                waiting.Dequeue();
                Start(arrival);
                continue;
            }

            waiting.Dequeue();
        }
    }

    private bool CanStart(Arrival arrival) =>
        SourceOf(arrival.File, arrival.Destination) is not null || MayComeFromOrigin(arrival.File, arrival.Destination);

    private void ServeAsking(VineWorker source)
    {
        // Each served file may take the room that is there, and asks again when it needs more.
        for (var left = source.Asking.Count; left > 0 && source.Outgoing.Count < _tuning.OutgoingLimit; left--)
            ServeWaiting(source.Asking.Dequeue());
    }

    private void ServeDelayed(VineWorker worker)
    {
        while (worker.Incoming < _tuning.IncomingLimit && worker.Delayed.TryDequeue(out var arrival))
        {
            if (arrival.State == ArrivalState.Delayed)
                Start(arrival);
        }
    }
}
