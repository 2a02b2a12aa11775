using System.Net.Sockets;
using DaskVine.Protocol;
using DaskVine.Protocol.Host;
using DaskVine.Values;

namespace DaskVine.LibraryHost.Tests;

/// <summary>A connection of a host, as its worker has it.</summary>
internal sealed class HostLink : IDisposable
{
    private readonly Socket _socket;
    private readonly HostReader _reader = new();
    private long _calls;

    public HostLink(Socket socket)
    {
        _socket = socket;
        _socket.ReceiveTimeout = 30_000;
        Hello = Assert.IsType<HostHello>(Receive());
    }

    public HostHello Hello { get; }

    public HostWriter Writer { get; } = new();

    public void Flush()
    {
        _socket.Send(Writer.Written);
        Writer.Clear();
    }

    /// <summary>The next record; null when the host has closed.</summary>
    public HostRecord? Receive()
    {
        HostRecord record;
        while (!_reader.TryRead(out record))
        {
            var count = _socket.Receive(_reader.Space().Span, SocketFlags.None, out var error);
            if (count == 0 || error != SocketError.Success)
                return error is SocketError.Success or SocketError.ConnectionReset ? null : throw new SocketException((int)error);
            _reader.Advance(count);
        }

        return record;
    }

    /// <summary>Has a library load a function; whether it could.</summary>
    public bool Load(int number, FunctionReference function)
    {
        Writer.Function(number, function.Name, function.ToCode());
        Flush();
        var loaded = Assert.IsType<HostLoaded>(Receive());
        Assert.Equal(number, loaded.Function);
        return loaded.Ok;
    }

    /// <summary>Writes a call; returns its number.</summary>
    public long Write(int[] functions, byte[] body, HostInput[]? inputs = null, string output = "", bool capture = false)
    {
        Writer.Call(++_calls, functions, body, inputs ?? [], output, capture);
        return _calls;
    }

    /// <summary>Sends a call and waits for its end.</summary>
    public HostRecord? Call(int[] functions, byte[] body, HostInput[]? inputs = null, string output = "", bool capture = false)
    {
        Write(functions, body, inputs, output, capture);
        Flush();
        return Receive();
    }

    /// <summary>Calls a function with literals.</summary>
    public T Result<T>(int function, params object?[] arguments) => Value<T>(Call([function], Body(arguments)));

    public Failure Failure(int function, params object?[] arguments) => Assert.IsType<HostFailed>(Call([function], Body(arguments))).Failure;

    public static T Value<T>(HostRecord? record)
    {
        var returned = record as HostReturned ?? throw new InvalidOperationException($"no value, but {record}");
        Assert.Equal(returned.Size, returned.Value!.Value.Length);
        return ValueCodec.Decode<T>(returned.Value!.Value);
    }

    public static byte[] Body(params object?[] arguments)
    {
        var writer = new BodyWriter(arguments.Length);
        foreach (var argument in arguments)
            writer.Literal(argument);
        return writer.ToArray();
    }

    public void Dispose() => _socket.Dispose();
}
