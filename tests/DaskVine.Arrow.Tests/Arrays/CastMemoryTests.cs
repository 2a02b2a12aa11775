using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DaskVine.Arrow.Tests.Arrays;

public class CastMemoryTests
{
    [Fact]
    public void Memory_ThereAndBack_IsTheSame()
    {
        int[] values = [1, 2, 3];
        ReadOnlyMemory<byte> bytes = MemoryBytes.Of<int>(values);
        Assert.Equal(12, bytes.Length);
        Assert.True(MemoryMarshal.TryGetArray(MemoryBytes.As<int>(bytes[4..]), out ArraySegment<int> back));
        Assert.Same(values, back.Array);
        Assert.Equal([2, 3], back);
    }

    [Fact]
    public void Memory_CutWithinAnElement_IsStillRead()
    {
        ReadOnlyMemory<byte> bytes = MemoryBytes.Of<int>(new[] { 0x04030201, 0x08070605 });
        Assert.Equal([2, 3, 4, 5], bytes.Slice(1, 4).ToArray());
        Assert.Equal([0x05040302], MemoryBytes.As<int>(bytes.Slice(1, 4)).ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(4)]
    public void Memory_WrittenFromAnywhere_GivesItsBytes(int at)
    {
        ReadOnlyMemory<byte> bytes = MemoryBytes.Of<int>(new[] { 0x04030201, 0x08070605 });
        string path = Path.GetTempFileName();
        try
        {
            // Several memories are written by one call on their pinned addresses.
            using (SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Write))
                RandomAccess.Write(file, [bytes[at..], bytes[..at]], 0);
            Assert.Equal([.. bytes[at..].Span, .. bytes[..at].Span], File.ReadAllBytes(path));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
