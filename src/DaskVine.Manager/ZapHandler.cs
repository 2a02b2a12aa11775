using System.Text;
using DaskVine.Protocol.Records;
using DaskVine.Security;
using DaskVine.ZeroMq;

namespace DaskVine.Manager;

/// <summary>
/// Tells libzmq which keys may connect to which socket (ZAP, ZeroMQ RFC 27). The domain of a question is the role that peers have at
/// the socket; the answer makes the public key the user id of the connection. For the manager's thread.
/// </summary>
internal sealed class ZapHandler : IDisposable
{
    public const string Endpoint = "inproc://zeromq.zap.01";

    private const int ShownCharacters = 8;
    private const string Version = "1.0";
    private const string Accepted = "200";
    private const string Refused = "400";
    private const string Failed = "500";

    // Bounds how long messages wait for answers, and how many refused keys are remembered.
    private const int AnswersAtOnce = 64;
    private const int MaxRemembered = 1024;

    private readonly AuthorizedKeys _authorized;
    private readonly ZmqSocket _socket;
    private readonly ZmqMessage _message = new();

    // Those that were told of: a peer that keeps trying is to be one line.
    private readonly HashSet<(string Role, string Key)> _refused = [];

    /// <param name="context">Of the sockets; they must be bound after this.</param>
    /// <param name="authorized">Who may come.</param>
    public ZapHandler(ZmqContext context, AuthorizedKeys authorized)
    {
        _authorized = authorized;
        _socket = new ZmqSocket(context, ZmqSocketType.Rep);
        _socket.Bind(Endpoint);
    }

    /// <summary>The part of a public key that is shown to people.</summary>
    public static string Shown(string key) => key.Length > ShownCharacters ? $"{key[..ShownCharacters]}…" : "(none)";

    public void AddTo(ZmqPoller poller) => poller.Add(_socket, ZmqPollEvents.In, this);

    /// <summary>Answers what was asked.</summary>
    public void Answer()
    {
        for (var i = 0; i < AnswersAtOnce && _socket.TryReceive(_message); i++)
        {
            var frames = new byte[_message.Count][];
            for (var j = 0; j < frames.Length; j++)
                frames[j] = _message[j].ToArray();
            var (status, user) = Decide(frames);
            Reply(frames.Length > 1 ? frames[1] : [], status, user);
        }
    }

    public void Dispose()
    {
        _message.Dispose();
        _socket.Dispose();
    }

    // version, request id, domain, address, routing id of the socket, mechanism, credentials
    private (string Status, string User) Decide(byte[][] frames)
    {
        if (frames is not [var version, _, var domain, _, _, var mechanism, { Length: CurveKeyPair.KeyBytes } credentials]
            || !version.AsSpan().SequenceEqual("1.0"u8) || !mechanism.AsSpan().SequenceEqual("CURVE"u8))
        {
            Console.Error.WriteLine("manager: a malformed question about a connection was answered with no");
            return (Failed, "");
        }

        var role = Encoding.UTF8.GetString(domain);
        var key = CurveKeyPair.Encode(credentials);
        if (Refusal(role, key) is { } reason)
            return Refuse(role, key, reason);
        _refused.Remove((role, key));
        return (Accepted, key);
    }

    /// <returns>Why the key is not let in; null when it is.</returns>
    private string? Refusal(string role, string key)
    {
        try
        {
            return _authorized.Find(key) is not { } known ? "it is not authorized"
                : !known.Roles.HasFlag(RoleOf(role)) ? $"it is authorized ({known.Name}), but not as a {role}"
                : null;
        }
        catch (KeysException e)
        {
            return e.Message;
        }
    }

    // A domain that is none of ours lets nobody in.
    private static KeyRoles RoleOf(string domain) => domain switch
    {
        Hello.ClientRole => KeyRoles.Client,
        Hello.WorkerRole => KeyRoles.Worker,
        _ => (KeyRoles)int.MinValue,
    };

    private (string Status, string User) Refuse(string role, string key, string reason)
    {
        if (_refused.Count >= MaxRemembered)
            _refused.Clear();
        if (_refused.Add((role, key)))
            Console.Error.WriteLine($"manager: a {role} with key {Shown(key)} was refused: {reason}");
        return (Refused, "");
    }

    // Who asked may be gone, which libzmq takes in silence.
    private void Reply(byte[] request, string status, string user)
    {
        _message.Clear();
        _message.AddCopy(Encoding.ASCII.GetBytes(Version));
        _message.AddCopy(request);
        _message.AddCopy(Encoding.ASCII.GetBytes(status));
        _message.AddCopy([]);
        _message.AddCopy(Encoding.ASCII.GetBytes(user));
        _message.AddCopy([]);
        _socket.TrySend(_message);
    }
}
