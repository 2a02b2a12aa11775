using System.Globalization;
using DaskVine.Arrow.Tests.Golden;
using DaskVine.Arrow.Tests.Properties;

namespace DaskVine.Arrow.Tests.Fuzzing;

/// <summary>
/// Damaged streams and files are read or refused, in bounded memory, and what is read can be written. ARROW_FUZZ_COUNT says how many
/// are tried, ARROW_FUZZ_SEED from which on.
/// </summary>
public class FuzzTests
{
    // What objects take that stand for a few bytes each.
    private const int MemoryPerByte = 100;
    private const int MemoryAlways = 1 << 20;

    private static readonly (string Name, byte[] Bytes)[] Documents =
    [
        .. GoldenFiles.Names().Select(name => (name + ".stream", GoldenFiles.Stream(name))),
        .. GoldenFiles.Names().Select(name => (name + ".arrow_file", GoldenFiles.Document(name))),
        .. Enumerable.Range(0, 20).Select(seed => ($"random table {seed}", RandomTables.Make(seed).ToStream())),
    ];

    [Fact]
    public void Document_Damaged_IsReadOrRefused()
    {
        int count = Setting("ARROW_FUZZ_COUNT", 20_000);
        int first = Setting("ARROW_FUZZ_SEED", 1);
        Parallel.For(first, first + count, seed =>
        {
            (string name, byte[] mutant) = Mutant(seed);
            try
            {
                ExpectContained(mutant);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Reproduce with ARROW_FUZZ_SEED={seed} ARROW_FUZZ_COUNT=1 ({name}).", exception);
            }
        });
    }

    private static int Setting(string name, int absent) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value) ? value : absent;

    private static (string Name, byte[] Bytes) Mutant(int seed)
    {
        var random = new Random(seed);
        (string name, byte[] bytes) = Documents[random.Next(Documents.Length)];
        // Large documents are many times the work and hold nothing that small ones do not.
        if (bytes.Length > 30_000 && random.Next(20) != 0)
            (name, bytes) = Documents[random.Next(4)];
        return (name, Mutations.Mutate(random, bytes, () => Documents[random.Next(Documents.Length)].Bytes));
    }

    private static void ExpectContained(byte[] bytes)
    {
        ArrowTable table;
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            table = ArrowFileReader.IsFile(bytes) ? ArrowTable.ReadFile(bytes) : ArrowTable.ReadStream(bytes);
        }
        catch (ArrowFormatException)
        {
            return;
        }
        finally
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MemoryAlways + ((long)MemoryPerByte * bytes.Length));
        }
        EveryValue.Read(table);
        if (table.Batches.All(batch => batch.Columns.All(IsShort)))
            TableProperties.ExpectSame(table, ArrowTable.ReadStream(table.ToStream()));
    }

    private static bool IsShort(ArrowArray array) => array.Length < 100_000 && array.Children.All(IsShort)
        && (array is not DictionaryArray dictionary || IsShort(dictionary.Values));
}
