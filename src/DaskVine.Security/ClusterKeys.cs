using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DaskVine.ZeroMq;

namespace DaskVine.Security;

/// <summary>
/// The keys in a directory, as <c>daskvine keys</c> makes them. Each is read when it is first asked for, since the directory of a
/// worker or a client has only some of them.
/// </summary>
public sealed class ClusterKeys
{
    /// <summary>Names the directory where no option does.</summary>
    public const string Variable = "DASKVINE_KEYS";

    private readonly Lazy<CurveKeyPair> _manager;
    private readonly Lazy<CurveKeyPair> _client;
    private readonly Lazy<CurveKeyPair> _worker;
    private readonly Lazy<string> _managerPublicKey;
    private readonly Lazy<X509Certificate2> _authority;
    private readonly Lazy<X509Certificate2> _bulk;

    private ClusterKeys(string directory)
    {
        Directory = directory;
        _manager = new(() => KeyFile.Read(Path(KeyDirectory.ManagerSecret), "the manager's key, which only the manager's machine has"));
        _client = new(() => KeyFile.Read(Path(KeyDirectory.ClientSecret), Needed("client")));
        _worker = new(() => KeyFile.Read(Path(KeyDirectory.WorkerSecret), Needed("worker")));
        _managerPublicKey = new(() => KeyFile.ReadPublic(Path(KeyDirectory.ManagerPublic), "the key by which the manager is known"));
        _authority = new(ReadAuthority);
        _bulk = new(ReadBulkCertificate);
    }

    /// <summary>Where the keys are: an absolute path.</summary>
    public string Directory { get; }

    /// <summary>The manager's pair.</summary>
    /// <exception cref="KeysException">The file is absent, open to others or malformed; so for each key here.</exception>
    public CurveKeyPair Manager => _manager.Value;

    /// <summary>The pair of a client.</summary>
    /// <exception cref="KeysException">As for <see cref="Manager"/>.</exception>
    public CurveKeyPair Client => _client.Value;

    /// <summary>The pair of a worker.</summary>
    /// <exception cref="KeysException">As for <see cref="Manager"/>.</exception>
    public CurveKeyPair Worker => _worker.Value;

    /// <summary>By which clients and workers know the manager.</summary>
    /// <exception cref="KeysException">As for <see cref="Manager"/>.</exception>
    public string ManagerPublicKey => _managerPublicKey.Value;

    /// <summary>The cluster's authority, without its private key: whoever shows a certificate of it belongs to the cluster.</summary>
    /// <exception cref="KeysException">As for <see cref="Manager"/>.</exception>
    public X509Certificate2 Authority => _authority.Value;

    /// <summary>What managers and workers show each other where bulk data goes by TLS, as server and as client; with its private key.</summary>
    /// <exception cref="KeysException">As for <see cref="Manager"/>.</exception>
    public X509Certificate2 BulkCertificate => _bulk.Value;

    /// <summary>Opens a directory of keys.</summary>
    /// <exception cref="KeysException">It is absent, or others may look into it.</exception>
    public static ClusterKeys Load(string directory)
    {
        directory = System.IO.Path.GetFullPath(directory);
        PrivateFiles.CheckDirectory(directory);
        return new ClusterKeys(directory);
    }

    /// <summary>Opens the list of keys that a manager lets in.</summary>
    /// <exception cref="KeysException">As for <see cref="Manager"/>.</exception>
    public AuthorizedKeys OpenAuthorized() => new(Path(AuthorizedKeys.FileName));

    private string Path(string file) => System.IO.Path.Combine(Directory, file);

    private static string Needed(string role) =>
        $"the key of a {role}; 'daskvine keys DIR --export {role} OUT', where the manager's keys are, writes a directory that has it";

    private X509Certificate2 ReadAuthority() => ReadPem(KeyDirectory.AuthorityCertificate, path =>
        X509Certificate2.CreateFromPem(PrivateFiles.Read(path, "the certificate of the cluster's authority")));

    private X509Certificate2 ReadBulkCertificate() => ReadPem(KeyDirectory.BulkCertificate, path => X509Certificate2.CreateFromPem(
        PrivateFiles.Read(path, "the certificate for bulk data"),
        PrivateFiles.Read(Path(KeyDirectory.BulkKey), "the key of the certificate for bulk data")));

    private X509Certificate2 ReadPem(string file, Func<string, X509Certificate2> read)
    {
        try
        {
            return read(Path(file));
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new KeysException($"{Path(file)} is no certificate, or its key is another's: {e.Message}", e);
        }
    }
}
