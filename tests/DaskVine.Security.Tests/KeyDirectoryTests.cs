using DaskVine.ZeroMq;

namespace DaskVine.Security.Tests;

public sealed class KeyDirectoryTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly PrivateDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Create_NewDirectory_IsForItsOwnerOnly()
    {
        KeyDirectory.Create(_directory.Keys);

        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(_directory.Keys));
        Assert.All(Directory.EnumerateFiles(_directory.Keys), path => Assert.Equal(OwnerOnly, File.GetUnixFileMode(path)));
        Assert.Equal(
            ["authority.key", "authority.pem", "authorized", "bulk.key", "bulk.pem", "client.secret", "manager.public", "manager.secret", "worker.secret"],
            PrivateDirectory.Contents(_directory.Keys).Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Create_Keys_AreAuthorizedInTheirRole()
    {
        KeyDirectory.Create(_directory.Keys);

        var keys = ClusterKeys.Load(_directory.Keys);
        var authorized = keys.OpenAuthorized();
        Assert.Equal(new AuthorizedKey(KeyRoles.Client, keys.Client.PublicKey, "client"), authorized.Find(keys.Client.PublicKey));
        Assert.Equal(new AuthorizedKey(KeyRoles.Worker, keys.Worker.PublicKey, "worker"), authorized.Find(keys.Worker.PublicKey));
        Assert.Null(authorized.Find(keys.Manager.PublicKey));
        Assert.Equal(keys.Manager.PublicKey, keys.ManagerPublicKey);
    }

    [Fact]
    public void Create_SomethingIsThere_OverwritesNothing()
    {
        KeyDirectory.Create(_directory.Keys);
        var before = PrivateDirectory.Contents(_directory.Keys);

        var error = Assert.Throws<KeysException>(() => KeyDirectory.Create(_directory.Keys));

        Assert.Contains("never overwritten", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, PrivateDirectory.Contents(_directory.Keys));
    }

    [Fact]
    public void Create_EmptyDirectoryThatOthersCanEnter_IsRefused()
    {
        Directory.CreateDirectory(_directory.Keys, OwnerOnly | UnixFileMode.UserExecute | UnixFileMode.GroupRead);

        var error = Assert.Throws<KeysException>(() => KeyDirectory.Create(_directory.Keys));

        Assert.Contains($"chmod 700 {_directory.Keys}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_ParentIsAFile_SaysSo()
    {
        File.WriteAllText(_directory.Within("file"), "");

        var error = Assert.Throws<KeysException>(() => KeyDirectory.Create(_directory.Within("file", "keys")));

        Assert.Contains("cannot make", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(KeyRoles.Client)]
    [InlineData(KeyRoles.Worker)]
    [InlineData(KeyRoles.Both)]
    public void Add_Name_IsLetInInItsRoles(KeyRoles roles)
    {
        KeyDirectory.Create(_directory.Keys);

        KeyDirectory.Add(_directory.Keys, "laptop-1.lan", roles);

        var pair = KeyFile.Read(_directory.Within("keys", "laptop-1.lan.secret"), "");
        Assert.Equal(new AuthorizedKey(roles, pair.PublicKey, "laptop-1.lan"), ClusterKeys.Load(_directory.Keys).OpenAuthorized().Find(pair.PublicKey));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(_directory.Within("keys", "authorized")));
    }

    [Theory]
    [InlineData("client")]
    [InlineData("manager")]
    [InlineData("")]
    [InlineData("../evil")]
    [InlineData(".hidden")]
    [InlineData("two words")]
    public void Add_NameThatIsTakenOrNone_ChangesNothing(string name)
    {
        KeyDirectory.Create(_directory.Keys);
        var before = PrivateDirectory.Contents(_directory.Keys);

        Assert.Throws<KeysException>(() => KeyDirectory.Add(_directory.Keys, name, KeyRoles.Both));

        Assert.Equal(before, PrivateDirectory.Contents(_directory.Keys));
    }

    [Fact]
    public void Revoke_Name_IsLetInNoMoreAndOthersStayAsTheyAre()
    {
        KeyDirectory.Create(_directory.Keys);
        var list = _directory.Within("keys", "authorized");
        File.AppendAllText(list, "# what a person wrote");
        KeyDirectory.Add(_directory.Keys, "laptop", KeyRoles.Client);
        var pair = KeyFile.Read(_directory.Within("keys", "laptop.secret"), "");

        KeyDirectory.Revoke(_directory.Keys, "laptop");

        var keys = ClusterKeys.Load(_directory.Keys);
        Assert.Null(keys.OpenAuthorized().Find(pair.PublicKey));
        Assert.NotNull(keys.OpenAuthorized().Find(keys.Client.PublicKey));
        Assert.Contains("# what a person wrote", File.ReadAllText(list), StringComparison.Ordinal);
        Assert.Throws<KeysException>(() => KeyDirectory.Revoke(_directory.Keys, "laptop"));
    }

    [Fact]
    public void Export_Worker_HasWhatAWorkerNeedsAndNoMore()
    {
        KeyDirectory.Create(_directory.Keys);

        KeyDirectory.Export(_directory.Keys, KeyRoles.Worker, _directory.Within("out"));

        Assert.Equal(
            ["authority.pem", "bulk.key", "bulk.pem", "manager.public", "worker.secret"],
            PrivateDirectory.Contents(_directory.Within("out")).Keys.Order(StringComparer.Ordinal));
        var (all, some) = (ClusterKeys.Load(_directory.Keys), ClusterKeys.Load(_directory.Within("out")));
        Assert.Equal(all.Worker, some.Worker);
        Assert.Equal(all.ManagerPublicKey, some.ManagerPublicKey);
        Assert.Equal(all.BulkCertificate.Thumbprint, some.BulkCertificate.Thumbprint);
        Assert.True(some.BulkCertificate.HasPrivateKey);
        Assert.Throws<KeysException>(() => some.Manager);
        Assert.Throws<KeysException>(() => some.Client);
        Assert.Throws<KeysException>(some.OpenAuthorized);
    }

    [Fact]
    public void Export_Client_HasWhatAClientNeedsAndNoMore()
    {
        KeyDirectory.Create(_directory.Keys);

        KeyDirectory.Export(_directory.Keys, KeyRoles.Client, _directory.Within("out"));

        Assert.Equal(
            ["authority.pem", "client.secret", "manager.public"],
            PrivateDirectory.Contents(_directory.Within("out")).Keys.Order(StringComparer.Ordinal));
        Assert.Equal(ClusterKeys.Load(_directory.Keys).Client, ClusterKeys.Load(_directory.Within("out")).Client);
    }

    [Fact]
    public void Export_NamedKey_TakesThePlaceOfTheFirst()
    {
        KeyDirectory.Create(_directory.Keys);
        KeyDirectory.Add(_directory.Keys, "laptop", KeyRoles.Client);

        KeyDirectory.Export(_directory.Keys, KeyRoles.Client, _directory.Within("out"), "laptop");

        Assert.Equal(KeyFile.Read(_directory.Within("keys", "laptop.secret"), ""), ClusterKeys.Load(_directory.Within("out")).Client);
        Assert.Throws<KeysException>(() => KeyDirectory.Export(_directory.Keys, KeyRoles.Worker, _directory.Within("two"), "laptop"));
        Assert.Throws<KeysException>(() => KeyDirectory.Export(_directory.Keys, KeyRoles.Client, _directory.Within("two"), "nobody"));
        Assert.False(Directory.Exists(_directory.Within("two")));
    }

    [Fact]
    public void Export_KeyIsThere_OverwritesNothing()
    {
        KeyDirectory.Create(_directory.Keys);
        KeyDirectory.Export(_directory.Keys, KeyRoles.Worker, _directory.Within("out"));
        var before = PrivateDirectory.Contents(_directory.Within("out"));

        Assert.Throws<KeysException>(() => KeyDirectory.Export(_directory.Keys, KeyRoles.Worker, _directory.Within("out")));

        Assert.Equal(before, PrivateDirectory.Contents(_directory.Within("out")));
    }

    [Fact]
    public void KeyFile_EveryCharacterOfAKey_ComesBack()
    {
        // Among them are '=' and '#', which the format has a meaning for.
        for (var i = 0; i < 200; i++)
        {
            var pair = CurveKeyPair.Create();
            var path = _directory.Within($"{i}.secret");
            PrivateFiles.Create(path, KeyFile.Format(pair));
            Assert.Equal(pair, KeyFile.Read(path, ""));
        }
    }
}
