using System.Text;

namespace DaskVine.ZeroMq;

/// <summary>A key pair of CURVE, as Z85 text of 40 characters each.</summary>
/// <param name="PublicKey">May be known to anybody.</param>
/// <param name="SecretKey">Whoever has it is who the public key names.</param>
public sealed record CurveKeyPair(string PublicKey, string SecretKey)
{
    /// <summary>Bytes of a key, public or secret.</summary>
    public const int KeyBytes = 32;

    /// <summary>Characters of a key as Z85 text.</summary>
    public const int KeyCharacters = 40;

    /// <summary>Makes a pair by chance.</summary>
    /// <exception cref="ZmqException">libzmq was built without CURVE.</exception>
    /// <exception cref="ZmqNotFoundException">libzmq is not installed.</exception>
    public static unsafe CurveKeyPair Create()
    {
        // One more for the terminator.
        byte* texts = stackalloc byte[2 * (KeyCharacters + 1)];
        byte* secret = texts + KeyCharacters + 1;
        if (NativeZmq.CurveKeyPair(texts, secret) < 0) throw ZmqException.Last("make a key pair");
        return new CurveKeyPair(Text(texts), Text(secret));
    }

    /// <summary>The text of a key in binary form.</summary>
    /// <exception cref="ArgumentException">It has not 32 bytes.</exception>
    public static unsafe string Encode(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeyBytes) throw new ArgumentException($"A key has {KeyBytes} bytes, not {key.Length}.", nameof(key));
        byte* text = stackalloc byte[KeyCharacters + 1];
        fixed (byte* bytes = key) _ = NativeZmq.Z85Encode(text, bytes, KeyBytes);
        return Text(text);
    }

    /// <summary>Whether a text can be a key: 40 characters of Z85.</summary>
    public static unsafe bool IsKey(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length != KeyCharacters || !Ascii.IsValid(text)) return false;
        byte* key = stackalloc byte[KeyBytes];
        fixed (byte* terminated = Encoding.ASCII.GetBytes(text + '\0')) return NativeZmq.Z85Decode(key, terminated) != 0;
    }

    /// <summary>The public key: a secret is not to end up in a log.</summary>
    public override string ToString() => PublicKey;

    private static unsafe string Text(byte* text) => Encoding.ASCII.GetString(text, KeyCharacters);
}
