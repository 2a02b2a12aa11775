namespace DaskVine.Protocol.Links;

/// <summary>The first four fields of every message; ARCHITECTURE.md says what each means.</summary>
public readonly record struct LinkHeader(ulong Epoch, ulong Seq, ulong Ack, ulong Credit);

/// <summary>What to do with a message that came in.</summary>
public enum LinkVerdict
{
    /// <summary>Handle its records.</summary>
    Deliver,

    /// <summary>Seen before: drop it.</summary>
    Duplicate,

    /// <summary>Something before it was lost: the link must be made anew.</summary>
    Gap,

    /// <summary>It belongs to another link.</summary>
    WrongEpoch,
}
