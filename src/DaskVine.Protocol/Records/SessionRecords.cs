namespace DaskVine.Protocol.Records;

/// <summary>Opens a link, or opens it anew after a gap. A worker lists what it holds, so that both sides agree again.</summary>
/// <param name="ProtocolVersion">See <see cref="ProtocolVersion.Current"/>.</param>
/// <param name="Role">"client" or "worker".</param>
/// <param name="Instance">Unique per process; also the ZeroMQ routing id.</param>
/// <param name="Name">For people.</param>
/// <param name="Token">What the door gave; ties the door's connection to this link.</param>
/// <param name="Versions">Name of a component to its version.</param>
/// <param name="Cores">Slots of a worker; 0 for a client.</param>
/// <param name="Files">Files in a worker's cache.</param>
/// <param name="Tasks">Assignments that a worker has not reported as ended, or whose report was not acknowledged.</param>
/// <param name="Resources">What a worker has beside cores, by name, in thousandths.</param>
/// <param name="Peer">Where other workers get files from it; null when they cannot.</param>
/// <param name="Disk">Bytes that its cache may hold; 0 for no limit.</param>
/// <param name="Memory">Bytes that its tasks may use together; 0 for no limit.</param>
public sealed record Hello(
    int ProtocolVersion,
    string Role,
    string Instance,
    string Name,
    long Token,
    IReadOnlyDictionary<string, string> Versions,
    int Cores,
    IReadOnlyList<FileSize> Files,
    IReadOnlyList<TaskAttempt> Tasks,
    IReadOnlyDictionary<string, long>? Resources = null,
    PeerEndpoint? Peer = null,
    long Disk = 0,
    long Memory = 0) : Record
{
    public const string ClientRole = "client";
    public const string WorkerRole = "worker";

    /// <inheritdoc cref="Hello"/>
    public IReadOnlyDictionary<string, long> Resources { get; init; } = Resources ?? new Dictionary<string, long>();

    public override RecordKind Kind => RecordKind.Hello;

    public override bool IsSequenced => false;

    protected internal override int FieldCount => 13;

    internal static Hello Read(ref RecordReader reader) => new(
        reader.ReadInt(),
        reader.ReadString(),
        reader.ReadString(),
        reader.ReadString(),
        reader.ReadLong(),
        reader.ReadTexts(),
        reader.ReadInt(),
        reader.ReadFileSizes(),
        reader.ReadAttempts(),
        reader.ReadAmounts(),
        ReadPeer(ref reader),
        reader.ReadLong(),
        reader.ReadLong());

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write((long)ProtocolVersion);
        writer.Write(Role);
        writer.Write(Instance);
        writer.Write(Name);
        writer.Write(Token);
        writer.Write(Versions);
        writer.Write((long)Cores);
        writer.Write(Files);
        writer.Write(Tasks);
        writer.Write(Resources);
        WritePeer(writer);
        writer.Write(Disk);
        writer.Write(Memory);
    }

    private static PeerEndpoint? ReadPeer(ref RecordReader reader)
    {
        if (reader.TryReadNil())
            return null;
        var extra = reader.ReadTuple(4);
        var peer = new PeerEndpoint(reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadString());
        reader.Skip(extra);
        return peer;
    }

    private void WritePeer(RecordWriter writer)
    {
        if (Peer is null)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteArray(4);
        writer.Write(Peer.Address);
        writer.Write(Peer.Token);
        writer.Write(Peer.Host);
        writer.Write(Peer.Directory);
    }
}

/// <summary>Where a worker's files can be had.</summary>
/// <param name="Address">Of its transfer server: <c>ipc://</c>, <c>tcp://</c> or <c>tls://</c>.</param>
/// <param name="Token">What a request for a file has to carry.</param>
/// <param name="Host">The same at two workers that can link each other's files; empty when none may.</param>
/// <param name="Directory">Where its files are, for those that can.</param>
public sealed record PeerEndpoint(string Address, string Token, string Host, string Directory)
{
    // The token is a secret, and records are printed.
    public override string ToString() => Address;
}

/// <summary>Accepts a hello. <paramref name="Manager"/> is the manager's instance: another one than before knows nothing of old tasks.</summary>
public sealed record Welcome(string Manager, string Name, int HeartbeatMs) : Record
{
    public override RecordKind Kind => RecordKind.Welcome;

    public override bool IsSequenced => false;

    protected internal override int FieldCount => 3;

    internal static Welcome Read(ref RecordReader reader) => new(reader.ReadString(), reader.ReadString(), reader.ReadInt());

    protected internal override void WriteFields(RecordWriter writer)
    {
        writer.Write(Manager);
        writer.Write(Name);
        writer.Write((long)HeartbeatMs);
    }
}

/// <summary>Ends an attempt to make a link. Saying the same hello again would not help.</summary>
public sealed record Refuse(string Reason) : Record
{
    public override RecordKind Kind => RecordKind.Refuse;

    public override bool IsSequenced => false;

    protected internal override int FieldCount => 1;

    internal static Refuse Read(ref RecordReader reader) => new(reader.ReadString());

    protected internal override void WriteFields(RecordWriter writer) => writer.Write(Reason);
}

/// <summary>Asks the peer for a new hello: the link is unknown here, or has a gap.</summary>
public sealed record Rehello(string Reason) : Record
{
    public override RecordKind Kind => RecordKind.Rehello;

    public override bool IsSequenced => false;

    protected internal override int FieldCount => 1;

    internal static Rehello Read(ref RecordReader reader) => new(reader.ReadString());

    protected internal override void WriteFields(RecordWriter writer) => writer.Write(Reason);
}

/// <summary>Says that the sender is alive; its header carries the acknowledgement.</summary>
/// <param name="Sent">Last seq that was sent: shows the loss of a message that nothing follows.</param>
public sealed record Heartbeat(ulong Sent = 0) : Record
{
    public override RecordKind Kind => RecordKind.Heartbeat;

    public override bool IsSequenced => false;

    protected internal override int FieldCount => 1;

    internal static Heartbeat Read(ref RecordReader reader) => new(reader.ReadUInt64());

    protected internal override void WriteFields(RecordWriter writer) => writer.Write(Sent);
}

/// <summary>Ends a link on purpose.</summary>
public sealed record Goodbye(string Reason) : Record
{
    public override RecordKind Kind => RecordKind.Goodbye;

    protected internal override int FieldCount => 1;

    internal static Goodbye Read(ref RecordReader reader) => new(reader.ReadString());

    protected internal override void WriteFields(RecordWriter writer) => writer.Write(Reason);
}
