using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace DaskVine.ZeroMq;

/// <summary>
/// A file that is mapped for reading, as memory: what is never looked at is never read. Its memory keeps it mapped, and a span of that memory
/// does not: whoever has a span has to hold the memory, or this object, as long.
/// </summary>
public sealed class MappedFile : MemoryManager<byte>
{
    // Null for an empty file, which cannot be mapped. Unmapped when it is collected.
    private readonly MemoryMappedViewAccessor? _view;
    private readonly int _length;

    private MappedFile(MemoryMappedViewAccessor? view, int length) => (_view, _length) = (view, length);

    /// <summary>Maps a whole file, which must not become shorter while it is mapped.</summary>
    /// <exception cref="IOException">It cannot be opened, or has more than 2 GiB.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be read.</exception>
    public static MappedFile Open(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        if (file.Length > int.MaxValue)
            throw new IOException($"{path} has {file.Length} bytes, and one that is mapped has at most {int.MaxValue}");
        if (file.Length == 0)
            return new MappedFile(null, 0);
        using var mapped = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        return new MappedFile(mapped.CreateViewAccessor(0, file.Length, MemoryMappedFileAccess.Read), (int)file.Length);
    }

    /// <inheritdoc/>
    public override unsafe Span<byte> GetSpan() => _view is null ? [] : new Span<byte>((void*)Start(_view), _length);

    /// <inheritdoc/>
    public override unsafe MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)_length, nameof(elementIndex));
        return _view is null ? default : new MemoryHandle((byte*)Start(_view) + elementIndex, default, this);
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _view?.Dispose();
    }

    // The handle of what is unmapped would still tell where it was.
    private static nint Start(MemoryMappedViewAccessor view)
    {
        var handle = view.SafeMemoryMappedViewHandle;
        ObjectDisposedException.ThrowIf(handle.IsClosed, typeof(MappedFile));
        return handle.DangerousGetHandle();
    }
}
