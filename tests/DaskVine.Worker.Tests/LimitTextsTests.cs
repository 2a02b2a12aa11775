namespace DaskVine.Worker.Tests;

public sealed class LimitTextsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Theory]
    [InlineData("4096", 4096)]
    [InlineData("10G", 10L << 30)]
    [InlineData("1.5k", 1536)]
    [InlineData("0", 0)]
    public void ByteSize_WellFormed_IsRead(string text, long bytes) => Assert.Equal(bytes, ByteSize.Parse("--disk", text));

    [Theory]
    [InlineData("")]
    [InlineData("G")]
    [InlineData("-1G")]
    [InlineData("10 apples")]
    [InlineData("99999999999T")]
    public void ByteSize_Other_IsRefusedWithTheForm(string text) =>
        Assert.Contains("as in --disk 10G", Assert.Throws<FormatException>(() => ByteSize.Parse("--disk", text)).Message);

    [Theory]
    [InlineData("0", 0, 0)]
    [InlineData("9200", 9200, 9200)]
    [InlineData("9200:9299", 9200, 9299)]
    public void Ports_WellFormed_AreRead(string text, int low, int high) => Assert.Equal(new PortRange(low, high), PortRange.Parse("--transfer-port", text));

    [Theory]
    [InlineData("")]
    [InlineData("0:9")]
    [InlineData("9:8")]
    [InlineData("70000")]
    [InlineData("1:2:3")]
    public void Ports_Other_AreRefusedWithTheForm(string text) =>
        Assert.Contains("--transfer-port 9200:9299", Assert.Throws<FormatException>(() => PortRange.Parse("--transfer-port", text)).Message);

    [Fact]
    public void Memory_OfAControlGroup_IsTheLeastOfItAndThoseAbove()
    {
        var meminfo = Write("meminfo", "MemTotal:       1000 kB\n");
        Assert.Equal(1_024_000, MachineMemory.Limit(meminfo, Write("none", ""), _directory.Path));
        Write("a/b/memory.max", "max\n");
        Write("a/memory.max", "500000\n");
        Assert.Equal(500_000, MachineMemory.Limit(meminfo, Write("cgroup", "0::/a/b\n"), _directory.Path));
        Write("memory/c/memory.limit_in_bytes", "300000\n");
        Assert.Equal(300_000, MachineMemory.Limit(meminfo, Write("old", "4:cpu,memory:/c\n"), _directory.Path));
    }

    [Fact]
    public void Device_OfADirectory_IsThatOfTheClosestMount()
    {
        string[] mounts = ["1 0 8:1 / / rw", "2 1 0:5 / /data rw", "3 1 0:6 / /data/deep rw", "4 1 0:7 / /database rw"];
        Assert.Equal("0:5", MachineName.DeviceOf("/data/x", mounts));
        Assert.Equal("0:6", MachineName.DeviceOf("/data/deep", mounts));
        Assert.Equal("8:1", MachineName.DeviceOf("/home", mounts));
    }

    public void Dispose() => _directory.Dispose();

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }
}
