using DaskVine.ZeroMq;

namespace DaskVine.Security;

/// <summary>What <c>daskvine keys</c> does: makes a directory of keys, adds keys to it, revokes them, and copies what a machine needs.</summary>
/// <remarks>
/// Secrets and certificates are for files of mode 0600 in a directory of mode 0700. Files: <c>manager.secret</c>, <c>manager.public</c>, <c>client.secret</c>, <c>worker.secret</c> (CURVE), <c>authorized</c>,
/// <c>authority.pem</c>, <c>authority.key</c>, <c>bulk.pem</c>, <c>bulk.key</c> (TLS), and <c>NAME.secret</c> for each key that was added.
/// A worker needs <c>worker.secret</c>, <c>manager.public</c>, <c>authority.pem</c>, <c>bulk.pem</c> and <c>bulk.key</c>;
/// a client <c>client.secret</c>, <c>manager.public</c> and <c>authority.pem</c>.
/// </remarks>
public static class KeyDirectory
{
    internal const string ManagerSecret = "manager.secret";
    internal const string ManagerPublic = "manager.public";
    internal const string ClientSecret = "client.secret";
    internal const string WorkerSecret = "worker.secret";
    internal const string AuthorityCertificate = "authority.pem";
    internal const string AuthorityKey = "authority.key";
    internal const string BulkCertificate = "bulk.pem";
    internal const string BulkKey = "bulk.key";

    private const int LongestName = 64;

    /// <summary>Makes all keys of a new cluster.</summary>
    /// <exception cref="KeysException">There are keys already, others may look into the directory, or it cannot be written.</exception>
    public static void Create(string directory)
    {
        PrivateFiles.MakeDirectory(directory);
        if (Directory.EnumerateFileSystemEntries(directory).FirstOrDefault() is { } entry)
            throw new KeysException($"{directory} is not empty ({Path.GetFileName(entry)} is there), and keys are never overwritten; choose another directory");
        var manager = CurveKeyPair.Create();
        var client = CurveKeyPair.Create();
        var worker = CurveKeyPair.Create();
        var (authority, bulk) = CertificateMaker.Make();
        Write(directory, ManagerSecret, KeyFile.Format(manager));
        Write(directory, ManagerPublic, KeyFile.FormatPublic(manager.PublicKey));
        Write(directory, ClientSecret, KeyFile.Format(client));
        Write(directory, WorkerSecret, KeyFile.Format(worker));
        Write(directory, AuthorityCertificate, authority.Certificate);
        Write(directory, AuthorityKey, authority.Key);
        Write(directory, BulkCertificate, bulk.Certificate);
        Write(directory, BulkKey, bulk.Key);
        // Last: without it a manager does not start, so half a directory serves nobody.
        Write(directory, AuthorizedKeys.FileName, AuthorizedKeys.Format(
            new AuthorizedKey(KeyRoles.Client, client.PublicKey, "client"), new AuthorizedKey(KeyRoles.Worker, worker.PublicKey, "worker")));
    }

    /// <summary>Makes another key, <c>NAME.secret</c>, and lets it in.</summary>
    /// <exception cref="KeysException">The name is taken or cannot be a file's, or this is no directory of a manager.</exception>
    public static void Add(string directory, string name, KeyRoles roles)
    {
        var authorized = Authorized(directory);
        CheckName(name);
        if (authorized.Exists(key => key.Name == name))
            throw new KeysException($"{directory} has a key named '{name}' already; choose another name");
        var pair = CurveKeyPair.Create();
        Write(directory, SecretOf(name), KeyFile.Format(pair));
        AuthorizedKeys.Append(ListIn(directory), new AuthorizedKey(roles, pair.PublicKey, name));
    }

    /// <summary>Lets a key in no more, from the next connection on. Its file stays.</summary>
    /// <exception cref="KeysException">There is no such key, or this is no directory of a manager.</exception>
    public static void Revoke(string directory, string name)
    {
        if (!Authorized(directory).Exists(key => key.Name == name))
            throw new KeysException($"{directory} lets no key named '{name}' in, so there is nothing to revoke");
        AuthorizedKeys.Remove(ListIn(directory), name);
    }

    /// <summary>Writes a new directory with all that a worker or client needs, and no more.</summary>
    /// <param name="directory">Of the manager.</param>
    /// <param name="role">One role.</param>
    /// <param name="into">A directory that is empty or absent.</param>
    /// <param name="name">Which key; null for the role's first one.</param>
    /// <exception cref="KeysException">There is no such key, it is for another role, or something is there already.</exception>
    public static void Export(string directory, KeyRoles role, string into, string? name = null)
    {
        var roleName = role == KeyRoles.Worker ? "worker" : "client";
        name ??= roleName;
        if (Authorized(directory).Find(key => key.Name == name) is not { } authorized)
            throw new KeysException($"{directory} lets no key named '{name}' in; add it with 'daskvine keys {directory} --add {name} --role {roleName}'");
        if (!authorized.Roles.HasFlag(role))
            throw new KeysException($"the key '{name}' is not one of a {roleName}; add another with 'daskvine keys {directory} --add NAME --role {roleName}'");
        var secret = PrivateFiles.Read(Path.Combine(directory, SecretOf(name)), $"the key '{name}'");
        List<(string File, string Text)> files = [($"{roleName}.secret", secret), Copied(ManagerPublic), Copied(AuthorityCertificate)];
        if (role == KeyRoles.Worker)
            files.AddRange([Copied(BulkCertificate), Copied(BulkKey)]);
        PrivateFiles.MakeDirectory(into);
        foreach (var (file, text) in files)
            Write(into, file, text);

        (string File, string Text) Copied(string file) => (file, PrivateFiles.Read(Path.Combine(directory, file), "made by 'daskvine keys'"));
    }

    private static string SecretOf(string name) => $"{name}.secret";

    private static List<AuthorizedKey> Authorized(string directory)
    {
        PrivateFiles.CheckDirectory(directory);
        return AuthorizedKeys.Read(ListIn(directory));
    }

    private static string ListIn(string directory) => Path.Combine(directory, AuthorizedKeys.FileName);

    private static void Write(string directory, string file, string text) => PrivateFiles.Create(Path.Combine(directory, file), text);

    private static void CheckName(string name)
    {
        var isName = name.Length is > 0 and <= LongestName && char.IsAsciiLetterOrDigit(name[0])
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
        if (!isName)
            throw new KeysException($"'{name}' cannot be a key's name: use up to {LongestName} letters, digits, '-', '_' and '.', and begin with a letter or digit");
    }
}
