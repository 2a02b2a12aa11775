namespace DaskVine.Simulation.Network;

/// <summary>
/// Carries large files between processes. A flow gets the smaller of its fair shares of its source's way out and its destination's way in;
/// a flow that begins or ends changes only those beside it, so a change costs as much as they are, times the clock's logarithm.
/// </summary>
internal sealed class DataNetwork(VirtualClock clock)
{
    private const double NearlyNothing = 0.5;

    // All and only the flows that are not over, in no order that means anything.
    private readonly List<Flow> _flows = [];

    public IReadOnlyList<Flow> Flows => _flows;

    public Flow Start(NetworkNode from, NetworkNode to, double bytes, Action<bool> end)
    {
        var flow = new Flow(from, to, bytes, end) { Since = clock.Now };
        flow.Places = (from.Up.Add(flow), to.Down.Add(flow));
        flow.Index = _flows.Count;
        _flows.Add(flow);
        ShareAnew(flow);
        return flow;
    }

    /// <summary>Nobody waits for it any more.</summary>
    public void Stop(Flow flow)
    {
        if (!flow.IsOver)
            Leave(flow);
    }

    /// <summary>It breaks off, and its destination sees it.</summary>
    public void Break(Flow flow)
    {
        if (flow.IsOver)
            return;
        Leave(flow);
        flow.End(false);
    }

    /// <summary>A process has ended.</summary>
    public void End(NetworkNode node)
    {
        foreach (var flow in node.Down.Flows.ToList())
            Stop(flow);
        foreach (var flow in node.Up.Flows.ToList())
            Break(flow);
    }

    private void Leave(Flow flow)
    {
        Settle(flow);
        flow.IsOver = true;
        flow.From.Up.Remove(flow.Places.Up);
        flow.To.Down.Remove(flow.Places.Down);
        _flows[flow.Index] = _flows[^1];
        _flows[flow.Index].Index = flow.Index;
        _flows.RemoveAt(_flows.Count - 1);
        ShareAnew(flow);
    }

    private void ShareAnew(Flow changed)
    {
        foreach (var flow in changed.From.Up.Flows)
            Pace(flow);
        foreach (var flow in changed.To.Down.Flows)
            Pace(flow);
    }

    private void Settle(Flow flow)
    {
        var moved = Math.Min(flow.Left, flow.Rate * (clock.Now - flow.Since).TotalSeconds);
        flow.Left -= moved;
        flow.Since = clock.Now;
        flow.From.Up.Passed += moved;
        flow.To.Down.Passed += moved;
    }

    private void Pace(Flow flow)
    {
        var rate = Math.Min(flow.From.Up.Share, flow.To.Down.Share);
        if (rate == flow.Rate)
            return;
        Settle(flow);
        flow.Rate = rate;
        // One that has become slower is looked at when it would have been over, and then again.
        if (EndOf(flow) < flow.Due)
            LookAtEnd(flow);
    }

    private TimeSpan EndOf(Flow flow) => clock.Now + TimeSpan.FromSeconds(flow.Left / flow.Rate) + TimeSpan.FromTicks(1);

    private void LookAtEnd(Flow flow)
    {
        var due = EndOf(flow);
        flow.Due = due;
        clock.At(due, () =>
        {
            if (flow.IsOver || flow.Due != due)
                return;
            Settle(flow);
            if (flow.Left > NearlyNothing)
            {
                LookAtEnd(flow);
                return;
            }

            flow.Left = 0;
            Leave(flow);
            flow.End(true);
        });
    }
}
