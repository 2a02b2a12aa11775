using DaskVine.Protocol.Commands;
using DaskVine.WorkerState;
using DaskVine.ZeroMq;

namespace DaskVine.Worker;

/// <summary>
/// What a running command appends to its outputs, read as far as it was asked for. Asked by one thread and looked at by another.
/// </summary>
/// <param name="spec">Names them.</param>
/// <param name="raise">Told, on the thread that looks, what was read: once for each time it was asked.</param>
internal sealed class GrowingOutputs(CommandSpec spec, Action<OutputRead> raise)
{
    private const int PieceBytes = 256 << 10;

    private readonly Lock _gate = new();

    // By index of the output.
    private readonly Dictionary<int, ReadOutput> _asked = [];

    /// <summary>Whether any of them will be asked for.</summary>
    public bool Any { get; } = spec.Outputs.Any(output => output.Options.HasFlag(CommandOutputOptions.Watch));

    /// <summary>Of what is asked twice the last counts.</summary>
    public void Ask(ReadOutput read)
    {
        lock (_gate)
            _asked[read.Output] = read;
    }

    /// <summary>Reads what has grown, a piece of each. What is not a regular file of the sandbox is not read.</summary>
    public void Look(Sandbox sandbox)
    {
        foreach (var asked in Asked())
        {
            if (sandbox.FileAt(spec.Outputs[asked.Output].Name) is { } path && Read(path, asked) is { } read && TryAnswer(asked))
                raise(read);
        }
    }

    private ReadOutput[] Asked()
    {
        lock (_gate)
            return [.. _asked.Values];
    }

    private bool TryAnswer(ReadOutput asked)
    {
        lock (_gate)
            return _asked.GetValueOrDefault(asked.Output) == asked && _asked.Remove(asked.Output);
    }

    private static OutputRead? Read(string path, ReadOutput asked)
    {
        try
        {
            using var file = UnlockedFile.TryOpen(path);
            if (file is null)
                return null;
            var length = RandomAccess.GetLength(file);
            // One that has become shorter is another one.
            var from = length < asked.From ? 0 : asked.From;
            if (length == asked.From)
                return null;
            var piece = new byte[Math.Min(PieceBytes, length - from)];
            var filled = 0;
            for (int read; filled < piece.Length && (read = RandomAccess.Read(file, piece.AsSpan(filled), from + filled)) > 0;)
                filled += read;
            return filled == 0 && from > 0 ? null : new OutputRead(asked, from, piece.AsMemory(0, filled));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            // Its command has put something else there just now; what is there in the end is told then.
            return null;
        }
    }
}
