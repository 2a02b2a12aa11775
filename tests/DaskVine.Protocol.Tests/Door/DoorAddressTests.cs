using DaskVine.Protocol.Door;

namespace DaskVine.Protocol.Tests.Door;

public class DoorAddressTests
{
    [Theory]
    [InlineData("tcp://127.0.0.1:9123", "127.0.0.1", 9123)]
    [InlineData("tcp://node-1.example.org:1", "node-1.example.org", 1)]
    [InlineData("tcp://localhost:0", "localhost", 0)]
    [InlineData("tcp://0.0.0.0:65535", "0.0.0.0", 65535)]
    [InlineData("tcp://[::1]:9123", "::1", 9123)]
    [InlineData("tcp://[2001:db8::5]:80", "2001:db8::5", 80)]
    public void Parse_OfTcp_GivesHostAndPort(string text, string host, int port)
    {
        var address = DoorAddress.Parse(text);
        Assert.Equal((null, host, port), (address.Path, address.Host, address.Port));
        Assert.Equal(text, address.ToString());
        Assert.Equal(address, DoorAddress.Parse(address.ToString()));
    }

    [Fact]
    public void Parse_OfIPv6WithoutBrackets_PutsThemThere() =>
        Assert.Equal("tcp://[fe80::2]:9123", DoorAddress.Parse("tcp://fe80::2:9123").ToString());

    [Theory]
    [InlineData("ipc:///run/vine", "/run/vine")]
    [InlineData("ipc:///a:b c/\u00e9", "/a:b c/\u00e9")]
    public void Parse_OfIpc_GivesThePath(string text, string path)
    {
        var address = DoorAddress.Parse(text);
        Assert.Equal((path, 0), (address.Path, address.Port));
        Assert.Equal(text, address.ToString());
        Assert.True(address.IsLoopback);
    }

    [Theory]
    [InlineData("")]
    [InlineData("vine")]
    [InlineData("127.0.0.1:9123")]
    [InlineData("http://127.0.0.1:9123")]
    [InlineData("TCP://127.0.0.1:9123")]
    [InlineData("tcp:/127.0.0.1:9123")]
    [InlineData("tcp://")]
    [InlineData("tcp://:")]
    [InlineData("tcp://:9123")]
    [InlineData("tcp://[]:9123")]
    [InlineData("tcp://host")]
    [InlineData("tcp://host:")]
    [InlineData("tcp://host:port")]
    [InlineData("tcp://host:-1")]
    [InlineData("tcp://host:+1")]
    [InlineData("tcp://host: 1")]
    [InlineData("tcp://host:65536")]
    [InlineData("tcp://host:99999999999999999999")]
    [InlineData("tcp://host:1/path")]
    [InlineData("tcp://[::1]")]
    [InlineData("tcp://::1")]
    [InlineData("ipc://")]
    [InlineData("ipc://relative/path")]
    [InlineData("ipc://~/vine")]
    public void Parse_OfWhatIsNoAddress_IsRefusedWithTheTextAndAHint(string text)
    {
        var refusal = Assert.Throws<FormatException>(() => DoorAddress.Parse(text)).Message;
        Assert.StartsWith($"'{text}' is no manager address; ", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(96, 'p', true)]
    [InlineData(97, 'p', false)]
    [InlineData(48, '\u00e9', true)]
    [InlineData(49, '\u00e9', false)]
    [InlineData(33, '\u4f60', false)]
    [InlineData(32, '\u4f60', true)]
    public void Parse_OfALongPath_CountsTheBytesThatASocketHasRoomFor(int characters, char character, bool fits)
    {
        var text = $"ipc:///{new string(character, characters - 1)}";
        if (fits)
            Assert.Equal(text, DoorAddress.Parse(text).ToString());
        else
            Assert.Contains("too long", Assert.Throws<FormatException>(() => DoorAddress.Parse(text)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tcp://127.0.0.1:1", true)]
    [InlineData("tcp://127.8.9.10:1", true)]
    [InlineData("tcp://localhost:1", true)]
    [InlineData("tcp://[::1]:1", true)]
    [InlineData("tcp://0.0.0.0:1", false)]
    [InlineData("tcp://[::]:1", false)]
    [InlineData("tcp://10.0.0.1:1", false)]
    [InlineData("tcp://localhost.example.org:1", false)]
    [InlineData("tcp://127.0.0.1.example.org:1", false)]
    public void IsLoopback_TellsWhetherOnlyThisMachineCanReachIt(string text, bool expected) =>
        Assert.Equal(expected, DoorAddress.Parse(text).IsLoopback);

    [Fact]
    public void WithPort_ChangesThePortOnly()
    {
        Assert.Equal("tcp://[::1]:9", DoorAddress.Parse("tcp://[::1]:0").WithPort(9).ToString());
        Assert.Equal("ipc:///run/vine", DoorAddress.Parse("ipc:///run/vine").WithPort(9).ToString());
    }
}
