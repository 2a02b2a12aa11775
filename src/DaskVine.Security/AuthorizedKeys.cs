using System.Text;
using DaskVine.ZeroMq;

namespace DaskVine.Security;

/// <summary>A line of the file of authorized keys.</summary>
/// <param name="Roles">What its holder may be.</param>
/// <param name="PublicKey">40 characters of Z85.</param>
/// <param name="Name">For people.</param>
public sealed record AuthorizedKey(KeyRoles Roles, string PublicKey, string Name);

/// <summary>
/// The keys that a manager lets in, as its file says at the moment: a line that is added or removed counts for the next connection.
/// For one thread at a time.
/// </summary>
public sealed class AuthorizedKeys
{
    internal const string FileName = "authorized";

    private const string Heading = "# Keys that the manager lets in: role (client, worker or both), public key, name. Without its line a key is revoked.\n";

    // The clock of file times stands still for some milliseconds: a file as young as this may change once more without a sign.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);

    private const string Purpose = "the list of keys that the manager lets in";

    private readonly string _path;
    private Dictionary<string, AuthorizedKey> _keys;
    private (DateTime Written, long Length, UnixFileMode Mode) _stamp;
    private bool _isSettled;

    /// <exception cref="KeysException">The file is absent, open to others or malformed.</exception>
    internal AuthorizedKeys(string path)
    {
        _path = path;
        _keys = Load();
    }

    /// <summary>What a key may be now; null when it is unknown.</summary>
    /// <exception cref="KeysException">The file is absent by now, open to others or malformed, so that nobody can be let in.</exception>
    public AuthorizedKey? Find(string publicKey)
    {
        if (!_isSettled || Stamp() != _stamp)
            _keys = Load();
        return _keys.GetValueOrDefault(publicKey);
    }

    internal static string Format(params ReadOnlySpan<AuthorizedKey> keys)
    {
        var text = new StringBuilder(Heading);
        foreach (var key in keys)
            text.Append(Line(key));
        return text.ToString();
    }

    /// <exception cref="KeysException">The file is absent, open to others or malformed.</exception>
    internal static List<AuthorizedKey> Read(string path)
    {
        var keys = new List<AuthorizedKey>();
        var lines = PrivateFiles.Read(path, Purpose).Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (Parse(path, i + 1, lines[i]) is { } key)
                keys.Add(key);
        }

        return keys;
    }

    /// <summary>Adds a line, and leaves the others as they are.</summary>
    /// <exception cref="KeysException">The file is absent, open to others or cannot be written.</exception>
    internal static void Append(string path, AuthorizedKey key)
    {
        var text = PrivateFiles.Read(path, Purpose);
        PrivateFiles.Replace(path, $"{text}{(text.Length == 0 || text.EndsWith('\n') ? "" : "\n")}{Line(key)}");
    }

    /// <summary>Removes the lines of a name, and leaves the others as they are.</summary>
    /// <exception cref="KeysException">The file is absent, open to others, malformed or cannot be written.</exception>
    internal static void Remove(string path, string name)
    {
        var lines = PrivateFiles.Read(path, Purpose).Split('\n');
        PrivateFiles.Replace(path, string.Join('\n', lines.Where((line, i) => Parse(path, i + 1, line)?.Name != name)));
    }

    private static string Line(AuthorizedKey key) => $"{Word(key.Roles)} {key.PublicKey} {key.Name}\n";

    private static AuthorizedKey? Parse(string path, int number, string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length == 0 || words[0].StartsWith('#'))
            return null;
        return words.Length == 3 && Roles(words[0]) is { } roles && CurveKeyPair.IsKey(words[1])
            ? new AuthorizedKey(roles, words[1], words[2])
            : throw new KeysException($"{path}, line {number}: expected a role (client, worker or both), a public key and a name");
    }

    private static KeyRoles? Roles(string word) => word switch
    {
        "client" => KeyRoles.Client,
        "worker" => KeyRoles.Worker,
        "both" => KeyRoles.Both,
        _ => null,
    };

    private static string Word(KeyRoles roles) => roles switch
    {
        KeyRoles.Client => "client",
        KeyRoles.Worker => "worker",
        _ => "both",
    };

    private Dictionary<string, AuthorizedKey> Load()
    {
        // Before it is read: what is written meanwhile is then read again.
        var stamp = Stamp();
        _isSettled = false;
        var keys = new Dictionary<string, AuthorizedKey>();
        foreach (var key in Read(_path))
        {
            // A key with two lines has the roles of both.
            keys[key.PublicKey] = keys.TryGetValue(key.PublicKey, out var other) ? key with { Roles = key.Roles | other.Roles } : key;
        }

        _stamp = stamp;
        _isSettled = DateTime.UtcNow - stamp.Written > Tick;
        return keys;
    }

    private (DateTime Written, long Length, UnixFileMode Mode) Stamp()
    {
        var file = new FileInfo(_path);
        return file.Exists ? (file.LastWriteTimeUtc, file.Length, file.UnixFileMode) : default;
    }
}
