using System.Text;
using DaskVine.Values;

namespace DaskVine.LibraryHost;

/// <summary>An input of a call as it came: its value, or where its file is.</summary>
internal readonly struct InputBytes(ReadOnlyMemory<byte> bytes, bool isPath)
{
    private const byte ArrowMark = 0xff;

    /// <summary>Its value, whose bytes stay for as long as somebody refers to them, unless it is plain.</summary>
    /// <exception cref="ValueException">The file cannot be read.</exception>
    public ReadOnlyMemory<byte> Read(int index)
    {
        if (!isPath)
            return bytes.Span is [ArrowMark, ..] ? bytes.ToArray() : bytes;
        var path = Encoding.UTF8.GetString(bytes.Span);
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ValueException($"input {index} cannot be read: {e.Message}", e);
        }
    }
}
