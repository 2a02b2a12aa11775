using DaskVine.Protocol.MsgPack;

namespace DaskVine.Protocol.Records;

/// <summary>Reads the fields of records. Payloads are slices of the message, so they live as long as its memory does.</summary>
public ref struct RecordReader
{
    private readonly ReadOnlyMemory<byte> _header;
    private readonly IReadOnlyList<ReadOnlyMemory<byte>> _frames;
    private MsgPackReader _reader;

    public RecordReader(ReadOnlyMemory<byte> header, IReadOnlyList<ReadOnlyMemory<byte>> frames)
    {
        _header = header;
        _frames = frames;
        _reader = new MsgPackReader(header.Span);
    }

    internal readonly bool End => _reader.End;

    internal ulong ReadUInt64() => _reader.ReadUInt64();

    /// <summary>Numbers that count or identify: never negative.</summary>
    internal long ReadLong()
    {
        var value = _reader.ReadInt64();
        return value >= 0 ? value : throw new ProtocolException($"a number below zero ({value}) where a count or an id belongs");
    }

    internal int ReadInt()
    {
        var value = ReadLong();
        return value <= int.MaxValue ? (int)value : throw new ProtocolException($"a number over 31 bits ({value}) where a count belongs");
    }

    internal int? ReadOptionalInt() => _reader.TryReadNil() ? null : ReadInt();

    internal string ReadString() => _reader.ReadString();

    internal int ReadArray() => _reader.ReadArrayHeader();

    internal int ReadMap() => _reader.ReadMapHeader();

    internal void Skip() => _reader.Skip();

    internal bool TryReadNil() => _reader.TryReadNil();

    internal readonly MsgPackType NextType => _reader.NextType;

    internal ReadOnlyMemory<byte> ReadBinary()
    {
        var length = _reader.ReadBinary().Length;
        return _header.Slice(_reader.Consumed - length, length);
    }

    internal ReadOnlyMemory<byte> ReadPayload()
    {
        if (_reader.NextType == MsgPackType.Binary)
            return ReadBinary();
        var index = ReadInt();
        return index < _frames.Count
            ? _frames[index]
            : throw new ProtocolException($"payload frame {index} is named, but the message has {_frames.Count}");
    }

    // Without the cast, null would become an array and then memory that is empty, which is a value.
    internal ReadOnlyMemory<byte>? ReadOptionalPayload() => _reader.TryReadNil() ? (ReadOnlyMemory<byte>?)null : ReadPayload();

    internal CacheLevel ReadLevel()
    {
        var level = ReadInt();
        return level <= (int)CacheLevel.Forever ? (CacheLevel)level : throw new ProtocolException($"cache level {level} is not known");
    }

    internal TaskId ReadTask() => new(ReadLong());

    internal FileId ReadFile() => new(ReadLong());

    /// <summary>Header of an inner array that must have at least <paramref name="fields"/> elements; returns how many to skip after them.</summary>
    internal int ReadTuple(int fields)
    {
        var count = ReadArray();
        return count >= fields ? count - fields : throw new ProtocolException($"an array of {count} where {fields} fields belong");
    }

    internal void Skip(int count)
    {
        for (var i = 0; i < count; i++)
            _reader.Skip();
    }

    internal bool ReadBoolean() => _reader.ReadBoolean();

    /// <summary>A number of either sign.</summary>
    internal long ReadSigned() => _reader.ReadInt64();

    internal Dictionary<string, string> ReadTexts()
    {
        var count = ReadMap();
        var texts = new Dictionary<string, string>(count);
        for (var i = 0; i < count; i++)
            texts[ReadString()] = ReadString();
        return texts;
    }

    internal Dictionary<string, long> ReadAmounts()
    {
        var count = ReadMap();
        var amounts = new Dictionary<string, long>(count);
        for (var i = 0; i < count; i++)
            amounts[ReadString()] = ReadLong();
        return amounts;
    }

    /// <summary>An array for as many as are announced; a shared one for none.</summary>
    internal T[] ReadRoom<T>()
    {
        var count = ReadArray();
        return count == 0 ? [] : new T[count];
    }

    internal string[] ReadStrings()
    {
        var values = ReadRoom<string>();
        for (var i = 0; i < values.Length; i++)
            values[i] = ReadString();
        return values;
    }

    internal CallOutput? ReadOutput()
    {
        if (_reader.TryReadNil())
            return null;
        var extra = ReadTuple(2);
        var output = new CallOutput(ReadString(), ReadString());
        Skip(extra);
        return output;
    }

    internal Failure ReadFailure()
    {
        var extra = ReadTuple(4);
        var kind = ReadInt();
        if (kind > (int)FailureKind.Library)
            throw new ProtocolException($"failure kind {kind} is not known");
        var failure = new Failure((FailureKind)kind, ReadString(), ReadString(), ReadOptionalPayload());
        Skip(extra);
        return failure;
    }

    internal FileId[] ReadFiles()
    {
        var files = ReadRoom<FileId>();
        for (var i = 0; i < files.Length; i++)
            files[i] = ReadFile();
        return files;
    }

    internal FileSize[] ReadFileSizes()
    {
        var files = ReadRoom<FileSize>();
        for (var i = 0; i < files.Length; i++)
        {
            var extra = ReadTuple(2);
            files[i] = new FileSize(ReadFile(), ReadLong());
            Skip(extra);
        }

        return files;
    }

    internal int[] ReadInts()
    {
        var values = ReadRoom<int>();
        for (var i = 0; i < values.Length; i++)
            values[i] = ReadInt();
        return values;
    }

    internal TaskId[] ReadTasks()
    {
        var values = ReadRoom<TaskId>();
        for (var i = 0; i < values.Length; i++)
            values[i] = ReadTask();
        return values;
    }

    internal TaskAttempt[] ReadAttempts()
    {
        var values = ReadRoom<TaskAttempt>();
        for (var i = 0; i < values.Length; i++)
        {
            var extra = ReadTuple(2);
            values[i] = new TaskAttempt(ReadTask(), ReadInt());
            Skip(extra);
        }

        return values;
    }
}
