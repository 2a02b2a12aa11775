using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using DaskVine.Security;

namespace DaskVine.Client.Tests.Links;

public sealed class ConnectTests
{
    [Fact]
    public async Task ConnectAsync_RunningManager_IsShared()
    {
        await using var owner = await SharedVine.StartAsync(workers: 1);
        await using var guest = await Vine.ConnectAsync(owner.Address);

        Assert.Equal(3, PythonFunctions.Add.Call<int>(1, 2).Compute(scheduler: guest.Get));
        Assert.Null(guest.ManagerProcessId);
        Assert.Empty(guest.WorkerProcessIds);
    }

    [Fact]
    public async Task ConnectAsync_NobodyThere_SaysHowToStart()
    {
        var unreachable = await Assert.ThrowsAsync<ManagerUnreachableException>(() => Vine.ConnectAsync("ipc:///no/such/door"));

        Assert.Contains("daskvine manager --listen ipc:///no/such/door", unreachable.Message);
        await Assert.ThrowsAsync<FormatException>(() => Vine.ConnectAsync("door"));
    }

    [Fact]
    public async Task ConnectAsync_OtherServer_IsRefused()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            using var visitor = await listener.AcceptSocketAsync();
            await visitor.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        });

        var refused = await Assert.ThrowsAsync<ManagerUnreachableException>(
            () => Vine.ConnectAsync($"tcp://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"));

        Assert.Contains("not a DaskVine manager", refused.Message);
        await serving;
    }

    [Fact]
    public async Task ConnectAsync_SecuredManager_NeedsItsKeys()
    {
        using var secured = await SecuredManager.StartAsync();

        await using (var vine = await Vine.ConnectAsync(secured.Address, secured.Keys))
            Assert.Equal(1, new Graph { ["a"] = 1 }.Compute<int>("a", scheduler: vine.Get));

        var others = Path.Combine(secured.Directory, "others");
        KeyDirectory.Create(others);
        var wrong = await Assert.ThrowsAsync<ManagerUnreachableException>(() => Vine.ConnectAsync(secured.Address, others));
        Assert.Contains("another manager's", wrong.Message);
        KeyDirectory.Revoke(secured.Keys, "client");
        var revoked = await Assert.ThrowsAsync<ManagerUnreachableException>(() => Vine.ConnectAsync(secured.Address, secured.Keys));
        Assert.Contains("refuses the key", revoked.Message);
        var none = await Assert.ThrowsAsync<ManagerUnreachableException>(() => Vine.ConnectAsync(secured.Address));
        Assert.Contains("daskvine keys DIR --export client OUT", none.Message);
    }

    private sealed class SecuredManager : IDisposable
    {
        private readonly DirectoryInfo _directory = System.IO.Directory.CreateTempSubdirectory("dv");
        private readonly Process _process;

        private SecuredManager()
        {
            KeyDirectory.Create(Keys);
            _process = Process.Start(new ProcessStartInfo(
                DaskVineProgram.Find(), ["manager", "--listen", "tcp://127.0.0.1:0", "--keys", Keys, "--exit-with-stdin"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!;
        }

        public string Directory => _directory.FullName;

        public string Keys => Path.Combine(Directory, "keys");

        public string Address { get; private set; } = "";

        public static async Task<SecuredManager> StartAsync()
        {
            var manager = new SecuredManager();
            var ready = await manager._process.StandardOutput.ReadLineAsync();
            using var parsed = System.Text.Json.JsonDocument.Parse(ready!);
            manager.Address = parsed.RootElement.GetProperty("address").GetString()!;
            return manager;
        }

        public void Dispose()
        {
            _process.StandardInput.Close();
            _process.WaitForExit();
            _process.Dispose();
            _directory.Delete(recursive: true);
        }
    }
}
