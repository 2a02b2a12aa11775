using System.Diagnostics;
using System.Text;
using DaskVine.Protocol;
using DaskVine.Protocol.MsgPack;
using DaskVine.Values;

namespace DaskVine.LibraryHost;

/// <summary>Runs the calls of one slot, one at a time.</summary>
internal sealed class CallRunner : ICallWorld
{
    private readonly FunctionTable _functions;
    private readonly int _inlineLimit;
    private readonly BodyReader _reader;
    private readonly MsgPackWriter _value = new();

    // Of the call that runs.
    private readonly List<KnownFunction?> _known = [];
    private readonly List<int> _numbers = [];
    private readonly List<InputBytes> _inputs = [];

    // Files that it has mapped: user code may look at them through spans, which keep nothing.
    private readonly List<ReadOnlyMemory<byte>> _read = [];
    private long _call;
    private ReadOnlyMemory<byte> _body;
    private ReadOnlyMemory<byte> _output;
    private bool _capture;

    public CallRunner(FunctionTable functions, int inlineLimit)
    {
        (_functions, _inlineLimit) = (functions, inlineLimit);
        _reader = new BodyReader(this);
    }

    /// <summary>Takes in a call; its bytes have to stay until it has run.</summary>
    /// <param name="record">Behind its kind.</param>
    public void Take(ReadOnlyMemory<byte> record)
    {
        var reader = new MsgPackReader(record.Span);
        _call = reader.ReadInt64();
        _numbers.Clear();
        _known.Clear();
        for (var count = reader.ReadArrayHeader(); count > 0; count--)
        {
            _numbers.Add(reader.ReadInt32());
            _known.Add(null);
        }

        _body = Before(record, ref reader, reader.ReadBinary());
        _inputs.Clear();
        for (var count = reader.ReadArrayHeader(); count > 0; count--)
        {
            var isPath = reader.NextType == MsgPackType.String;
            _inputs.Add(new InputBytes(Before(record, ref reader, isPath ? reader.ReadStringBytes() : reader.ReadBinary()), isPath));
        }

        _output = Before(record, ref reader, reader.ReadStringBytes());
        _capture = reader.ReadBoolean();
    }

    /// <summary>Ticks that the call takes at most, judging by its functions' longest runs of late; the largest number when one is new.</summary>
    public long Expect()
    {
        var longest = _numbers.Count == 0 ? long.MaxValue : 0;
        for (var slot = 0; slot < _numbers.Count; slot++)
            longest = Math.Max(longest, TryKnow(slot)?.Longest ?? long.MaxValue);
        return longest;
    }

    /// <summary>Runs the call, tells its end, and returns the ticks that it took. Raises nothing that the call is to blame for.</summary>
    public long Run(Replies replies)
    {
        if (_capture)
            CallOutputs.Begin();
        var start = Stopwatch.GetTimestamp();
        object? result = null;
        Failure? failure = null;
        try
        {
            result = _numbers.Count == 0 ? _reader.Express(_body) : _reader.Call(_body);
        }
        catch (Exception e)
        {
            failure = Failures.Of(e);
        }

        var size = 0L;
        if (failure is null)
            failure = Store(result, out size);
        var took = Stopwatch.GetTimestamp() - start;
        var us = (long)Math.Ceiling(Stopwatch.GetElapsedTime(0, took).TotalMicroseconds);
        var written = _capture ? CallOutputs.End() : null;
        if (failure is not null)
            replies.Failed(_call, us, failure, written);
        else
            replies.Returned(_call, us, size, _value.WrittenSpan, written);
        _read.Clear();
        for (var slot = 0; slot < _known.Count; slot++)
            _known[slot]?.Measure(took);
        return took;
    }

    public BoundFunction FunctionIn(int slot)
    {
        if (slot < 0 || slot >= _numbers.Count)
            throw new ValueException($"the call names function {slot} of {_numbers.Count}");
        return (_known[slot] ??= _functions.Find(_numbers[slot])).Bind();
    }

    public ReadOnlyMemory<byte> BytesOf(int input)
    {
        if (input >= _inputs.Count)
            throw new ValueException($"the call names input {input} of {_inputs.Count}");
        var bytes = _inputs[input].Read(input);
        _read.Add(bytes);
        return bytes;
    }

    private KnownFunction? TryKnow(int slot)
    {
        try
        {
            return _known[slot] ??= _functions.Find(_numbers[slot]);
        }
        catch (ValueException)
        {
            // The call tells.
            return null;
        }
    }

    /// <summary>Makes the bytes of a result: in the writer, which stays empty when they are in the output file.</summary>
    private Failure? Store(object? result, out long size)
    {
        size = 0;
        _value.Clear();
        try
        {
            var isPlain = ValueCodec.TryWritePlain(_value, result);
            var encoded = isPlain ? default : ValueCodec.Encode(result);
            size = isPlain ? _value.Length : encoded.Length;
            if (size <= _inlineLimit)
            {
                if (!isPlain)
                    _value.WriteRaw(encoded.ToArray());
                return null;
            }

            OutputFile.Write(Encoding.UTF8.GetString(_output.Span), isPlain ? [_value.WrittenMemory] : encoded.Pieces);
            _value.Clear();
            return null;
        }
        catch (Exception e)
        {
            return Failures.OfResult(result, e);
        }
    }

    // The bytes that were read last.
    private static ReadOnlyMemory<byte> Before(ReadOnlyMemory<byte> record, ref MsgPackReader reader, ReadOnlySpan<byte> bytes) =>
        record.Slice(reader.Consumed - bytes.Length, bytes.Length);
}
