namespace DaskVine.Protocol.Records;

/// <summary>Get this file, from another worker or from where a URL says; the answer is <see cref="Transferred"/> or <see cref="TransferFailed"/>.</summary>
/// <param name="File">What.</param>
/// <param name="Size">Its bytes; 0 when that is not known.</param>
/// <param name="Number">Comes back with the answer. Of several for one file the last counts: it names another source of the same content.</param>
/// <param name="Address">
/// Of the transfer server that has it, or the URL, or <c>shared:</c> and a path that is read in place; empty when <see cref="Chunk"/>s follow on the
/// link.
/// </param>
/// <param name="Token">What the request has to carry.</param>
/// <param name="Directory">Where the file can be linked from; empty when it cannot.</param>
/// <param name="Name">Names the content, which may be here already; empty for none.</param>
/// <param name="Level">How long to keep it.</param>
public sealed record Transfer(
    FileId File, long Size, long Number, string Address, string Token, string Directory, string Name, CacheLevel Level) : Record
{
    public override RecordKind Kind => RecordKind.Transfer;

    protected internal override int FieldCount => 8;

    internal static Transfer Read(ref RecordReader reader) => new(
        reader.ReadFile(), reader.ReadLong(), reader.ReadLong(), reader.ReadString(), reader.ReadString(), reader.ReadString(),
        reader.ReadString(), reader.ReadLevel());

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write(File.Value);
        writer.Write(Size);
        writer.Write(Number);
        writer.Write(Address);
        writer.Write(Token);
        writer.Write(Directory);
        writer.Write(Name);
        writer.Write((long)Level);
    }
}

/// <summary>Make this file by running a command, once its inputs are here; answered as a <see cref="Transfer"/> is.</summary>
/// <param name="File">What.</param>
/// <param name="Number">Comes back with the answer.</param>
/// <param name="Body">The command, as in <see cref="SubmitCommand"/>.</param>
/// <param name="Inputs">Its inputs, in the order in which the body names them.</param>
/// <param name="Name">Names the content, which may be here already; empty for none.</param>
/// <param name="Level">How long to keep it.</param>
public sealed record MakeFile(
    FileId File, long Number, ReadOnlyMemory<byte> Body, IReadOnlyList<FileSize> Inputs, string Name, CacheLevel Level) : Record
{
    public override RecordKind Kind => RecordKind.MakeFile;

    protected internal override int FieldCount => 6;

    internal static MakeFile Read(ref RecordReader reader) =>
        new(reader.ReadFile(), reader.ReadLong(), reader.ReadPayload(), reader.ReadFileSizes(), reader.ReadString(), reader.ReadLevel());

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write(File.Value);
        writer.Write(Number);
        writer.WritePayload(Body);
        writer.Write(Inputs);
        writer.Write(Name);
        writer.Write((long)Level);
    }
}

/// <summary>A file is here that was to be got or made, or that the manager has sent.</summary>
/// <param name="File">Which.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Number">Of the <see cref="Transfer"/> or <see cref="MakeFile"/>.</param>
/// <param name="Bytes">How many were moved for it: none when it was linked or was here already.</param>
/// <param name="DurationUs">How long that took.</param>
public sealed record Transferred(FileId File, long Size, long Number, long Bytes, long DurationUs) : Record
{
    public override RecordKind Kind => RecordKind.Transferred;

    protected internal override int FieldCount => 5;

    internal static Transferred Read(ref RecordReader reader) =>
        new(reader.ReadFile(), reader.ReadLong(), reader.ReadLong(), reader.ReadLong(), reader.ReadLong());

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write(File.Value);
        writer.Write(Size);
        writer.Write(Number);
        writer.Write(Bytes);
        writer.Write(DurationUs);
    }
}

/// <summary>Why a file could not be got.</summary>
public enum TransferFailureKind
{
    /// <summary>The source cannot be reached from here.</summary>
    Unreachable = 0,

    /// <summary>The source does not have it.</summary>
    NotThere = 1,

    /// <summary>The source ended or fell silent on the way; another can go on from there.</summary>
    BrokenOff = 2,

    /// <summary>What the source has is not what it was.</summary>
    Corrupt = 3,

    /// <summary>It cannot be stored here.</summary>
    CannotStore = 4,

    /// <summary>The command that was to make it failed, or the URL does not give it.</summary>
    NotMade = 5,
}

/// <summary>A file that was to be got or made is not here.</summary>
public sealed record TransferFailed(FileId File, long Number, TransferFailureKind Failure, string Reason) : Record
{
    public override RecordKind Kind => RecordKind.TransferFailed;

    protected internal override int FieldCount => 4;

    internal static TransferFailed Read(ref RecordReader reader)
    {
        var (file, number, kind) = (reader.ReadFile(), reader.ReadLong(), reader.ReadInt());
        return kind <= (int)TransferFailureKind.NotMade
            ? new TransferFailed(file, number, (TransferFailureKind)kind, reader.ReadString())
            : throw new ProtocolException($"transfer failure {kind} is not known");
    }

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write(File.Value);
        writer.Write(Number);
        writer.Write((long)Failure);
        writer.Write(Reason);
    }
}
