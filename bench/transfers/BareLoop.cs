using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using DaskVine.Transfers;
using DaskVine.ZeroMq;

namespace DaskVine.Bench.Transfers;

/// <summary>The peer to compare with: one file over one connection by the shortest loops, without any check.</summary>
internal static class BareLoop
{
    private const int ReceiveBuffer = 1 << 20;
    private const int CopyBuffer = 256 * 1024;

    public static void Plain(string source, string target) => Run(
        socket =>
        {
            using var file = File.OpenHandle(source);
            var end = RandomAccess.GetLength(file);
            for (long offset = 0; offset < end;)
                offset += SendFile.Send(socket.SafeHandle, file, offset, end - offset);
        },
        socket =>
        {
            using var file = File.OpenHandle(target, FileMode.CreateNew, FileAccess.Write);
            var buffer = new byte[ReceiveBuffer];
            for (long offset = 0; socket.Receive(buffer) is var read and > 0; offset += read)
                RandomAccess.Write(file, buffer.AsSpan(0, read), offset);
        });

    public static void Tls(string source, string target, TlsIdentity identity) => Run(
        socket =>
        {
            using var tls = new SslStream(new NetworkStream(socket), false, (_, peer, _, _) => IsOurs(peer, identity));
            tls.AuthenticateAsServer(identity.Certificate, clientCertificateRequired: true, checkCertificateRevocation: false);
            using var file = File.OpenHandle(source);
            var buffer = new byte[CopyBuffer];
            for (long offset = 0; RandomAccess.Read(file, buffer, offset) is var read and > 0; offset += read)
                tls.Write(buffer, 0, read);
        },
        socket =>
        {
            using var tls = new SslStream(new NetworkStream(socket), false, (_, peer, _, _) => IsOurs(peer, identity));
            tls.AuthenticateAsClient("bench", [identity.Certificate], checkCertificateRevocation: false);
            using var file = File.OpenHandle(target, FileMode.CreateNew, FileAccess.Write);
            var buffer = new byte[ReceiveBuffer];
            for (long offset = 0; tls.Read(buffer) is var read and > 0; offset += read)
                RandomAccess.Write(file, buffer.AsSpan(0, read), offset);
        });

    private static bool IsOurs(X509Certificate? peer, TlsIdentity identity) => peer?.Issuer == identity.Authority.Subject;

    private static void Run(Action<Socket> send, Action<Socket> receive)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var sending = new Thread(() =>
        {
            using var socket = listener.Accept();
            socket.NoDelay = true;
            send(socket);
        });
        sending.Start();
        using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            socket.Connect(listener.LocalEndPoint!);
            socket.NoDelay = true;
            receive(socket);
        }

        sending.Join();
    }
}
