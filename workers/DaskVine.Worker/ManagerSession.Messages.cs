using DaskVine.Protocol;
using DaskVine.Protocol.Links;
using DaskVine.Protocol.Records;
using DaskVine.WorkerState;

namespace DaskVine.Worker;

/// <content>What comes by the link.</content>
internal sealed partial class ManagerSession
{
    private void OnLinkReady()
    {
        for (var i = 0; i < MessagesAtOnce && _link is not null; i++)
        {
            try
            {
                if (!_link.TryReceive(out var message, out var verdict))
                    return;
                if (message is not null)
                    Accept(message, verdict);
            }
            catch (ProtocolException e)
            {
                OnMalformed(e);
            }
        }
    }

    private void Accept(IncomingMessage message, LinkVerdict verdict)
    {
        // Who does not know the link answers outside of it; while a welcome is awaited this is about the link before.
        if (message.Header.Epoch == 0)
        {
            AcceptUnlinked(message.Records);
            return;
        }

        if (verdict == LinkVerdict.WrongEpoch)
            return;
        _lastHeard = EventLoop.Now;
        var acknowledged = _link!.TakeAcknowledged();
        if (verdict == LinkVerdict.Gap)
            BeginAnew("a message before this one was lost");
        if (verdict == LinkVerdict.Deliver)
        {
            foreach (var record in message.Records)
            {
                if (_link is { SaidHello: true })
                    Accept(record);
            }
        }

        // After the records: a Cancel among them is about what is held until the report is acknowledged.
        if (acknowledged is not null)
            owner.Raise(new ReportsAcknowledged(acknowledged));
        if (verdict == LinkVerdict.Deliver && message.Header.Seq > 0)
            _malformed = 0;
    }

    private void AcceptUnlinked(IReadOnlyList<Record> records)
    {
        foreach (var record in records)
        {
            if (record is Refuse refuse)
                owner.OnGivenUp($"the manager at {options.ManagerAddress} refused this worker: {refuse.Reason}");
            else if (record is Rehello rehello && _welcomed)
                BeginAnew(rehello.Reason);
        }
    }

    private void Accept(Record record)
    {
        switch (record)
        {
            case Assign r: owner.Raise(new AssignReceived(r)); break;
            case FunctionCode r: owner.Raise(new FunctionReceived(r)); break;
            case ForgetFunctions r: owner.Raise(new FunctionsForgotten(r.Numbers)); break;
            case Retract r: owner.Raise(new RetractReceived(r.Tasks)); break;
            case Cancel r: owner.Raise(new CancelReceived(r.Tasks)); break;
            case MakeFile r: owner.Raise(new MakeFileReceived(r)); break;
            case Fetch r: owner.Raise(new FetchReceived(r.File)); break;
            case FollowOutput r: owner.Raise(new FollowReceived(r)); break;
            case Transfer r: owner.Raise(new TransferReceived(r)); break;
            case Chunk r: owner.OnChunk(r); break;
            case Release r: owner.OnRelease(r); break;
            case Upload r: owner.OnUpload(r); break;
            case Welcome r: OnWelcome(r); break;
            case Refuse r: owner.OnGivenUp($"the manager at {options.ManagerAddress} refused this worker: {r.Reason}"); break;
            case Rehello r: BeginAnew(r.Reason); break;
            case Shutdown r: owner.OnShutdown(r.Reason); break;
            case Goodbye r: log.Write($"the manager says goodbye: {r.Reason}"); break;
            case Heartbeat r when !_link!.HasReceived(r.Sent): BeginAnew("the last message was lost"); break;
            case Heartbeat: break;
            default: throw new ProtocolException($"a manager may not send {record.Kind} to a worker");
        }
    }

    private void OnWelcome(Welcome welcome)
    {
        _welcomed = true;
        _brokenHandshakes = 0;
        _lastReason = "";
        _heartbeat = TimeSpan.FromMilliseconds(Math.Max(1, welcome.HeartbeatMs));
        owner.OnWelcome(welcome);
        owner.Raise(new Welcomed(welcome.Manager));
        SetAlarm(_heartbeat, Beat);
    }

    private void Beat()
    {
        var silent = EventLoop.Now - _lastHeard;
        if (silent > SilentHeartbeats * _heartbeat)
        {
            Lose($"not heard for {silent.TotalSeconds:0} s");
            return;
        }

        _link?.SendHeartbeat();
        SetAlarm(_heartbeat, Beat);
    }

    private void OnMalformed(ProtocolException reason)
    {
        log.Write($"the manager sent what is not of the protocol: {reason.Message}");
        if (++_malformed >= MaxMalformed)
            owner.OnGivenUp($"the manager at {options.ManagerAddress} keeps sending what is not of the protocol: {reason.Message}");
        else if (_link is { SaidHello: true })
            BeginAnew(reason.Message);
    }
}
