using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace DaskVine.ZeroMq;

/// <summary>libzmq's own declarations, one to one; what they mean is decided by the classes above.</summary>
internal static unsafe partial class NativeZmq
{
    internal const int DontWait = 1;
    internal const int SendMore = 2;

    // Runs before the first import below is bound.
    static NativeZmq() => NativeLibrary.SetDllImportResolver(typeof(NativeZmq).Assembly, ZmqLibrary.Resolve);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_version")]
    internal static partial void Version(out int major, out int minor, out int patch);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_has", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Has(string capability);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_strerror")]
    internal static partial nint ErrorText(int error);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_ctx_new", SetLastError = true)]
    internal static partial ContextHandle ContextNew();

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_ctx_set", SetLastError = true)]
    internal static partial int ContextSet(ContextHandle context, int option, int value);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_ctx_shutdown", SetLastError = true)]
    internal static partial int ContextShutdown(ContextHandle context);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_ctx_term", SetLastError = true)]
    internal static partial int ContextTerminate(nint context);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_socket", SetLastError = true)]
    internal static partial SocketHandle SocketNew(ContextHandle context, ZmqSocketType type);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_close", SetLastError = true)]
    internal static partial int SocketClose(nint socket);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_bind", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Bind(SocketHandle socket, string endpoint);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_unbind", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Unbind(SocketHandle socket, string endpoint);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_connect", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Connect(SocketHandle socket, string endpoint);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_disconnect", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Disconnect(SocketHandle socket, string endpoint);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_getsockopt", SetLastError = true)]
    internal static partial int GetOption(SocketHandle socket, ZmqOption option, void* value, nuint* size);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_setsockopt", SetLastError = true)]
    internal static partial int SetOption(SocketHandle socket, ZmqOption option, void* value, nuint size);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_socket_monitor", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Monitor(SocketHandle socket, string? endpoint, int events);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_poll", SetLastError = true)]
    internal static partial int Poll(NativePollItem* items, int count, nint timeoutMilliseconds);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_msg_init")]
    [SuppressGCTransition]
    internal static partial int MessageInit(NativeMessage* message);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_msg_init_size", SetLastError = true)]
    internal static partial int MessageInitSize(NativeMessage* message, nuint size);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_msg_init_data", SetLastError = true)]
    internal static partial int MessageInitData(
        NativeMessage* message, void* data, nuint size, delegate* unmanaged[Cdecl]<void*, void*, void> free, void* hint);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_msg_copy", SetLastError = true)]
    internal static partial int MessageCopy(NativeMessage* destination, NativeMessage* source);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_msg_close", SetLastError = true)]
    internal static partial int MessageClose(NativeMessage* message);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_msg_data")]
    [SuppressGCTransition]
    internal static partial void* MessageData(NativeMessage* message);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_msg_size")]
    [SuppressGCTransition]
    internal static partial nuint MessageSize(NativeMessage* message);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_msg_more")]
    [SuppressGCTransition]
    internal static partial int MessageMore(NativeMessage* message);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_msg_gets", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint MessageProperty(NativeMessage* message, string name);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_msg_send", SetLastError = true)]
    internal static partial int MessageSend(NativeMessage* message, nint socket, int flags);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_msg_recv", SetLastError = true)]
    internal static partial int MessageReceive(NativeMessage* message, nint socket, int flags);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_curve_keypair", SetLastError = true)]
    internal static partial int CurveKeyPair(byte* publicText, byte* secretText);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_z85_encode")]
    internal static partial nint Z85Encode(byte* text, byte* data, nuint size);

    [LibraryImport(ZmqLibrary.Name, EntryPoint = "zmq_z85_decode")]
    internal static partial nint Z85Decode(byte* data, byte* text);
}

/// <summary>zmq_msg_t: opaque, and never moved in memory, since a short frame's bytes lie inside it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeMessage
{
    private fixed ulong _opaque[8];
}

/// <summary>zmq_pollitem_t: <see cref="FileDescriptor"/> counts only where <see cref="Socket"/> is null.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativePollItem
{
    internal nint Socket;
    internal int FileDescriptor;
    internal ZmqPollEvents Events;
    internal ZmqPollEvents Ready;
}
