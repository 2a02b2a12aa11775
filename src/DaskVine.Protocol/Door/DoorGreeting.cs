using System.Buffers.Binary;
using DaskVine.Protocol.MsgPack;

namespace DaskVine.Protocol.Door;

/// <summary>What a manager sends to whoever connects to its door.</summary>
/// <param name="ClientEndpoint">ZeroMQ address for clients; a star stands for the host that was connected to.</param>
/// <param name="WorkerEndpoint">The same for workers.</param>
/// <param name="Token">To be repeated in the hello; ties this connection to the link.</param>
/// <param name="Name">The manager's name, for people.</param>
/// <param name="Manager">The manager's instance: another one than before knows nothing of old tasks and files.</param>
/// <param name="Secured">Whether its links need keys. Said in the open, so it only explains a failure and decides nothing.</param>
public sealed record DoorGreeting(
    string ClientEndpoint, string WorkerEndpoint, long Token, string Name, string Manager, bool Secured = false)
{
    /// <summary>A frame longer than this is no greeting.</summary>
    public const int MaxBytes = 64 * 1024;

    public const int LengthPrefix = sizeof(uint);

    private const string NoDoor = "what listens at that address is not the door of a DaskVine manager";

    /// <summary>The frame with its length prefix.</summary>
    public byte[] ToFrame()
    {
        var writer = new MsgPackWriter();
        writer.WriteMapHeader(7);
        writer.Write("daskvine");
        writer.Write(ProtocolVersion.Current);
        writer.Write("clients");
        writer.Write(ClientEndpoint);
        writer.Write("workers");
        writer.Write(WorkerEndpoint);
        writer.Write("token");
        writer.Write(Token);
        writer.Write("name");
        writer.Write(Name);
        writer.Write("manager");
        writer.Write(Manager);
        writer.Write("secured");
        writer.Write(Secured);
        var frame = new byte[LengthPrefix + writer.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(frame, (uint)writer.Length);
        writer.WrittenSpan.CopyTo(frame.AsSpan(LengthPrefix));
        return frame;
    }

    /// <summary>Length of the frame's body from its prefix.</summary>
    /// <exception cref="ProtocolException">It cannot be a greeting.</exception>
    public static int ReadLength(ReadOnlySpan<byte> prefix)
    {
        var length = BinaryPrimitives.ReadUInt32LittleEndian(prefix);
        return length is > 0 and <= MaxBytes
            ? (int)length
            : throw new ProtocolException(NoDoor);
    }

    /// <exception cref="ProtocolException">Malformed, or of another version of the protocol.</exception>
    public static DoorGreeting Read(ReadOnlySpan<byte> body)
    {
        try
        {
            return ReadMap(body);
        }
        catch (MsgPackException e)
        {
            throw new ProtocolException($"{NoDoor}: {e.Message}", e);
        }
    }

    private static DoorGreeting ReadMap(ReadOnlySpan<byte> body)
    {
        var reader = new MsgPackReader(body);
        int? version = null;
        string? clients = null, workers = null, name = null, manager = null;
        long token = -1;
        var secured = false;
        for (var count = reader.ReadMapHeader(); count > 0; count--)
        {
            switch (reader.ReadString())
            {
                case "daskvine": version = reader.ReadInt32(); break;
                case "clients": clients = reader.ReadString(); break;
                case "workers": workers = reader.ReadString(); break;
                case "token": token = reader.ReadInt64(); break;
                case "name": name = reader.ReadString(); break;
                case "manager": manager = reader.ReadString(); break;
                case "secured": secured = reader.ReadBoolean(); break;
                default: reader.Skip(); break;
            }
        }

        // The version comes first: another one may well have other fields.
        if (version is { } other && other != ProtocolVersion.Current)
            throw new ProtocolException(
                $"the manager speaks protocol {other}, this program {ProtocolVersion.Current}: use the same release on both sides");
        return version is not null && clients is not null && workers is not null && name is not null && manager is not null && token >= 0 && reader.End
            ? new DoorGreeting(clients, workers, token, name, manager, secured)
            : throw new ProtocolException(NoDoor);
    }
}
