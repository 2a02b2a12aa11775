using DaskVine.Arrow.Tests.Peers;
using FsCheck;
using FsCheck.Fluent;

namespace DaskVine.Arrow.Tests.Properties;

public class TableProperties
{
    private static readonly ArrowWriteOptions Narrow = new() { Alignment = 8 };

    [Fact]
    public void Stream_OfAnyTable_ReadsTheSame() => Check(3000, table =>
    {
        ExpectSame(table, ArrowTable.ReadStream(table.ToStream()));
        ExpectSame(table, ArrowTable.ReadStream(table.ToStream(Narrow)));
    });

    [Fact]
    public void File_OfAnyBatch_ReadsTheSame() => Check(3000, table =>
    {
        // Batches of one file share their dictionaries, which random ones do not.
        foreach (RecordBatch batch in table.Batches)
        {
            var single = new ArrowTable(table.Schema, [batch]);
            ExpectSame(single, ArrowTable.ReadFile(single.ToFile()));
            ExpectSame(single, ArrowTable.ReadFile(single.ToFile(Narrow)));
        }
    });

    [Fact]
    public void Stream_OfAnyTable_HasEveryBufferAligned() => Check(1000, table =>
    {
        byte[] bytes = table.ToStream();
        var reader = new ArrowStreamReader(bytes);
        while (reader.ReadBatch() is RecordBatch batch)
            Assert.All(batch.Columns, column => Memory.ExpectAligned(bytes, column, 64));
    });

    [Fact]
    public void Concatenation_OfAnySlices_IsTheWhole() => Check(2000, table =>
    {
        foreach (ArrowArray column in table.Batches.SelectMany(batch => batch.Columns))
        {
            int middle = column.Length / 3;
            ArrowArray joined = ArrowArray.Concatenate([column.Slice(0, middle), column.Slice(middle, column.Length - middle)]);
            Assert.Equal(ArrowText.Rows(column), ArrowText.Rows(joined));
            Assert.True(column.ContentEquals(joined));
        }
    });

    [Fact]
    public void Columns_OfSeveralBatches_CombineInOrder() => Check(1000, table =>
    {
        for (int i = 0; i < table.Schema.Fields.Count; i++)
        {
            ArrowArray[] parts = [.. table.Batches.Select(batch => batch.Columns[i])];
            if (parts.Length > 0)
                Assert.Equal(parts.SelectMany(ArrowText.Rows), ArrowText.Rows(ArrowArray.Concatenate(parts)));
        }
    });

    [Fact]
    public async Task Streams_OfRandomTables_AreReadByJavaScript()
    {
        ArrowTable[] tables = [.. Enumerable.Range(0, 300).Select(RandomTables.Make).Where(IsFilled)];
        await JavaScriptTests.ExpectSame(tables, [.. tables.Select(table => table.ToStream())]);
    }

    // Of a stream without batches JavaScript makes one.
    private static bool IsFilled(ArrowTable table) => table.Batches.Count > 0 && table.Schema.Fields.Count > 0;

    internal static void ExpectSame(ArrowTable expected, ArrowTable actual)
    {
        Assert.Equal(expected.Schema, actual.Schema);
        Assert.Equal(expected.Batches.Count, actual.Batches.Count);
        foreach ((RecordBatch before, RecordBatch after) in expected.Batches.Zip(actual.Batches))
        {
            Assert.Equal(before.Length, after.Length);
            foreach ((ArrowArray left, ArrowArray right) in before.Columns.Zip(after.Columns))
                Assert.True(left.ContentEquals(right), $"A column of type {left.Type} changed.");
        }
    }

    private static void Check(int count, Action<ArrowTable> holds) =>
        Prop.ForAll(Arb.From(Gen.Choose(0, int.MaxValue)), (int seed) => holds(RandomTables.Make(seed)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(count));
}
