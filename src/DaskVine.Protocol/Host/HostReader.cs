using System.Buffers.Binary;
using DaskVine.Protocol.MsgPack;

namespace DaskVine.Protocol.Host;

/// <summary>Takes bytes from a host process as they come and gives whole records. Bytes of user code never reach this stream.</summary>
public sealed class HostReader
{
    private const int MaxRecordBytes = 1 << 30;

    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>Room for the next read; report how much of it was filled with <see cref="Advance"/>.</summary>
    public Memory<byte> Space()
    {
        if (_start == _end)
            _start = _end = 0;
        if (_end < _buffer.Length)
            return _buffer.AsMemory(_end);
        var pending = _end - _start;
        var target = pending > _buffer.Length / 2 ? new byte[(int)Math.Min(2L * _buffer.Length, MaxRecordBytes + sizeof(uint))] : _buffer;
        _buffer.AsSpan(_start, pending).CopyTo(target);
        _buffer = target;
        _start = 0;
        _end = pending;
        return _buffer.AsMemory(_end);
    }

    public void Advance(int bytes) => _end += bytes;

    /// <summary>The next whole record, with memory of its own.</summary>
    /// <exception cref="ProtocolException">The bytes are not of this protocol.</exception>
    public bool TryRead(out HostRecord record)
    {
        record = null!;
        var available = _end - _start;
        if (available < sizeof(uint))
            return false;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(_buffer.AsSpan(_start));
        if (length > MaxRecordBytes)
            throw new ProtocolException($"a host record of {length} bytes is over the limit of {MaxRecordBytes}");
        if (available - sizeof(uint) < length)
            return false;
        try
        {
            record = Read(_buffer.AsSpan(_start + sizeof(uint), (int)length));
        }
        catch (MsgPackException e)
        {
            throw new ProtocolException($"a host record is malformed: {e.Message}", e);
        }

        _start += sizeof(uint) + (int)length;
        return true;
    }

    private static HostRecord Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new MsgPackReader(bytes);
        var fields = reader.ReadArrayHeader() - 1;
        var kind = (HostRecordKind)reader.ReadInt32();
        var needed = kind switch
        {
            HostRecordKind.Exited => 3,
            HostRecordKind.Hello => 4,
            HostRecordKind.Returned => 5,
            HostRecordKind.Failed => 7,
            HostRecordKind.Ready => 2,
            HostRecordKind.Loaded => 3,
            _ => throw new ProtocolException($"host record kind {(int)kind} is not known here"),
        };
        if (fields < needed)
            throw new ProtocolException($"host record {kind} has {fields} fields and needs {needed}");
        var record = ReadFields(kind, ref reader);
        for (var extra = fields - needed; extra > 0; extra--)
            reader.Skip();
        return reader.End ? record : throw new ProtocolException($"bytes after the end of a host record {kind}");
    }

    private static HostRecord ReadFields(HostRecordKind kind, ref MsgPackReader reader) => kind switch
    {
        HostRecordKind.Hello => ReadHello(ref reader),
        HostRecordKind.Exited => new HostExited(ReadInt(ref reader), ReadInt(ref reader), reader.ReadInt32()),
        HostRecordKind.Returned =>
            new HostReturned(ReadLong(ref reader), ReadLong(ref reader), ReadLong(ref reader), ReadOptionalBytes(ref reader), ReadOutput(ref reader)),
        HostRecordKind.Ready => new HostReady(ReadLong(ref reader), ReadOptionalFailure(ref reader)),
        HostRecordKind.Loaded => new HostLoaded(ReadInt(ref reader), ReadLong(ref reader), reader.ReadBoolean()),
        _ => new HostFailed(ReadLong(ref reader), ReadLong(ref reader), ReadFailure(ref reader), ReadOutput(ref reader)),
    };

    private static HostHello ReadHello(ref MsgPackReader reader)
    {
        var role = reader.ReadString() switch
        {
            "library" => HostRole.Library,
            "child" => HostRole.Child,
            "task" => HostRole.Task,
            var other => throw new ProtocolException($"host role '{other}' is not known"),
        };
        var slot = ReadInt(ref reader);
        var processId = ReadInt(ref reader);
        var count = reader.ReadMapHeader();
        var versions = new Dictionary<string, string>(count);
        for (var i = 0; i < count; i++)
            versions[reader.ReadString()] = reader.ReadString();
        return new HostHello(role, slot, processId, versions);
    }

    private static Failure ReadFailure(ref MsgPackReader reader)
    {
        var kind = reader.ReadInt32();
        return kind is >= 0 and <= (int)FailureKind.Library
            ? new Failure((FailureKind)kind, reader.ReadString(), reader.ReadString(), ReadOptionalBytes(ref reader))
            : throw new ProtocolException($"failure kind {kind} is not known");
    }

    private static Failure? ReadOptionalFailure(ref MsgPackReader reader)
    {
        if (reader.TryReadNil())
            return null;
        return reader.ReadArrayHeader() == 2
            ? new Failure(FailureKind.Library, reader.ReadString(), reader.ReadString(), null)
            : throw new ProtocolException("the failure of a setup is not a pair of texts");
    }

    private static CallOutput? ReadOutput(ref MsgPackReader reader)
    {
        if (reader.TryReadNil())
            return null;
        return reader.ReadArrayHeader() == 2
            ? new CallOutput(reader.ReadString(), reader.ReadString())
            : throw new ProtocolException("the output of a call is not a pair of texts");
    }

    /// <summary>Numbers that count or identify: never negative.</summary>
    private static long ReadLong(ref MsgPackReader reader)
    {
        var value = reader.ReadInt64();
        return value >= 0 ? value : throw new ProtocolException($"a number below zero ({value}) in a host record");
    }

    private static int ReadInt(ref MsgPackReader reader)
    {
        var value = reader.ReadInt32();
        return value >= 0 ? value : throw new ProtocolException($"a number below zero ({value}) in a host record");
    }

    // Without the cast, null would become an array and then memory that is empty, which is a value.
    private static ReadOnlyMemory<byte>? ReadOptionalBytes(ref MsgPackReader reader) =>
        reader.TryReadNil() ? (ReadOnlyMemory<byte>?)null : new ReadOnlyMemory<byte>(reader.ReadBinary().ToArray());
}
