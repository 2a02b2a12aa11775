using DaskVine.Protocol;

namespace DaskVine.Simulation.Network;

/// <summary>A large value of which chunks have come.</summary>
internal sealed class ArrivingFile(long size)
{
    private int _received;

    public byte[] Bytes { get; } = new byte[size];

    public bool IsWhole => _received == Bytes.Length;

    public void Add(long offset, ReadOnlyMemory<byte> data)
    {
        if (offset != _received || data.Length > Bytes.Length - _received)
            throw new ProtocolException($"{data.Length} bytes at {offset} where {_received} of {Bytes.Length} have come");
        data.CopyTo(Bytes.AsMemory(_received));
        _received += data.Length;
    }
}
