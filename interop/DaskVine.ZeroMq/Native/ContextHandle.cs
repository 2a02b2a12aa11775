using Microsoft.Win32.SafeHandles;

namespace DaskVine.ZeroMq;

/// <summary>A context; each open socket holds a reference, so that it is terminated only after the last of them closed.</summary>
internal sealed class ContextHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public ContextHandle()
        : base(ownsHandle: true)
    {
    }

    protected override bool ReleaseHandle()
    {
        int result;
        do
        {
            result = NativeZmq.ContextTerminate(handle);
        }
        while (result < 0 && ZmqException.LastError == ZmqError.Interrupted);
        return result == 0;
    }
}
