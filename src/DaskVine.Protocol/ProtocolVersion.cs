namespace DaskVine.Protocol;

/// <summary>The version that a hello carries. Peers of another version are refused.</summary>
public static class ProtocolVersion
{
    public const int Current = 4;
}
