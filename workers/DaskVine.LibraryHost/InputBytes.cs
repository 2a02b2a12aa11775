using System.Text;
using DaskVine.Values;
using DaskVine.ZeroMq;

namespace DaskVine.LibraryHost;

/// <summary>An input of a call as it came: its value, or where its file is.</summary>
internal readonly struct InputBytes(ReadOnlyMemory<byte> bytes, bool isPath)
{
    private const byte ArrowMark = 0xff;

    // Below this, reading a file is cheaper than mapping it.
    private const long MappedBytes = 1 << 20;

    /// <summary>
    /// Its value, whose bytes stay for as long as somebody refers to their memory, unless it is plain. Spans of it are not enough: the call that
    /// looks at them has to hold it.
    /// </summary>
    /// <exception cref="ValueException">The file cannot be read.</exception>
    public ReadOnlyMemory<byte> Read(int index)
    {
        if (!isPath)
            return bytes.Span is [ArrowMark, ..] ? bytes.ToArray() : bytes;
        var path = Encoding.UTF8.GetString(bytes.Span);
        try
        {
            return new FileInfo(path).Length < MappedBytes ? File.ReadAllBytes(path) : MappedFile.Open(path).Memory;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ValueException($"input {index} cannot be read: {e.Message}", e);
        }
    }
}
