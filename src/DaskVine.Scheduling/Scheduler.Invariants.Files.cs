using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <content>Files, their replicas and their arrivals.</content>
public sealed partial class Scheduler
{
    private bool IsThereOrComing(VineFile file, VineWorker worker) =>
        RidesAlong(file) || worker.Files.Contains(file) || worker.Arriving.ContainsKey(file);

    // What is returned may be with its maker, on its way to the manager; what was declared may be with the client.
    private static bool IsBeingMade(VineFile file) =>
        file.Producer is { State: not VineTaskState.Done } || file.FetchSource is not null || file.Declared is { Kind: FileKind.Data };

    private void CheckFile(VineFile file)
    {
        Require(IsOpen(file.Graph), $"{file.Id} belongs to an open graph");
        Require(
            file.PendingConsumers == file.Consumers.Count(consumer => consumer.State != VineTaskState.Done),
            $"{file.Id} counts its pending consumers");
        Require(file.Holders.Distinct().Count() == file.Holders.Count, $"{file.Id} names each holder once");
        Require(file.Holders.All(holder => IsConnected(holder) && holder.Files.Contains(file)), $"holders of {file.Id} are connected and know it");
        Require(file.FetchSource is null || file.Holders.Contains(file.FetchSource), $"{file.Id} is fetched from a holder");
        Require(
            file.IsNeeded || (file.Holders.Count == 0 && file.Arrivals.Count == 0 && (!file.AtManager || file.Producer is null)),
            $"{file.Id} is kept only while it is needed");
        Require(
            file.IsAvailable || !file.IsDemanded || file.NotMade || IsBeingMade(file) || file.Consumers.TrueForAll(consumer => consumer.State == VineTaskState.Done),
            $"{file.Id} is waited for, so it is there or being made");
        Require(!file.Wanted || !file.AtManager || !file.Graph.Sealed, $"{file.Id} is sent as soon as it is at the manager");
        CheckArrivals(file);
        CheckSettled(file);
    }

    private void CheckArrivals(VineFile file)
    {
        if (!file.IsSpread)
            return;
        foreach (var arrival in file.Arrivals)
        {
            var to = arrival.Destination;
            Require(IsConnected(to) && to.Arriving.GetValueOrDefault(file) == arrival, $"{to.Id} knows that {file.Id} is to come");
            Require(!to.Files.Contains(file), $"{file.Id} comes to {to.Id}, which does not have it");
            Require(arrival.State != ArrivalState.Ended, $"an arrival of {file.Id} that has ended is gone");
            Require(arrival.Source is null || (arrival.State == ArrivalState.Running && arrival.Source.Outgoing.Contains(arrival)), $"the source of {file.Id} gives it");
            Require(
                arrival.State != ArrivalState.Running || file.Maker is not { } maker || maker.Inputs.Take(maker.NamedInputs).All(input => IsThereOrComing(input, to)),
                $"what {file.Id} is made from at {to.Id} is there or comes");
            Require(arrival.State != ArrivalState.Waiting || file.Spread.Waiting.Contains(arrival), $"what waits for {file.Id} is in its queue");
            Require(arrival.State != ArrivalState.Delayed || to.Delayed.Contains(arrival), $"what delays {file.Id} is in the queue of {to.Id}");
        }

        var running = file.Arrivals.Count(arrival => arrival.State == ArrivalState.Running);
        Require(running == file.Spread.Running, $"{file.Id} counts its running arrivals");
        Require(file.Arrivals.Count(arrival => arrival.IsFromOrigin) == file.Spread.FromOrigin, $"{file.Id} counts its arrivals from where it began");
        foreach (var (source, giving) in file.Spread.Given)
            Require(giving.Now == file.Arrivals.Count(arrival => arrival.Source == source), $"{file.Id} counts what {source.Id} gives");
        Require(
            running == file.Arrivals.Count || file.Arrivals.All(arrival => arrival.State != ArrivalState.Waiting) || IsAwaited(file),
            $"somebody waits for {file.Id}, and something is going to end that");
    }

    // An arrival that runs, the manager that fetches it, a task that makes it, or a holder that gives all it may.
    private bool IsAwaited(VineFile file) =>
        file.Spread.Running > 0 || file.FetchSource is not null || (!file.IsAvailable && !file.NeverComes)
        || file.Holders.Any(holder => holder.Outgoing.Count >= _tuning.OutgoingLimit && holder.Asking.Contains(file));

    private static void CheckStorage(VineWorker worker)
    {
        Require(worker.Files.All(file => file.Holders.Contains(worker)), $"files of {worker.Id} name it as a holder");
        Require(worker.Arriving.All(pair => pair.Value.Destination == worker && pair.Key.Arrivals.Contains(pair.Value)), $"files name what comes to {worker.Id}");
        Require(worker.Incoming == worker.Arriving.Values.Count(arrival => arrival is { State: ArrivalState.Running, IsReceived: true }), $"{worker.Id} counts what it gets");
        Require(worker.Outgoing.All(arrival => arrival.Source == worker && arrival.State == ArrivalState.Running), $"{worker.Id} gives what it is the source of");
        Require(
            worker.StoredBytes == worker.Files.Sum(file => file.Size) + worker.Arriving.Values.Sum(arrival => arrival.Bytes),
            $"{worker.Id} sums up what it stores");
    }

    private static void CheckSettled(VineFile file)
    {
        for (var depth = 0; depth < (file.Settled?.Length ?? 0); depth++)
        {
            Require(
                file.Settled![depth] == file.Consumers.Count(consumer => consumer.SettledDepth >= depth),
                $"{file.Id} counts consumers that are settled through {depth} levels");
        }
    }
}
