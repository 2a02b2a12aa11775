using System.Buffers.Binary;
using DaskVine.Protocol.MsgPack;

namespace DaskVine.Protocol.Host;

/// <summary>Writes length-prefixed records for a host process into one buffer, so that a batch is one write.</summary>
public sealed class HostWriter
{
    private readonly MsgPackWriter _record = new();
    private byte[] _buffer = new byte[4096];
    private int _length;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public void Clear() => _length = 0;

    public void Fork(int slot)
    {
        Begin(HostRecordKind.Fork, 1);
        _record.Write(slot);
        End();
    }

    public void Function(int number, string name, ReadOnlySpan<byte> code)
    {
        Begin(HostRecordKind.Function, 3);
        _record.Write(number);
        _record.Write(name);
        _record.WriteBinary(code);
        End();
    }

    public void Call(long call, IReadOnlyList<int> functions, ReadOnlySpan<byte> body, ReadOnlySpan<HostInput> inputs, string outputPath,
        bool capture = false, bool neutral = false)
    {
        Begin(HostRecordKind.Call, 7);
        _record.Write(call);
        _record.WriteArrayHeader(functions.Count);
        foreach (var function in functions)
            _record.Write(function);
        _record.WriteBinary(body);
        _record.WriteArrayHeader(inputs.Length);
        foreach (var input in inputs)
        {
            if (input.Value is { } value)
                _record.WriteBinary(value.Span);
            else
                _record.Write(input.Path!);
        }

        _record.Write(outputPath);
        _record.Write(capture);
        _record.Write(neutral);
        End();
    }

    public void Upload(string path)
    {
        Begin(HostRecordKind.Upload, 1);
        _record.Write(path);
        End();
    }

    public void Forget(IReadOnlyList<int> functions)
    {
        Begin(HostRecordKind.Forget, 1);
        _record.WriteArrayHeader(functions.Count);
        foreach (var function in functions)
            _record.Write(function);
        End();
    }

    /// <param name="spec">A <see cref="Libraries.LibrarySpec"/>.</param>
    public void Setup(ReadOnlySpan<byte> spec)
    {
        Begin(HostRecordKind.Setup, 1);
        _record.WriteBinary(spec);
        End();
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
