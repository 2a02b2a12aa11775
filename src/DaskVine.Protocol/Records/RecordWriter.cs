using DaskVine.Protocol.MsgPack;

namespace DaskVine.Protocol.Records;

/// <summary>Writes records into the header of one message and moves large payloads into frames of their own.</summary>
public sealed class RecordWriter
{
    /// <summary>From this size on, in bytes, a payload gets a frame of its own and is not copied.</summary>
    public const int FrameThreshold = 16 * 1024;

    private readonly MsgPackWriter _header = new();
    private readonly List<ReadOnlyMemory<byte>> _frames = [];

    public int Count { get; private set; }

    /// <summary>Bytes of records and payload frames so far.</summary>
    public long Bytes { get; private set; }

    internal ReadOnlySpan<byte> EncodedRecords => _header.WrittenSpan;

    internal IReadOnlyList<ReadOnlyMemory<byte>> Frames => _frames;

    public void Add(Record record)
    {
        var before = _header.Length;
        _header.WriteArrayHeader(record.FieldCount + 1);
        _header.Write((int)record.Kind);
        record.WriteFields(this);
        Count++;
        Bytes += _header.Length - before;
    }

    public void Clear()
    {
        _header.Clear();
        _frames.Clear();
        Count = 0;
        Bytes = 0;
    }

    internal void Write(long value) => _header.Write(value);

    internal void Write(ulong value) => _header.Write(value);

    internal void Write(string value) => _header.Write(value);

    internal void WriteBinary(ReadOnlySpan<byte> value) => _header.WriteBinary(value);

    internal void WriteArray(int count) => _header.WriteArrayHeader(count);

    internal void WriteMap(int count) => _header.WriteMapHeader(count);

    internal void WriteNil() => _header.WriteNil();

    internal void WriteOptional(int? value)
    {
        if (value is { } number)
            _header.Write((long)number);
        else
            _header.WriteNil();
    }

    internal void WritePayload(ReadOnlyMemory<byte> payload)
    {
        if (payload.Length < FrameThreshold)
        {
            _header.WriteBinary(payload.Span);
            return;
        }

        _header.Write(_frames.Count);
        _frames.Add(payload);
        Bytes += payload.Length;
    }

    internal void WritePayload(ReadOnlyMemory<byte>? payload)
    {
        if (payload is { } value)
            WritePayload(value);
        else
            _header.WriteNil();
    }

    internal void Write(bool value) => _header.Write(value);

    internal void Write(IReadOnlyDictionary<string, string> texts)
    {
        WriteMap(texts.Count);
        foreach (var (name, text) in texts)
        {
            Write(name);
            Write(text);
        }
    }

    internal void Write(IReadOnlyDictionary<string, long> amounts)
    {
        WriteMap(amounts.Count);
        foreach (var (name, amount) in amounts)
        {
            Write(name);
            Write(amount);
        }
    }

    internal void Write(IReadOnlyList<string> values)
    {
        WriteArray(values.Count);
        foreach (var value in values)
            Write(value);
    }

    internal void Write(CallOutput? output)
    {
        if (output is not { } texts)
        {
            WriteNil();
            return;
        }

        WriteArray(2);
        Write(texts.Out);
        Write(texts.Error);
    }

    internal void Write(Failure failure)
    {
        WriteArray(4);
        Write((long)failure.Kind);
        Write(failure.Message);
        Write(failure.Traceback);
        WritePayload(failure.Exception);
    }

    internal void Write(IReadOnlyList<FileId> files)
    {
        WriteArray(files.Count);
        foreach (var file in files)
            Write(file.Value);
    }

    internal void Write(IReadOnlyList<FileSize> files)
    {
        WriteArray(files.Count);
        foreach (var (file, size) in files)
        {
            WriteArray(2);
            Write(file.Value);
            Write(size);
        }
    }

    internal void Write(IReadOnlyList<TaskId> tasks)
    {
        WriteArray(tasks.Count);
        foreach (var task in tasks)
            Write(task.Value);
    }

    internal void Write(IReadOnlyList<TaskAttempt> attempts)
    {
        WriteArray(attempts.Count);
        foreach (var (task, attempt) in attempts)
        {
            WriteArray(2);
            Write(task.Value);
            Write((long)attempt);
        }
    }

    internal void Write(IReadOnlyList<int> numbers)
    {
        WriteArray(numbers.Count);
        foreach (var number in numbers)
            Write((long)number);
    }
}
