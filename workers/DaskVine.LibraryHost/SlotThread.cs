using System.Diagnostics;
using DaskVine.Protocol.Host;
using DaskVine.Protocol.MsgPack;

namespace DaskVine.LibraryHost;

/// <summary>The thread of one slot: what a forked child is to a Python library.</summary>
internal sealed class SlotThread(string path, int slot, FunctionTable functions, LibraryAssemblies assemblies, int inlineLimit)
{
    private const int StackBytes = 16 << 20;

    // Results of calls shorter than the first may wait for each other as long as calls are at hand that are expected to end before the first of
    // them has waited for the second.
    private static readonly long s_short = Stopwatch.Frequency / 20_000;
    private static readonly long s_hold = Stopwatch.Frequency / 1_000;

    private readonly Replies _replies = new();
    private readonly CallRunner _runner = new(functions, inlineLimit);
    private long _heldSince;

    public void Start()
    {
        var thread = new Thread(Run, StackBytes) { IsBackground = true, Name = $"slot-{slot}" };
        thread.Start();
    }

    // What goes wrong here ends the process, which the worker tells its users.
    private void Run()
    {
        using var channel = new HostChannel(path);
        using var reflection = assemblies.EnterContextualReflection();
        _replies.Hello("child", slot);
        do
        {
            while (channel.TryTake(out var record))
                Obey(channel, record);
            Send(channel);
        }
        while (channel.Fill());
    }

    private void Obey(HostChannel channel, ReadOnlyMemory<byte> record)
    {
        var reader = new MsgPackReader(record.Span);
        var fields = reader.ReadArrayHeader() - 1;
        switch ((HostRecordKind)reader.ReadInt32())
        {
            case HostRecordKind.Call when fields >= 6:
                _runner.Take(record[reader.Consumed..]);
                RunCall(channel);
                break;
            case HostRecordKind.Function when fields >= 3:
                functions.Learn(reader.ReadInt32(), reader.ReadString(), reader.ReadBinary().ToArray());
                break;
            case HostRecordKind.Forget:
                LibraryProcess.Forget(functions, ref reader);
                break;
            // A module of Python's.
            case HostRecordKind.Upload: break;
            case var kind: throw new InvalidDataException($"the worker sent record kind {(int)kind} to a slot");
        }
    }

    private void RunCall(HostChannel channel)
    {
        if (_replies.Any && Stopwatch.GetTimestamp() - _heldSince > s_hold - _runner.Expect())
            Send(channel);
        if (!_replies.Any)
            _heldSince = Stopwatch.GetTimestamp();
        if (_runner.Run(_replies) >= s_short)
            Send(channel);
    }

    private void Send(HostChannel channel)
    {
        channel.Send(_replies.Written);
        _replies.Clear();
    }
}
