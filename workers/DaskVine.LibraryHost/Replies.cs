using System.Buffers.Binary;
using DaskVine.Protocol;
using DaskVine.Protocol.Host;
using DaskVine.Protocol.MsgPack;

namespace DaskVine.LibraryHost;

/// <summary>Records for the worker, gathered so that a batch is one write.</summary>
internal sealed class Replies
{
    private readonly MsgPackWriter _record = new();
    private byte[] _buffer = new byte[4096];
    private int _length;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public bool Any => _length > 0;

    public void Clear() => _length = 0;

    public void Hello(string role, int slot, params ReadOnlySpan<(string Name, string Version)> versions)
    {
        Begin(HostRecordKind.Hello, 4);
        _record.Write(role);
        _record.Write(slot);
        _record.Write(Environment.ProcessId);
        _record.WriteMapHeader(versions.Length);
        foreach (var (name, version) in versions)
        {
            _record.Write(name);
            _record.Write(version);
        }

        End();
    }

    public void Ready(long durationUs, Failure? failure)
    {
        Begin(HostRecordKind.Ready, 2);
        _record.Write(durationUs);
        if (failure is null)
            _record.WriteNil();
        else
            Write(failure.Message, failure.Traceback);
        End();
    }

    public void Loaded(int function, long durationUs, bool ok)
    {
        Begin(HostRecordKind.Loaded, 3);
        _record.Write(function);
        _record.Write(durationUs);
        _record.Write(ok);
        End();
    }

    /// <param name="value">Empty when it was written to a file, as no value is.</param>
    public void Returned(long call, long durationUs, long size, ReadOnlySpan<byte> value, CallOutput? output)
    {
        Begin(HostRecordKind.Returned, 5);
        _record.Write(call);
        _record.Write(durationUs);
        _record.Write(size);
        if (value.IsEmpty)
            _record.WriteNil();
        else
            _record.WriteBinary(value);
        Write(output);
        End();
    }

    public void Failed(long call, long durationUs, Failure failure, CallOutput? output)
    {
        Begin(HostRecordKind.Failed, 7);
        _record.Write(call);
        _record.Write(durationUs);
        _record.Write((int)failure.Kind);
        _record.Write(failure.Message);
        _record.Write(failure.Traceback);
        _record.WriteNil();
        Write(output);
        End();
    }

    private void Write(CallOutput? output)
    {
        if (output is { } written)
            Write(written.Out, written.Error);
        else
            _record.WriteNil();
    }

    private void Write(string first, string second)
    {
        _record.WriteArrayHeader(2);
        _record.Write(first);
        _record.Write(second);
    }

    private void Begin(HostRecordKind kind, int fields)
    {
        _record.Clear();
        _record.WriteArrayHeader(fields + 1);
        _record.Write((int)kind);
    }

    private void End()
    {
        var needed = _length + sizeof(uint) + _record.Length;
        if (needed > _buffer.Length)
            Array.Resize(ref _buffer, Math.Max(needed, _buffer.Length * 2));
        BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(_length), (uint)_record.Length);
        _record.WrittenSpan.CopyTo(_buffer.AsSpan(_length + sizeof(uint)));
        _length = needed;
    }
}
