using DaskVine.Arrow;

namespace DaskVine.Values.Results;

/// <summary>What stands around a large value that only Python can read, so that it reaches its client as an Arrow stream of one row.</summary>
public static class PickleFrame
{
    /// <summary>How much of a value tells what it is.</summary>
    public const int HeadBytes = 4;

    internal const string KindKey = "daskvine.value";
    internal const string Kind = "pickle5";
    internal const string Extension = "daskvine.pickle5";

    private static readonly byte[] s_arrow = [0xff, 0xff, 0xff, 0xff];
    private static readonly Schema s_schema = new(
        [new Field("value", ArrowType.LargeBinary) { Metadata = Metadata.Of((Field.ExtensionNameKey, Extension)) }], Metadata.Of((KindKey, Kind)));

    /// <summary>Whether a value that begins so is a stream already.</summary>
    public static bool IsStream(ReadOnlySpan<byte> head) => head.StartsWith(s_arrow);

    /// <summary>The frame of a value of so many bytes.</summary>
    public static BinaryRowFrame Around(long length) => new(s_schema, length);
}
