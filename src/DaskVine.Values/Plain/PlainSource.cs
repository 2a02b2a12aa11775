using DaskVine.Protocol.MsgPack;

namespace DaskVine.Values.Plain;

/// <summary>What stands for values that are not in the bytes themselves: inputs, nested calls, functions.</summary>
internal interface IReferences
{
    /// <summary>The value that an extension stands for, in a form that <paramref name="wanted"/> takes.</summary>
    /// <exception cref="ValueException">It cannot be had; or as raised by a function that had to be called for it.</exception>
    object? Resolve(sbyte extension, ReadOnlyMemory<byte> payload, Type wanted, string what);
}

/// <summary>MessagePack values that are read one after the other, and what is said of one that does not fit.</summary>
internal ref struct PlainSource(ReadOnlyMemory<byte> bytes, string what, IReferences? references = null)
{
    // Deeper ones would be a danger to the stack.
    private const int MaxDepth = 64;

    private readonly ReadOnlyMemory<byte> _bytes = bytes;
    private int _depth;

    public MsgPackReader Reader = new(bytes.Span);

    /// <summary>What is read, for messages.</summary>
    public string What { get; set; } = what;

    public readonly IReferences? References => references;

    /// <summary>Reads the next value for a type.</summary>
    public object? Read(Type wanted)
    {
        if (Reader.NextType == MsgPackType.Extension)
            return ReadReference(wanted);
        return PlainForm.Of(wanted).ReadAny(ref this);
    }

    /// <summary>Reads an extension.</summary>
    public ReadOnlyMemory<byte> ReadPayload(out sbyte extension)
    {
        var payload = Reader.ReadExtension(out extension);
        return _bytes.Slice(Reader.Consumed - payload.Length, payload.Length);
    }

    private object? ReadReference(Type wanted)
    {
        var payload = ReadPayload(out var extension);
        if (references is null)
            throw new ValueException($"{What} has an extension of type {extension}, which has no meaning in a value");
        return references.Resolve(extension, payload, wanted, What);
    }

    public void Enter()
    {
        if (++_depth > MaxDepth)
            throw new ValueException($"{What} is nested deeper than {MaxDepth} levels");
    }

    public void Leave() => _depth--;

    public readonly ValueException Unfit(Type wanted, string found) => new($"{What} takes {TypeText.Of(wanted)}, and is given {found}");

    /// <summary>What the next value is, for messages.</summary>
    public readonly string Found() => Reader.NextType switch
    {
        MsgPackType.Nil => "None",
        MsgPackType.Boolean => "a bool",
        MsgPackType.Integer => "an integer",
        MsgPackType.Float => "a float",
        MsgPackType.String => "a string",
        MsgPackType.Binary => "bytes",
        MsgPackType.Array => "a list",
        MsgPackType.Map => "a dictionary",
        _ => "a reference",
    };
}
