using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>What was moved between which processes, and how fast.</summary>
public sealed partial class Scheduler
{
    // Transfers below this are mostly latency, and tell nothing about speed.
    private const long MeasuredBytes = 1 << 20;
    private const int SpeedSmoothing = 8;

    // By names of source and destination; the manager has none.
    private readonly SortedDictionary<(string From, string To), Movement> _movements = [];
    private long _bytesMade;
    private long _bytesPerUs;

    private void CountMovement(Arrival arrival, Transferred done)
    {
        var bytes = done.Bytes;
        if (bytes >= MeasuredBytes && done.DurationUs > 0 && arrival.Source is not null)
            _bytesPerUs = Math.Max(1, _bytesPerUs + (((bytes / done.DurationUs) - _bytesPerUs) / SpeedSmoothing));
        // What a worker gets from elsewhere, or makes, is no movement between processes of ours.
        if (arrival.Source is null && !arrival.File.AtManager)
            return;
        Count(arrival.Source?.Name ?? "", arrival.Destination.Name, bytes, bytes == 0 ? done.Size : 0);
    }

    private void CountFetch(VineFile file)
    {
        if (file.FetchSource is { } source)
            Count(source.Name, "", file.Size, 0);
    }

    private void Count(string from, string to, long bytes, long linked)
    {
        var before = _movements.GetValueOrDefault((from, to), new Movement(from, to, 0, 0, 0));
        _movements[(from, to)] = before with { Bytes = before.Bytes + bytes, Linked = before.Linked + linked, Files = before.Files + 1 };
    }

    private void OnMovementsAsked(VineClient client, AskMovements ask) =>
        Emit(new ToClient(client.Id, new Movements(ask.Request, _bytesMade, [.. _movements.Values])));
}
