using DaskVine.ZeroMq;

namespace DaskVine.Security.Tests;

public sealed class AuthorizedKeysTests : IDisposable
{
    private static readonly string Key = CurveKeyPair.Create().PublicKey;

    private readonly PrivateDirectory _directory = new();

    private string File => _directory.Within("authorized");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Find_FileChanges_CountsAtOnce()
    {
        var keys = Open("");
        for (var i = 0; i < 50; i++)
        {
            // As fast as possible, and of the same length: the times of files are coarse.
            PrivateFiles.Replace(File, $"client {Key} one\n");
            Assert.Equal(KeyRoles.Client, keys.Find(Key)?.Roles);
            PrivateFiles.Replace(File, $"worker {Key} one\n");
            Assert.Equal(KeyRoles.Worker, keys.Find(Key)?.Roles);
        }
    }

    [Fact]
    public void Find_FileIsOld_IsReadAgainOnlyWhenItChanges()
    {
        PrivateFiles.Create(File, $"client {Key} one\n");
        System.IO.File.SetLastWriteTimeUtc(File, DateTime.UtcNow.AddHours(-1));
        var keys = new AuthorizedKeys(File);
        Assert.NotNull(keys.Find(Key));

        System.IO.File.Delete(File);
        Assert.Throws<KeysException>(() => keys.Find(Key));

        PrivateFiles.Create(File, "");
        Assert.Null(keys.Find(Key));
    }

    [Fact]
    public void Find_FileBecomesMalformed_ThrowsUntilItIsMended()
    {
        var keys = Open($"client {Key} one\n");

        PrivateFiles.Replace(File, $"client {Key} one\nnonsense\n");
        Assert.Contains("line 2", Assert.Throws<KeysException>(() => keys.Find(Key)).Message, StringComparison.Ordinal);
        Assert.Throws<KeysException>(() => keys.Find(Key));

        PrivateFiles.Replace(File, $"both {Key} one\n");
        Assert.Equal(KeyRoles.Both, keys.Find(Key)?.Roles);
    }

    [Fact]
    public void Open_CommentsSpacesAndDoubles_AreUnderstood()
    {
        var keys = Open($"# a comment\r\n\n   client   {Key}  one \r\n#worker {Key} two\nworker {Key} three");

        Assert.Equal(KeyRoles.Both, keys.Find(Key)?.Roles);
    }

    [Theory]
    [InlineData("boss KEY one")]
    [InlineData("client KEY")]
    [InlineData("client KEY one two")]
    [InlineData("client nonsense one")]
    [InlineData("KEY client one")]
    public void Open_MalformedLine_IsNamed(string line)
    {
        PrivateFiles.Create(File, $"# first\n{line.Replace("KEY", Key, StringComparison.Ordinal)}\n");

        Assert.Contains($"{File}, line 2", Assert.Throws<KeysException>(() => new AuthorizedKeys(File)).Message, StringComparison.Ordinal);
    }

    private AuthorizedKeys Open(string text)
    {
        PrivateFiles.Create(File, text);
        return new AuthorizedKeys(File);
    }
}
