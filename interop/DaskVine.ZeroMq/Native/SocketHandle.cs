using Microsoft.Win32.SafeHandles;

namespace DaskVine.ZeroMq;

/// <summary>A socket, and a reference on the context that it lives in.</summary>
internal sealed class SocketHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private ContextHandle? _context;

    public SocketHandle()
        : base(ownsHandle: true)
    {
    }

    internal static SocketHandle Open(ContextHandle context, ZmqSocketType type)
    {
        bool referenced = false;
        context.DangerousAddRef(ref referenced);
        SocketHandle socket = NativeZmq.SocketNew(context, type);
        if (!socket.IsInvalid)
        {
            socket._context = context;
            return socket;
        }

        ZmqException exception = ZmqException.Last($"open a {type} socket");
        context.DangerousRelease();
        throw exception;
    }

    /// <summary>Keeps the socket open until the lease is disposed, also when another thread closes it meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    internal Lease Borrow() => new(this);

    protected override bool ReleaseHandle()
    {
        bool closed = NativeZmq.SocketClose(handle) == 0;
        _context?.DangerousRelease();
        return closed;
    }

    internal readonly ref struct Lease
    {
        private readonly SocketHandle _owner;

        internal Lease(SocketHandle owner)
        {
            bool referenced = false;
            owner.DangerousAddRef(ref referenced);
            _owner = owner;
        }

        internal nint Pointer => _owner.handle;

        public void Dispose() => _owner.DangerousRelease();
    }
}
