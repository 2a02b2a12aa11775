using DaskVine.Protocol.Host;

namespace DaskVine.Protocol.Tests.Host;

public class HostWriterTests
{
    [Fact]
    public void Written_OfANewWriter_IsEmpty() => Assert.True(new HostWriter().Written.IsEmpty);

    [Fact]
    public void Fork_IsLengthThenKindAndSlot()
    {
        var writer = new HostWriter();
        writer.Fork(3);
        Assert.Equal([3, 0, 0, 0, 0x92, 2, 3], writer.Written.ToArray());
    }

    [Fact]
    public void Function_IsNumberNameAndCode()
    {
        var writer = new HostWriter();
        writer.Function(300, "inc", [0x80, 5]);
        Assert.Equal(["[4,300,\"inc\",b8005]"], HostFrames.Texts(writer.Written));
    }

    [Fact]
    public void Setup_IsTheSpec()
    {
        var writer = new HostWriter();
        writer.Setup([0x80]);
        Assert.Equal(["[10,b80]"], HostFrames.Texts(writer.Written));
    }

    [Fact]
    public void Call_IsNumbersBodyInputsAndOutput()
    {
        var writer = new HostWriter();
        writer.Call(1L << 40, [7, 8], [0x90], [new HostInput(new byte[] { 1 }, null), new HostInput(null, "/run/f/9")], "/run/f/10");
        Assert.Equal(["[5,1099511627776,[7,8],b90,[b01,\"/run/f/9\"],\"/run/f/10\",false,false]"], HostFrames.Texts(writer.Written));
    }

    [Fact]
    public void Call_ToCaptureItsOutput_SaysSoLast()
    {
        var writer = new HostWriter();
        writer.Call(1, [7], [0x90], [], "/run/f/10", capture: true);
        Assert.Equal(["[5,1,[7],b90,[],\"/run/f/10\",true,false]"], HostFrames.Texts(writer.Written));
    }

    [Fact]
    public void Call_OfNothing_HasEmptyParts()
    {
        var writer = new HostWriter();
        writer.Call(0, [], [], [new HostInput(ReadOnlyMemory<byte>.Empty, null)], "");
        Assert.Equal(["[5,0,[],b,[b],\"\",false,false]"], HostFrames.Texts(writer.Written));
    }

    [Fact]
    public void Upload_IsItsPath()
    {
        var writer = new HostWriter();
        writer.Upload("/run/u/h\u00e9lpers.zip");
        Assert.Equal(["[8,\"/run/u/h\\u00E9lpers.zip\"]"], HostFrames.Texts(writer.Written));
    }

    [Fact]
    public void Forget_IsTheNumbers()
    {
        var writer = new HostWriter();
        writer.Forget([3, 70_000]);
        Assert.Equal(["[9,[3,70000]]"], HostFrames.Texts(writer.Written));
    }

    [Fact]
    public void Written_OfABatch_HasAllInOrderBeyondItsFirstBuffer()
    {
        var writer = new HostWriter();
        for (var slot = 0; slot < 1000; slot++)
            writer.Fork(slot);
        writer.Function(1, "large", new byte[100_000]);
        writer.Fork(1000);
        var texts = HostFrames.Texts(writer.Written);
        Assert.Equal(1002, texts.Count);
        Assert.Equal(Enumerable.Range(0, 1000).Select(slot => $"[2,{slot}]"), texts[..1000]);
        Assert.Equal($"[4,1,\"large\",b{new string('0', 200_000)}]", texts[1000]);
        Assert.Equal("[2,1000]", texts[1001]);
    }

    [Fact]
    public void Clear_ForgetsWhatWasWritten()
    {
        var writer = new HostWriter();
        writer.Fork(1);
        writer.Clear();
        Assert.True(writer.Written.IsEmpty);
        writer.Fork(2);
        Assert.Equal(["[2,2]"], HostFrames.Texts(writer.Written));
    }
}
