using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState.Tests;

/// <summary>Watched outputs that grow, and a manager that asks for more, or forgets to. Pieces have to follow each other or begin anew.</summary>
internal sealed class RandomOutputs(Random random)
{
    // What was asked for of commands that run: of each output the last counts.
    private readonly Dictionary<(long Call, int Output), ReadOutput> _asked = [];

    // Where the next piece on the present link belongs.
    private readonly Dictionary<(TaskAttempt Task, int Output), long> _sent = [];

    public IEnumerable<WorkerEvent> Grow()
    {
        if (_asked.Count == 0)
            return [];
        var (place, read) = _asked.ElementAt(random.Next(_asked.Count));
        _asked.Remove(place);
        return [new OutputRead(read, random.Next(4) == 0 ? 0 : read.From, new byte[random.Next(1, 4)])];
    }

    public void End(long call)
    {
        foreach (var place in _asked.Keys.Where(place => place.Call == call).ToList())
            _asked.Remove(place);
    }

    /// <summary>What comes of an effect.</summary>
    public IEnumerable<WorkerEvent> Perform(WorkerEffect effect)
    {
        switch (effect)
        {
            case ReadOutput e:
                _asked[(e.Call, e.Output)] = e;
                return [];
            case SayHello:
                _sent.Clear();
                return [];
            case Report { Record: OutputPiece e }:
                return Take(e);
            default:
                return [];
        }
    }

    private WorkerEvent[] Take(OutputPiece piece)
    {
        var place = (new TaskAttempt(piece.Task, piece.Attempt), piece.Output);
        Assert.True(piece.Offset == 0 || piece.Offset == _sent.GetValueOrDefault(place, -1), $"{piece} does not follow");
        var end = _sent[place] = piece.Offset + piece.Data.Length;
        return random.Next(4) == 0 ? [] : [new FollowReceived(new FollowOutput(piece.Task, piece.Attempt, piece.Output, end))];
    }
}
