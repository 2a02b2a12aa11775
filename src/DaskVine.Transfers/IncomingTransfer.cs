namespace DaskVine.Transfers;

/// <summary>Receives what a source answers to one request.</summary>
internal sealed class IncomingTransfer(Connection connection, TransferAddress from, long file, long size, CancellationToken stop)
{
    private const int Buffer = 1 << 20;

    /// <exception cref="TransferException">It failed.</exception>
    public TransferOutcome Receive(TransferReply reply, PartialFile partial, string path)
    {
        try
        {
            return reply.Status switch
            {
                ReplyStatus.File => ReceiveFile(reply, partial),
                ReplyStatus.Directory => ReceiveDirectory(partial, path),
                ReplyStatus.NotThere => throw Failure(TransferFailureKind.NotThere, "it does not have the file"),
                ReplyStatus.WrongToken => throw Failure(TransferFailureKind.Refused, "it does not accept the token"),
                _ => throw Failure(TransferFailureKind.Refused, $"it does not speak version {TransferRequest.Version} of transfers"),
            };
        }
        catch (ConnectionLostException e)
        {
            throw Failure(TransferFailureKind.BrokenOff, e.Message, e);
        }
    }

    private TransferOutcome ReceiveFile(TransferReply reply, PartialFile partial)
    {
        if (reply.Size != size)
            throw Failure(TransferFailureKind.Corrupt, $"it has {reply.Size} bytes there instead of {size}");
        var start = partial.Length;
        var buffer = GC.AllocateUninitializedArray<byte>((int)Math.Min(size - start, Buffer));
        while (partial.Length < size)
        {
            stop.ThrowIfCancellationRequested();
            var read = connection.Read(buffer.AsSpan(0, (int)Math.Min(size - partial.Length, buffer.Length)));
            if (read == 0)
                throw new ConnectionLostException("the other side closed the connection");
            partial.Append(buffer.AsSpan(0, read));
        }

        var checksum = TransferReply.ReadUInt32(connection);
        if (checksum != partial.Checksum)
        {
            var received = partial.Checksum;
            partial.Delete();
            throw Failure(TransferFailureKind.Corrupt, $"its CRC32C is {received:x8} instead of {checksum:x8}");
        }

        partial.Complete();
        return new TransferOutcome(size - start, checksum);
    }

    private TransferOutcome ReceiveDirectory(PartialFile partial, string path)
    {
        partial.Delete();
        using var chunks = new ChunkReader(connection);
        var whole = false;
        try
        {
            var target = TarTarget.Unpack(chunks, path, stop);
            if (!chunks.Finish())
                throw new InvalidDataException("the checksum of its tar stream is wrong");
            target.Finish();
            whole = true;
            return new TransferOutcome(chunks.Received, chunks.Checksum);
        }
        catch (InvalidDataException e)
        {
            throw Failure(TransferFailureKind.Corrupt, e.Message, e);
        }
        finally
        {
            if (!whole && Directory.Exists(path))
                Directory.Delete(path, recursive: true);
        }
    }

    private TransferException Failure(TransferFailureKind kind, string why, Exception? inner = null) =>
        new(kind, $"file {file} could not be fetched from {from}: {why}", inner);
}
