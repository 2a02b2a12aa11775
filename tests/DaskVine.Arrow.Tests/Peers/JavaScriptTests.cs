using System.Text.Json;
using DaskVine.Arrow.Tests.Golden;

namespace DaskVine.Arrow.Tests.Peers;

/// <summary>The reader of apache-arrow 21.2 knows every type of the golden files, so it is shown them all.</summary>
public class JavaScriptTests
{
    [Fact]
    public async Task GoldenStreams_WrittenAgain_AreReadByJavaScript() =>
        await ExpectGolden(name => ArrowTable.ReadStream(GoldenFiles.Stream(name)).ToStream());

    [Fact]
    public async Task GoldenStreams_WrittenAgainWithoutWideAlignment_AreReadByJavaScript() =>
        await ExpectGolden(name => ArrowTable.ReadStream(GoldenFiles.Stream(name)).ToStream(new ArrowWriteOptions { Alignment = 8 }));

    [Fact]
    public async Task GoldenFiles_WrittenAgain_AreReadByJavaScript() =>
        await ExpectGolden(name => ArrowTable.ReadFile(GoldenFiles.Document(name)).ToFile());

    [Fact]
    public async Task Dictionary_GrowingAndReplaced_IsReadByJavaScript()
    {
        ArrowArray few = ArrowArray.From(["a", null, "b"]);
        ArrowArray more = ArrowArray.From(["a", null, "b", "c"]);
        ArrowArray others = ArrowArray.From(["x", "y"]);
        ArrowArray[] columns =
        [
            ArrowArray.Dictionary(ArrowArray.From<short>([2, 1, null, 0]), few),
            ArrowArray.Dictionary(ArrowArray.From<short>([3, 0]), more),
            ArrowArray.Dictionary(ArrowArray.From<short>([1, 0, 1]), others),
        ];
        var schema = new Schema([new Field("d", columns[0].Type)]);
        var table = new ArrowTable(schema, [.. columns.Select(column => new RecordBatch(schema, column.Length, [column]))]);
        await ExpectSame([table], [table.ToStream()]);
        var grown = new ArrowTable(schema, [.. table.Batches.Take(2)]);
        await ExpectSame([grown], [grown.ToFile()]);
    }

    [Theory]
    [InlineData("stream")]
    [InlineData("file")]
    public async Task Documents_WrittenByJavaScript_AreRead(string form)
    {
        // What JavaScript writes of a union it cannot read itself: its writer loses the children's nodes.
        string[] names = [.. GoldenFiles.Names().Where(name => name != "generated_union")];
        ArrowTable[] tables = [.. names.Select(name => ArrowTable.ReadStream(GoldenFiles.Stream(name)))];
        List<byte[]> written = await JavaScript.Rewrite([.. tables.Select(table => table.ToStream())], form);
        for (int i = 0; i < names.Length; i++)
        {
            ArrowTable read = form == "file" ? ArrowTable.ReadFile(written[i]) : ArrowTable.ReadStream(written[i]);
            Assert.Equal(Texts(tables[i]).Where(batch => batch[0].Length > 0), Texts(read).Where(batch => batch[0].Length > 0));
        }
    }

    internal static async Task ExpectSame(IReadOnlyList<ArrowTable> tables, IReadOnlyList<byte[]> written)
    {
        List<List<List<string[]>>> read = await JavaScript.Read(written);
        for (int i = 0; i < tables.Count; i++)
            Assert.Equal(Texts(tables[i]), read[i]);
    }

    private static List<List<string[]>> Texts(ArrowTable table) =>
        [.. table.Batches.Select(batch => batch.Columns.Select(ArrowText.Rows).ToList())];

    private static async Task ExpectGolden(Func<string, byte[]> write)
    {
        string[] names = GoldenFiles.Names();
        List<List<List<string[]>>> read = await JavaScript.Read([.. names.Select(write)]);
        for (int i = 0; i < names.Length; i++)
        {
            using JsonDocument json = GoldenFiles.Json(names[i]);
            List<List<string[]>> expected = new GoldenColumns(json.RootElement).Batches();
            // Where there is no batch, JavaScript makes an empty one.
            if (expected.Count == 0)
                Assert.All(read[i], batch => Assert.All(batch, Assert.Empty));
            else
                Assert.Equal(expected, read[i]);
        }
    }
}
