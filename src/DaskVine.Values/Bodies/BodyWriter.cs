using System.Buffers.Binary;
using DaskVine.Protocol.MsgPack;
using DaskVine.Values.Bodies;

namespace DaskVine.Values;

/// <summary>
/// Writes the body of a call: its arguments, in order, and keywords as the last of them. Arguments that the library gives (its context, a
/// cancellation token) are left out.
/// </summary>
public sealed class BodyWriter
{
    private readonly Stack<(MsgPackWriter Writer, sbyte Extension)> _open = new();
    private readonly MsgPackWriter _all = new();
    private MsgPackWriter _writer;

    /// <param name="arguments">How many elements follow; keywords are one.</param>
    public BodyWriter(int arguments)
    {
        _writer = _all;
        _writer.WriteArrayHeader(arguments);
    }

    /// <summary>Begins another body, in the room of the one before.</summary>
    /// <param name="arguments">How many elements follow; keywords are one.</param>
    public void Restart(int arguments)
    {
        _open.Clear();
        _writer = _all;
        _writer.Clear();
        _writer.WriteArrayHeader(arguments);
    }

    /// <summary>A value.</summary>
    /// <exception cref="ValueException">It has no form in which it can travel.</exception>
    public void Literal(object? value, Type? declared = null)
    {
        if (!ValueCodec.TryWriteBare(_writer, value, declared))
            _writer.WriteExtension(BodyExtension.Arrow, ValueCodec.Encode(value, declared).ToArray());
    }

    /// <summary>The value of an input of the task.</summary>
    public void Input(int index) => Index(BodyExtension.Input, index);

    /// <summary>A function of the task, as a value.</summary>
    public void Function(int slot) => Index(BodyExtension.Function, slot);

    /// <summary>A list; so many elements follow.</summary>
    public void BeginList(int count) => _writer.WriteArrayHeader(count);

    /// <summary>A dictionary; so many times a name and an element follow.</summary>
    public void BeginMap(int count) => _writer.WriteMapHeader(count);

    /// <summary>A tuple; so many elements follow, and <see cref="End"/>.</summary>
    public void BeginTuple(int count)
    {
        Begin(BodyExtension.Tuple);
        _writer.WriteArrayHeader(count);
    }

    /// <summary>A call whose result is the argument; so many elements follow, and <see cref="End"/>.</summary>
    public void BeginCall(int slot, int arguments)
    {
        Begin(BodyExtension.Call);
        _writer.WriteArrayHeader(arguments + 1);
        _writer.Write(slot);
    }

    /// <summary>Arguments by name, after all others of a call; so many times a name and an element follow, and <see cref="End"/>.</summary>
    public void BeginKeywords(int count)
    {
        Begin(BodyExtension.Keywords);
        _writer.WriteMapHeader(count);
    }

    /// <summary>The name of the element that follows.</summary>
    public void Name(string name) => _writer.Write(name);

    /// <summary>Ends what was begun last and is not ended.</summary>
    public void End()
    {
        var inner = _writer;
        (_writer, var extension) = _open.Pop();
        _writer.WriteExtension(extension, inner.WrittenSpan);
    }

    public byte[] ToArray() => _open.Count == 0 ? _all.ToArray() : throw new InvalidOperationException($"{_open.Count} parts of the body are not ended");

    private void Begin(sbyte extension)
    {
        _open.Push((_writer, extension));
        _writer = new MsgPackWriter();
    }

    private void Index(sbyte extension, int index)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, index);
        var leading = bytes.IndexOfAnyExcept((byte)0);
        _writer.WriteExtension(extension, bytes[(leading < 0 ? sizeof(int) - 1 : leading)..]);
    }
}
