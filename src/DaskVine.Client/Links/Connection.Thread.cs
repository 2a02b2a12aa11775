using System.Runtime.InteropServices;
using DaskVine.Protocol;
using DaskVine.Protocol.Links;
using DaskVine.Protocol.Records;
using DaskVine.ZeroMq;

namespace DaskVine.Client;

/// <content>What its thread does.</content>
internal sealed partial class Connection
{
    // A manager that ends closes its door soon after its links, and the door's end tells more.
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(1);

    private ClientSocket _socket = null!;
    private string? _trouble;

    private void Run()
    {
        try
        {
            using var socket = _socket = new ClientSocket(_door.Endpoint, _instance, _keys);
            socket.Watch(_poller, OnReady, OnConnectionEvent);
            _poller.Add((int)_door.Socket.SafeHandle.DangerousGetHandle(), ZmqPollEvents.In, (Action)OnDoorReady);
            SayHello();
            while (IsAlive())
                Round();
            Send();
        }
        catch (ZmqException e)
        {
            Fail(() => new ManagerLostException($"the link to the manager broke: {e.Message}"));
        }
    }

    private bool IsAlive()
    {
        lock (_gate)
            return _failure is null;
    }

    private void Round()
    {
        Send();
        var found = _poller.Poll(_trouble is null ? Timeout.InfiniteTimeSpan : EndPatience);
        if (found == 0 && _trouble is { } trouble && !_poller.WasWoken)
            Fail(() => new ManagerLostException($"the manager at {_door.Address} is lost: {trouble}"));
        foreach (var item in _poller.Ready)
            ((Action)item.Token!)();
    }

    private void SayHello()
    {
        var versions = new Dictionary<string, string>
        {
            ["daskvine"] = typeof(Connection).Assembly.GetName().Version!.ToString(3),
            ["dotnet"] = RuntimeInformation.FrameworkDescription,
        };
        var name = $"{Environment.MachineName}-{Environment.ProcessId}";
        SendUnsequenced(new Hello(
            ProtocolVersion.Current, Hello.ClientRole, _instance, name, _door.Greeting.Token, versions, 0, [], []));
    }

    private void Send()
    {
        List<TaskCompletionSource> haveRoom = [];
        lock (_gate)
        {
            while (_welcomed.Task.IsCompleted && _outbox.TryTake(out var header, out var frames))
                _socket.Send(header, frames);
            if (_outbox.WaitingBytes <= RoomBytes && _waitingForRoom.Count > 0)
            {
                haveRoom = [.. _waitingForRoom];
                _waitingForRoom.Clear();
            }
        }

        foreach (var waiting in haveRoom)
            waiting.TrySetResult();
    }

    private void SendUnsequenced(Record record)
    {
        LinkHeader header;
        lock (_gate)
            header = _outbox.Link.StampUnsequenced();
        _socket.Send(OutgoingMessage.Of(record).HeaderFrame(header), []);
    }

    private void OnReady()
    {
        try
        {
            while (IsAlive() && _socket.TryReceive(out var message, out var bytes))
                Accept(message, bytes);
        }
        catch (ProtocolException e)
        {
            Fail(() => new ManagerLostException($"the manager sent what is not of the protocol: {e.Message}"));
        }
    }

    private void Accept(IncomingMessage message, long bytes)
    {
        LinkVerdict verdict;
        lock (_gate)
            verdict = _outbox.Receive(message.Header, bytes);
        // Who does not know the link answers outside of it.
        if (verdict == LinkVerdict.WrongEpoch && message.Header.Epoch != 0)
            return;
        if (verdict == LinkVerdict.Gap)
            Fail(() => new ManagerLostException("the link to the manager broke: a message was lost on the way"));
        if (verdict is LinkVerdict.Gap or LinkVerdict.Duplicate)
            return;
        foreach (var record in message.Records)
        {
            if (verdict == LinkVerdict.Deliver || record is Refuse or Rehello)
                Accept(record);
        }

        // What is received between two rounds is much while results come: acknowledge in time.
        Send();
    }

    private void Accept(Record record)
    {
        switch (record)
        {
            case Welcome: _welcomed.TrySetResult(); break;
            case Heartbeat r: OnHeartbeat(r); break;
            case Notice r: _noticed(r); break;
            case Result r: Deliver(r.Graph, r); break;
            case Results r: Deliver(r.Graph, r); break;
            case GraphFailed r: Deliver(r.Graph, r); break;
            case Progress r: Deliver(r.Graph, r); break;
            case TaskEvents r: Deliver(r.Graph, r); break;
            case TaskOutput r: Deliver(r.Graph, r); break;
            case WatchedOutput r: Deliver(r.Graph, r); break;
            case Refuse r:
                Fail(() => new ManagerUnreachableException($"the manager at {_door.Address} refuses: {r.Reason}"));
                break;
            case Goodbye r: Fail(() => new ManagerLostException($"the manager ended the link: {r.Reason}")); break;
            case Rehello r: Fail(() => new ManagerLostException($"the manager does not know this link any more: {r.Reason}")); break;
            default: throw new ProtocolException($"a record {record.Kind} is not for this client");
        }
    }

    private void OnHeartbeat(Heartbeat heartbeat)
    {
        bool isWhole;
        ulong sent;
        lock (_gate)
            (isWhole, sent) = (_outbox.Link.HasReceived(heartbeat.Sent), _outbox.Link.Sent);
        if (isWhole)
            SendUnsequenced(new Heartbeat(sent));
        else
            Fail(() => new ManagerLostException("the link to the manager broke: its last message was lost on the way"));
    }

    private void Deliver(int graph, Record record)
    {
        lock (_gate)
        {
            if (_mailboxes.TryGetValue(graph, out var mailbox))
                mailbox.TryWrite(record);
        }
    }

    private void OnConnectionEvent()
    {
        if (_socket.ConnectionTrouble() is not { } trouble)
            return;
        if (_welcomed.Task.IsCompleted)
            _trouble = trouble;
        else
            Fail(() => new ManagerUnreachableException($"the manager at {_door.Address} cannot be used: {trouble}"));
    }

    private void OnDoorReady()
    {
        if (!_door.IsClosed())
            return;
        // Its last words may have come in between.
        OnReady();
        if (!IsAlive())
            return;
        var more = _howManagerEnded();
        Fail(() => new ManagerLostException("the manager's process ended" + (more.Length > 0 ? $": {more}" : "")));
    }
}
