using Microsoft.Win32.SafeHandles;

namespace DaskVine.Transfers;

/// <summary>A file on its way: its length is what has arrived in order, so a later transfer can go on there.</summary>
internal sealed class PartialFile : IDisposable
{
    private const int ReadBuffer = 256 * 1024;

    private readonly SafeFileHandle _file;
    private readonly string _path;
    private bool _keepsEmpty;

    private PartialFile(string path, SafeFileHandle file)
    {
        _path = path;
        _file = file;
    }

    /// <summary>Bytes that have arrived.</summary>
    public long Length { get; private set; }

    /// <summary>CRC32C of these.</summary>
    public uint Checksum { get; private set; }

    /// <summary>Opens what an earlier transfer has left, or a new file.</summary>
    /// <exception cref="TransferException">It cannot be stored.</exception>
    public static PartialFile Open(string path, long size, CancellationToken stop) => Storing.Do(path, () =>
    {
        if (new DirectoryInfo(path) is { Exists: true } left)
            left.Delete(recursive: true);
        var file = new PartialFile(path, File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        try
        {
            file.TakeUp(size, stop);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    });

    /// <exception cref="TransferException">It cannot be stored.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_file, bytes, Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TransferException(TransferFailureKind.CannotStore, $"{_path} cannot be written: {e.Message}", e);
        }

        Checksum = Crc32C.Append(Checksum, bytes);
        Length += bytes.Length;
    }

    /// <summary>It is whole, and stays even when it is empty.</summary>
    public void Complete() => _keepsEmpty = true;

    /// <summary>Deletes it.</summary>
    /// <exception cref="TransferException">It cannot be deleted.</exception>
    public void Delete()
    {
        _file.Dispose();
        Storing.Do(_path, () => File.Delete(_path));
    }

    public void Dispose()
    {
        if (_file.IsClosed)
            return;
        _file.Dispose();
        if (Length == 0 && !_keepsEmpty)
            File.Delete(_path);
    }

    private void TakeUp(long size, CancellationToken stop)
    {
        var length = RandomAccess.GetLength(_file);
        if (length > size)
        {
            // Not a part of this file.
            RandomAccess.SetLength(_file, 0);
            return;
        }

        var buffer = new byte[(int)Math.Min(length, ReadBuffer)];
        while (Length < length)
        {
            stop.ThrowIfCancellationRequested();
            var read = RandomAccess.Read(_file, buffer, Length);
            if (read == 0)
                return;
            Checksum = Crc32C.Append(Checksum, buffer.AsSpan(0, read));
            Length += read;
        }
    }
}
