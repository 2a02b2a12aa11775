namespace DaskVine.ZeroMq;

/// <summary>What the loaded libzmq is and can do.</summary>
public static class Zmq
{
    /// <summary>The version of the loaded library, such as 4.3.4.</summary>
    /// <exception cref="ZmqNotFoundException">libzmq is not installed.</exception>
    public static Version Version
    {
        get
        {
            NativeZmq.Version(out int major, out int minor, out int patch);
            return new Version(major, minor, patch);
        }
    }

    /// <summary>Whether the library was built with <paramref name="capability"/>: "curve", "ipc", "gssapi", "draft"...</summary>
    /// <exception cref="ZmqNotFoundException">libzmq is not installed.</exception>
    public static bool Has(string capability)
    {
        ArgumentNullException.ThrowIfNull(capability);
        return NativeZmq.Has(capability) == 1;
    }
}
