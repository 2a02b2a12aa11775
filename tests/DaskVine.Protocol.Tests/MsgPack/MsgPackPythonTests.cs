using System.Diagnostics;
using DaskVine.Protocol.MsgPack;
using FsCheck;
using FsCheck.Fluent;

namespace DaskVine.Protocol.Tests.MsgPack;

public class MsgPackPythonTests
{
    [Fact]
    public void GoldenBytes_FromPython_ReadAsDescribedAndEncodeTheSame()
    {
        byte[] golden = MsgPackGoldenFiles.Bytes();
        var writer = new MsgPackWriter();
        var reader = new MsgPackReader(golden);
        foreach ((MsgPackNode node, bool single) in MsgPackGoldenFiles.Values())
        {
            int start = reader.Consumed;
            Assert.Equal(node.ToString(), MsgPackNode.Read(ref reader).ToString());
            writer.Clear();
            node.WriteTo(writer);
            // The writer always writes 64 bits, so 32-bit floats are read and not written back.
            if (!single)
                Assert.True(writer.WrittenSpan.SequenceEqual(golden.AsSpan(start, reader.Consumed - start)), $"{node} at {start}");
        }
        Assert.True(reader.End);
    }

    [Fact]
    public async Task RandomValues_RepackedByPython_KeepTheirBytes()
    {
        var writer = new MsgPackWriter();
        foreach (MsgPackNode node in MsgPackNodeGen.Node.Sample(1000))
            node.WriteTo(writer);
        await RepackKeeps(writer.ToArray());
    }

    [Fact]
    public async Task LargeValues_RepackedByPython_KeepTheirBytes()
    {
        var writer = new MsgPackWriter();
        foreach (int size in new[] { 65535, 65536 })
        {
            writer.Write(new string('\u00e9', size));
            writer.WriteBinary(new byte[size]);
            writer.WriteExtension(7, new byte[size]);
            writer.WriteArrayHeader(size);
            writer.WriteRaw(new byte[size]);
            writer.WriteMapHeader(size);
            writer.WriteRaw(new byte[2 * size]);
        }
        await RepackKeeps(writer.ToArray());
    }

    private static async Task RepackKeeps(byte[] written)
    {
        byte[] repacked = await Repack(written);
        int common = written.AsSpan().CommonPrefixLength(repacked);
        Assert.True(written.Length == repacked.Length && common == written.Length, $"The bytes differ from offset {common}.");
    }

    private static async Task<byte[]> Repack(byte[] written)
    {
        const string Python = "/usr/bin/python3";
        Assert.True(File.Exists(Python), $"{Python} is absent: install python3 and python3-msgpack.");
        using Process process = Process.Start(new ProcessStartInfo(Python, [Path.Combine(MsgPackGoldenFiles.Folder, "repack.py")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using var output = new MemoryStream();
        Task reading = process.StandardOutput.BaseStream.CopyToAsync(output);
        Task feeding = Feed(process, written);
        await process.WaitForExitAsync();
        // The script's own words come before the broken pipe that its failure causes.
        Assert.True(process.ExitCode == 0, $"repack.py failed; is python3-msgpack installed?\n{await errors}");
        await Task.WhenAll(reading, feeding);
        return output.ToArray();
    }

    private static async Task Feed(Process process, byte[] written)
    {
        await process.StandardInput.BaseStream.WriteAsync(written);
        process.StandardInput.Close();
    }
}
