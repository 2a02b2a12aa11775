using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using DaskVine.Transfers;
using DaskVine.Transfers.Tests;

namespace DaskVine.Bench.Transfers;

/// <summary>One large file from file to file over loopback: ours against bare loops, in turns. Arguments: directory, MiB, rounds.</summary>
internal static class Program
{
    private const string Token = "bench";

    private static int Main(string[] arguments)
    {
        var directory = Directory.CreateDirectory(Path.Combine(arguments.ElementAtOrDefault(0) ?? Path.GetTempPath(), $"transfers-{Environment.ProcessId}"));
        var size = int.Parse(arguments.ElementAtOrDefault(1) ?? "1024", CultureInfo.InvariantCulture) * 1048576L;
        var rounds = int.Parse(arguments.ElementAtOrDefault(2) ?? "7", CultureInfo.InvariantCulture);
        try
        {
            Measure(directory.FullName, size, rounds);
            return 0;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static void Measure(string directory, long size, int rounds)
    {
        var source = Path.Combine(directory, "source");
        var target = Path.Combine(directory, "target");
        MakeFile(source, size);
        var authority = new TestAuthority();
        var (here, there) = (authority.Issue("receiver"), authority.Issue("source"));
        var known = Crc32C.OfFile(source);
        using var client = new TransferClient(here);
        using var plain = Serve("tcp", source, size, () => known, null);
        using var summing = Serve("tcp", source, size, () => Crc32C.OfFile(source), null);
        using var ipc = Serve($"ipc://{directory}/s", source, size, () => known, null);
        using var tls = Serve("tls", source, size, () => known, there);
        (string Name, int Peer, Action Run)[] ways =
        [
            ("bare sendfile loop, TCP", 0, () => BareLoop.Plain(source, target)),
            ("ours, TCP", 0, () => Receive(client, plain, size, target)),
            ("ours, TCP, source computes its checksum each time", 0, () => Receive(client, summing, size, target)),
            ("ours, Unix socket", 0, () => Receive(client, ipc, size, target)),
            ("bare SslStream loop", 4, () => BareLoop.Tls(source, target, there)),
            ("ours, TLS", 4, () => Receive(client, tls, size, target)),
        ];
        var seconds = ways.Select(_ => new List<double>()).ToArray();
        for (var round = 0; round <= rounds; round++)
        {
            for (var way = 0; way < ways.Length; way++)
            {
                var elapsed = Time(ways[way].Run);
                if (Crc32C.OfFile(target) != known)
                    throw new InvalidDataException($"{ways[way].Name} brought something else");
                File.Delete(target);
                // The first round warms up.
                if (round > 0)
                    seconds[way].Add(elapsed);
            }
        }

        Print(ways, seconds, size);
        PrintChecksum(size, source);
    }

    private static TransferServer Serve(string where, string path, long size, Func<uint> checksum, TlsIdentity? identity)
    {
        var text = where.StartsWith("ipc", StringComparison.Ordinal) ? where : $"{where}://127.0.0.1:0";
        var address = TransferAddress.TryParse(text, out var parsed, out var why) ? parsed : throw new FormatException(why);
        return new TransferServer(
            new TransferServerOptions { Listen = address, Token = Token, Tls = identity, Warned = Console.Error.WriteLine },
            _ => new ServedFile(path, size, checksum));
    }

    private static void Receive(TransferClient client, TransferServer server, long size, string target) =>
        client.Receive(server.Address, Token, 1, size, target, CancellationToken.None);

    private static double Time(Action run)
    {
        var start = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void Print((string Name, int Peer, Action Run)[] ways, List<double>[] seconds, long size)
    {
        Console.WriteLine($"{size >> 20} MiB, {seconds[0].Count} rounds in turns, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}; medians of GB/s, of ratios within a round.");
        Console.WriteLine();
        Console.WriteLine("| file to file | GB/s | slowest – fastest | / bare loop |");
        Console.WriteLine("|---|---|---|---|");
        for (var way = 0; way < ways.Length; way++)
        {
            var rates = seconds[way].Select(second => size / second / 1e9).Order().ToList();
            var ratios = seconds[way].Zip(seconds[ways[way].Peer], (ours, bare) => bare / ours).Order().ToList();
            Console.WriteLine($"| {ways[way].Name} | {Median(rates):0.00} | {rates[0]:0.00} – {rates[^1]:0.00} | {Median(ratios):0.00} |");
        }
    }

    private static void PrintChecksum(long size, string source)
    {
        var bytes = new byte[16 << 20];
        new Random(1).NextBytes(bytes);
        var memory = Enumerable.Range(0, 9).Select(_ => Time(() => Crc32C.Append(0, bytes))).Order().ToList();
        var file = Enumerable.Range(0, 5).Select(_ => Time(() => Crc32C.OfFile(source))).Order().ToList();
        Console.WriteLine();
        Console.WriteLine($"CRC32C: {bytes.Length / Median(memory) / 1e9:0.0} GB/s in memory, {size / Median(file) / 1e9:0.0} GB/s from a file in the page cache.");
    }

    private static double Median(List<double> sorted) => sorted[sorted.Count / 2];

    private static void MakeFile(string path, long size)
    {
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        var block = new byte[1 << 20];
        var random = new Random(1);
        for (long offset = 0; offset < size; offset += block.Length)
        {
            random.NextBytes(block);
            RandomAccess.Write(file, block.AsSpan(0, (int)Math.Min(block.Length, size - offset)), offset);
        }
    }
}
