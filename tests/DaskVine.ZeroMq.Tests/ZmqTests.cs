namespace DaskVine.ZeroMq.Tests;

public class ZmqTests
{
    [Fact]
    public void Version_Loaded_IsFourOrLater() => Assert.True(Zmq.Version >= new Version(4, 3));

    [Fact]
    public void Has_KnownAndUnknownCapability_TellsThemApart()
    {
        Assert.True(Zmq.Has("ipc"));
        Assert.False(Zmq.Has("telepathy"));
    }
}
