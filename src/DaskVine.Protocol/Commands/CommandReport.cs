using System.Buffers.Binary;
using DaskVine.Protocol.MsgPack;

namespace DaskVine.Protocol.Commands;

/// <summary>What a command used. All 0 when it did not run.</summary>
/// <param name="WallUs">Microseconds from its start to its end.</param>
/// <param name="CpuUs">Microseconds of processors.</param>
/// <param name="Memory">The most bytes of memory that it held at once, as far as that was seen.</param>
/// <param name="Disk">The most bytes that its sandbox held, as far as that was seen.</param>
public readonly record struct CommandUsage(long WallUs, long CpuUs, long Memory, long Disk);

/// <summary>The value of a command's node.</summary>
public sealed record CommandReport
{
    public required CommandResult Result { get; init; }

    /// <summary>What it ended with; −signal when one ended it; 0 when it did not run.</summary>
    public int ExitCode { get; init; }

    /// <summary>Standard output and error, in order, as much of it as is kept.</summary>
    public ReadOnlyMemory<byte> Output { get; init; }

    /// <summary>Unix time in microseconds; 0 when it did not run.</summary>
    public long StartedUs { get; init; }

    /// <inheritdoc cref="StartedUs"/>
    public long EndedUs { get; init; }

    /// <summary>Size of each of its outputs, in order; null for those that are not there.</summary>
    public IReadOnlyList<long?> Outputs { get; init; } = [];

    /// <summary>For people; empty when there is nothing to say.</summary>
    public string Reason { get; init; } = "";

    public CommandUsage Measured { get; init; }

    /// <summary>A report about a command that did not run.</summary>
    public static CommandReport Of(CommandResult result, string reason) => new() { Result = result, Reason = reason };

    /// <summary>Reads a report; <see cref="Output"/> is a slice of the bytes.</summary>
    /// <exception cref="ProtocolException">Malformed.</exception>
    public static CommandReport Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return ReadMap(bytes);
        }
        catch (MsgPackException e)
        {
            throw new ProtocolException($"the report of a command is malformed: {e.Message}", e);
        }
    }

    public byte[] ToBytes()
    {
        var writer = new MsgPackWriter();
        WriteUpToOutput(writer);
        writer.WriteBinary(Output.Span);
        return writer.ToArray();
    }

    /// <summary>The bytes of a report with another output, as far as those of that output, which has this many.</summary>
    public byte[] ToBytesBefore(int outputLength)
    {
        const byte binary32 = 0xc6;
        Span<byte> header = stackalloc byte[1 + sizeof(uint)];
        header[0] = binary32;
        BinaryPrimitives.WriteUInt32BigEndian(header[1..], (uint)outputLength);
        var writer = new MsgPackWriter();
        WriteUpToOutput(writer);
        writer.WriteRaw(header);
        return writer.ToArray();
    }

    private void WriteUpToOutput(MsgPackWriter writer)
    {
        writer.WriteMapHeader(8);
        writer.Write("result");
        writer.Write((int)Result);
        writer.Write("exit_code");
        writer.Write(ExitCode);
        writer.Write("started");
        writer.Write(StartedUs);
        writer.Write("ended");
        writer.Write(EndedUs);
        writer.Write("outputs");
        WriteSizes(writer);
        writer.Write("reason");
        writer.Write(Reason);
        writer.Write("measured");
        WriteMeasured(writer);
        // The last, so that a long one can be written behind without being in memory.
        writer.Write("output");
    }

    private static CommandReport ReadMap(ReadOnlyMemory<byte> bytes)
    {
        var reader = new MsgPackReader(bytes.Span);
        var report = new CommandReport { Result = CommandResult.Unknown };
        var hasResult = false;
        for (var count = reader.ReadMapHeader(); count > 0; count--)
        {
            switch (reader.ReadString())
            {
                case "result": (report, hasResult) = (report with { Result = ReadResult(ref reader) }, true); break;
                case "exit_code": report = report with { ExitCode = reader.ReadInt32() }; break;
                case "output": report = report with { Output = Slice(bytes, ref reader) }; break;
                case "started": report = report with { StartedUs = ReadCount(ref reader) }; break;
                case "ended": report = report with { EndedUs = ReadCount(ref reader) }; break;
                case "outputs": report = report with { Outputs = ReadSizes(ref reader) }; break;
                case "reason": report = report with { Reason = reader.ReadString() }; break;
                case "measured": report = report with { Measured = ReadMeasured(ref reader) }; break;
                default: reader.Skip(); break;
            }
        }

        return hasResult && reader.End
            ? report
            : throw new ProtocolException($"the report of a command is malformed: {(hasResult ? "bytes follow its map" : "it has no result")}");
    }

    private static CommandResult ReadResult(ref MsgPackReader reader)
    {
        var result = (CommandResult)reader.ReadInt32();
        return Enum.IsDefined(result) ? result : throw new ProtocolException($"the result {(int)result} of a command is not known");
    }

    private static ReadOnlyMemory<byte> Slice(ReadOnlyMemory<byte> bytes, ref MsgPackReader reader)
    {
        var length = reader.ReadBinary().Length;
        return bytes.Slice(reader.Consumed - length, length);
    }

    private static long ReadCount(ref MsgPackReader reader)
    {
        var value = reader.ReadInt64();
        return value >= 0 ? value : throw new ProtocolException($"the report of a command is malformed: a number below zero ({value})");
    }

    private static long?[] ReadSizes(ref MsgPackReader reader)
    {
        var sizes = new long?[reader.ReadArrayHeader()];
        for (var i = 0; i < sizes.Length; i++)
            sizes[i] = reader.TryReadNil() ? null : ReadCount(ref reader);
        return sizes;
    }

    private static CommandUsage ReadMeasured(ref MsgPackReader reader)
    {
        var usage = default(CommandUsage);
        for (var count = reader.ReadMapHeader(); count > 0; count--)
        {
            switch (reader.ReadString())
            {
                case "wall_us": usage = usage with { WallUs = ReadCount(ref reader) }; break;
                case "cpu_us": usage = usage with { CpuUs = ReadCount(ref reader) }; break;
                case "memory": usage = usage with { Memory = ReadCount(ref reader) }; break;
                case "disk": usage = usage with { Disk = ReadCount(ref reader) }; break;
                default: reader.Skip(); break;
            }
        }

        return usage;
    }

    private void WriteSizes(MsgPackWriter writer)
    {
        writer.WriteArrayHeader(Outputs.Count);
        foreach (var size in Outputs)
        {
            if (size is { } bytes)
                writer.Write(bytes);
            else
                writer.WriteNil();
        }
    }

    private void WriteMeasured(MsgPackWriter writer)
    {
        (string Key, long Value)[] measured =
            [("wall_us", Measured.WallUs), ("cpu_us", Measured.CpuUs), ("memory", Measured.Memory), ("disk", Measured.Disk)];
        writer.WriteMapHeader(measured.Length);
        foreach (var (key, value) in measured)
        {
            writer.Write(key);
            writer.Write(value);
        }
    }
}
