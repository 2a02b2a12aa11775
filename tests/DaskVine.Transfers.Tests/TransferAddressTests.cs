namespace DaskVine.Transfers.Tests;

public sealed class TransferAddressTests
{
    [Theory]
    [InlineData("ipc:///tmp/s", TransferScheme.Ipc)]
    [InlineData("tcp://localhost:9123", TransferScheme.Tcp)]
    [InlineData("tls://node-7.example.org:0", TransferScheme.Tls)]
    [InlineData("tcp://[::1]:65535", TransferScheme.Tcp)]
    public void TryParse_Address_WritesTheSameText(string text, TransferScheme scheme)
    {
        var address = Depot.Address(text);

        Assert.Equal(text, address.ToString());
        Assert.Equal(scheme, address.Scheme);
        Assert.Equal(address, Depot.Address(text));
    }

    [Theory]
    [InlineData("", "it looks like")]
    [InlineData("http://host:80", "it looks like")]
    [InlineData("ipc://relative", "absolute path")]
    [InlineData("tcp://host", "a port")]
    [InlineData("tcp://:80", "a host")]
    [InlineData("tcp://*:80", "a host")]
    [InlineData("tcp://host:65536", "from 0 to 65535")]
    [InlineData("tls://a/b:1", "a host")]
    [InlineData("tcp://[zz::]:1", "a host")]
    public void TryParse_NoAddress_SaysWhy(string text, string why)
    {
        Assert.False(TransferAddress.TryParse(text, out var address, out var reason));
        Assert.Null(address);
        Assert.Contains(why, reason);
    }

    [Fact]
    public void TryParse_PathLongerThanASocketCanHave_SaysSo()
    {
        Assert.False(TransferAddress.TryParse($"ipc:///{new string('a', 107)}", out _, out var why));
        Assert.Contains("107 bytes", why);
    }

    [Fact]
    public void WithHostAndPort_ListensEverywhere_NamesOneHost() =>
        Assert.Equal("tcp://node7:9000", Depot.Address("tcp://0.0.0.0:0").WithHost("node7").WithPort(9000).ToString());
}
