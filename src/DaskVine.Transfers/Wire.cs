using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace DaskVine.Transfers;

/// <summary>What follows the status of a reply.</summary>
internal enum ReplyStatus : byte
{
    /// <summary>Size, the bytes asked for, CRC32C of the whole file.</summary>
    File = 0,

    /// <summary>Announced size, chunks of a tar stream (u32 length, bytes; length 0 ends), CRC32C of that stream.</summary>
    Directory = 1,

    /// <summary>A size of 0 and nothing more; the connection goes on.</summary>
    NotThere = 2,

    /// <summary>A size of 0, then the connection closes.</summary>
    WrongToken = 3,

    /// <summary>A size of 0, then the connection closes.</summary>
    WrongVersion = 4,
}

/// <summary>
/// Asks for a file or a part of it. Little-endian: "DVTR", u8 version, u8 length of the token, token, u64 file, u64 offset, u64 length
/// (0 = to the end). Several may follow each other on one connection.
/// </summary>
internal readonly record struct TransferRequest(long File, long Offset, long Length)
{
    public const int MaxToken = byte.MaxValue;
    public const byte Version = 1;

    private const int HeadLength = 6;
    private const int TailLength = 24;

    private static ReadOnlySpan<byte> Magic => "DVTR"u8;

    /// <exception cref="ArgumentException">The token is too long.</exception>
    public static byte[] TokenBytes(string token)
    {
        var bytes = Encoding.UTF8.GetBytes(token);
        return bytes.Length is > 0 and <= MaxToken
            ? bytes
            : throw new ArgumentException($"a transfer token has 1 to {MaxToken} bytes, not {bytes.Length}", nameof(token));
    }

    public byte[] ToBytes(ReadOnlySpan<byte> token)
    {
        var bytes = new byte[HeadLength + token.Length + TailLength];
        Magic.CopyTo(bytes);
        bytes[4] = Version;
        bytes[5] = (byte)token.Length;
        token.CopyTo(bytes.AsSpan(HeadLength));
        var tail = bytes.AsSpan(HeadLength + token.Length);
        BinaryPrimitives.WriteInt64LittleEndian(tail, File);
        BinaryPrimitives.WriteInt64LittleEndian(tail[8..], Offset);
        BinaryPrimitives.WriteInt64LittleEndian(tail[16..], Length);
        return bytes;
    }

    /// <summary>Reads the next request.</summary>
    /// <param name="connection">Where from.</param>
    /// <param name="token">What it must carry.</param>
    /// <param name="refusal">What to answer instead of serving it; null when it is good.</param>
    /// <returns>Null when the other side has ended the connection between requests.</returns>
    /// <exception cref="InvalidDataException">It is no request.</exception>
    /// <exception cref="ConnectionLostException">The connection broke.</exception>
    public static TransferRequest? Read(Connection connection, ReadOnlySpan<byte> token, out ReplyStatus? refusal)
    {
        Span<byte> buffer = stackalloc byte[HeadLength + MaxToken + TailLength];
        refusal = null;
        var head = buffer[..HeadLength];
        var read = connection.ReadUpTo(head);
        if (read == 0)
            return null;
        if (read < HeadLength || !head.StartsWith(Magic))
            throw new InvalidDataException("it sent something that is no request for a transfer");
        if (head[4] != Version)
        {
            refusal = ReplyStatus.WrongVersion;
            return default(TransferRequest);
        }

        var rest = buffer[HeadLength..][..(head[5] + TailLength)];
        connection.ReadExactly(rest);
        if (!CryptographicOperations.FixedTimeEquals(rest[..^TailLength], token))
            refusal = ReplyStatus.WrongToken;
        return FromTail(rest[^TailLength..]);
    }

    private static TransferRequest FromTail(ReadOnlySpan<byte> tail)
    {
        var request = new TransferRequest(
            BinaryPrimitives.ReadInt64LittleEndian(tail),
            BinaryPrimitives.ReadInt64LittleEndian(tail[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(tail[16..]));
        return request is { File: >= 0, Offset: >= 0, Length: >= 0 }
            ? request
            : throw new InvalidDataException("it asked for a part that no file has");
    }
}

/// <summary>The head of an answer: u8 status, u64 size of the whole file.</summary>
internal readonly record struct TransferReply(ReplyStatus Status, long Size)
{
    private const int Length = 9;

    public void Write(Connection connection)
    {
        Span<byte> bytes = stackalloc byte[Length];
        bytes[0] = (byte)Status;
        BinaryPrimitives.WriteInt64LittleEndian(bytes[1..], Size);
        connection.Write(bytes);
    }

    /// <exception cref="InvalidDataException">It is no answer.</exception>
    /// <exception cref="ConnectionLostException">None came.</exception>
    public static TransferReply Read(Connection connection)
    {
        Span<byte> bytes = stackalloc byte[Length];
        connection.ReadExactly(bytes);
        var reply = new TransferReply((ReplyStatus)bytes[0], BinaryPrimitives.ReadInt64LittleEndian(bytes[1..]));
        return reply.Status <= ReplyStatus.WrongVersion && reply.Size >= 0
            ? reply
            : throw new InvalidDataException("it sent something that is no answer to a request for a transfer");
    }

    public static void WriteUInt32(Connection connection, uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        connection.Write(bytes);
    }

    public static uint ReadUInt32(Connection connection)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        connection.ReadExactly(bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }
}
