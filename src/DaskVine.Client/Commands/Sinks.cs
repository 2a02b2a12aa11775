using DaskVine.Transfers;
using Microsoft.Win32.SafeHandles;

namespace DaskVine.Client;

/// <summary>Where a value goes that comes in pieces.</summary>
internal abstract class Sink<T>
{
    /// <exception cref="IOException">It cannot be kept.</exception>
    public abstract void Write(long size, long offset, ReadOnlyMemory<byte> data);

    /// <exception cref="IOException">It cannot be kept.</exception>
    public abstract T Finish();

    public abstract void Abandon();
}

/// <summary>Keeps a value as bytes.</summary>
internal sealed class MemorySink : Sink<ReadOnlyMemory<byte>>
{
    private ReadOnlyMemory<byte> _all;
    private byte[]? _pieces;

    public override void Write(long size, long offset, ReadOnlyMemory<byte> data)
    {
        if (size > Array.MaxLength)
            throw new IOException($"it has {size >> 20} MiB, more than this process can hold as one: give it a path (DeclareFile)");
        if (data.Length == size)
        {
            _all = data;
            return;
        }

        _pieces ??= GC.AllocateUninitializedArray<byte>((int)size);
        _all = _pieces;
        data.CopyTo(_pieces.AsMemory((int)offset));
    }

    public override ReadOnlyMemory<byte> Finish() => _all;

    public override void Abandon() => _all = default;
}

/// <summary>Stores a value at a path: under another name beside it first, so that nobody sees half of it.</summary>
/// <param name="path">Of a file, or of a directory, which comes as a tar stream.</param>
/// <param name="expected">What the worker says that it has: a directory's tar stream is larger than what is in it.</param>
internal sealed class PathSink(string path, long expected) : Sink<string>
{
    private const int TarBlock = 512;
    private const int MagicAt = 257;

    private readonly string _beside = $"{path}.{Guid.NewGuid():N}";
    private SafeFileHandle? _file;

    public override void Write(long size, long offset, ReadOnlyMemory<byte> data)
    {
        if (_file is null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            _file = File.OpenHandle(_beside, FileMode.CreateNew, FileAccess.ReadWrite);
        }

        RandomAccess.Write(_file, data.Span, offset);
    }

    public override string Finish()
    {
        var isDirectory = IsDirectory();
        _file!.Dispose();
        if (isDirectory)
        {
            Unpack();
            File.Delete(_beside);
        }
        else
        {
            if (Directory.Exists(path))
                Clear(path);
            File.Move(_beside, path, overwrite: true);
        }

        return path;
    }

    public override void Abandon()
    {
        if (_file is null)
            return;
        _file.Dispose();
        File.Delete(_beside);
    }

    private bool IsDirectory()
    {
        var size = RandomAccess.GetLength(_file!);
        if (size <= expected || size % TarBlock != 0)
            return false;
        Span<byte> head = stackalloc byte[TarBlock];
        var read = head[..RandomAccess.Read(_file!, head, 0)];
        return read.Length == TarBlock && (read[MagicAt..].StartsWith("ustar"u8) || !read.ContainsAnyExcept((byte)0));
    }

    private void Unpack()
    {
        var unpacked = $"{_beside}.d";
        try
        {
            using (var stream = File.OpenRead(_beside))
                TarTarget.Unpack(stream, unpacked, CancellationToken.None).Finish();
            Clear(path);
            Directory.Move(unpacked, path);
        }
        catch (Exception e)
        {
            Clear(unpacked);
            // Whoever hears of it knows one kind of trouble.
            if (e is TransferException or InvalidDataException)
                throw new IOException(e.Message, e);
            throw;
        }
    }

    private static void Clear(string place)
    {
        if (Directory.Exists(place) && File.ResolveLinkTarget(place, returnFinalTarget: false) is null)
            Directory.Delete(place, recursive: true);
        else
            File.Delete(place);
    }
}
