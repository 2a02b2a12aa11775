namespace DaskVine.Simulation.Network;

/// <summary>A message on its way: frames as a socket carries them.</summary>
internal sealed record WireMessage(byte[] Header, IReadOnlyList<ReadOnlyMemory<byte>> Frames)
{
    public long Bytes => Header.Length + Frames.Sum(frame => (long)frame.Length);
}

/// <summary>One direction of a connection: takes its time, keeps the order, loses what it is told to.</summary>
internal sealed class Wire(World world, Chance chance, Action<WireMessage> arrive)
{
    private sealed class Flight(WireMessage message)
    {
        public WireMessage Message { get; } = message;

        public bool Lost { get; set; }
    }

    // By arrival.
    private readonly Queue<Flight> _flying = new();

    /// <summary>While set everything sent is lost.</summary>
    public bool Cut { get; set; }

    /// <summary>How many of the next messages are lost.</summary>
    public int LoseNext { get; set; }

    /// <summary>When the last message that is on its way arrives.</summary>
    public TimeSpan LastArrival { get; private set; }

    public void Send(byte[] header, IReadOnlyList<ReadOnlyMemory<byte>> frames)
    {
        world.Totals.Messages++;
        if (Cut || Loses())
        {
            world.Totals.MessagesLost++;
            return;
        }

        var arrival = world.Clock.Now + world.Options.Delay + (world.Options.DelayJitter * chance.Unit());
        LastArrival = arrival > LastArrival ? arrival : LastArrival;
        _flying.Enqueue(new Flight(new WireMessage(header, frames)));
        world.Clock.At(LastArrival, Arrive);
    }

    /// <summary>What is on its way never arrives.</summary>
    public void LoseAll()
    {
        foreach (var flight in _flying.Where(flight => !flight.Lost))
        {
            flight.Lost = true;
            world.Totals.MessagesLost++;
        }
    }

    private bool Loses()
    {
        if (LoseNext == 0)
            return false;
        LoseNext--;
        return true;
    }

    private void Arrive()
    {
        var flight = _flying.Dequeue();
        if (!flight.Lost)
            arrive(flight.Message);
    }
}
