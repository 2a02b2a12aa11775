using DaskVine.ZeroMq;

namespace DaskVine.Security;

/// <summary>Key files in the format that CZMQ and pyzmq call certificates: lines of <c>public-key = "…"</c> and <c>secret-key = "…"</c>.</summary>
internal static class KeyFile
{
    private const string PublicField = "public-key";
    private const string SecretField = "secret-key";

    public static string Format(CurveKeyPair pair) =>
        $"# A key pair of CURVE. Whoever can read this is who it names.\ncurve\n{Line(PublicField, pair.PublicKey)}{Line(SecretField, pair.SecretKey)}";

    public static string FormatPublic(string publicKey) =>
        $"# The public key of the manager, by which clients and workers know it.\ncurve\n{Line(PublicField, publicKey)}";

    /// <exception cref="KeysException">The file is absent, open to others or malformed.</exception>
    public static CurveKeyPair Read(string path, string purpose)
    {
        var text = PrivateFiles.Read(path, purpose);
        return new CurveKeyPair(Field(path, text, PublicField), Field(path, text, SecretField));
    }

    /// <exception cref="KeysException">The file is absent, open to others or malformed.</exception>
    public static string ReadPublic(string path, string purpose) => Field(path, PrivateFiles.Read(path, purpose), PublicField);

    private static string Line(string field, string key) => $"    {field} = \"{key}\"\n";

    private static string Field(string path, string text, string field)
    {
        foreach (var line in text.Split('\n'))
        {
            // A key may have an equals sign or a hash in it, but neither quotes nor spaces.
            var parts = line.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length == 2 && parts[0] == field && parts[1].Trim('"') is var key && CurveKeyPair.IsKey(key))
                return key;
        }

        throw new KeysException($"{path} has no line with a {field} of {CurveKeyPair.KeyCharacters} characters");
    }
}
