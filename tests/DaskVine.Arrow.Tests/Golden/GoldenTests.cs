using System.Text.Json;

namespace DaskVine.Arrow.Tests.Golden;

public class GoldenTests
{
    public static TheoryData<string> Names => [.. GoldenFiles.Names()];

    [Theory]
    [MemberData(nameof(Names))]
    public void Stream_OfArrowsOwn_HasTheValuesOfItsJson(string name) =>
        ExpectGolden(name, ArrowTable.ReadStream(GoldenFiles.Stream(name)));

    [Theory]
    [MemberData(nameof(Names))]
    public void File_OfArrowsOwn_HasTheValuesOfItsJson(string name) =>
        ExpectGolden(name, ArrowTable.ReadFile(GoldenFiles.Document(name)));

    [Theory]
    [MemberData(nameof(Names))]
    public void Stream_WrittenAgain_HasTheValuesOfItsJson(string name)
    {
        ArrowTable table = ArrowTable.ReadStream(GoldenFiles.Stream(name));
        ExpectGolden(name, ArrowTable.ReadStream(table.ToStream()));
        ExpectGolden(name, ArrowTable.ReadStream(table.ToStream(new ArrowWriteOptions { Alignment = 8 })));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void File_WrittenAgain_HasTheValuesOfItsJson(string name)
    {
        ArrowTable table = ArrowTable.ReadFile(GoldenFiles.Document(name));
        ExpectGolden(name, ArrowTable.ReadFile(table.ToFile()));
        ExpectGolden(name, ArrowTable.ReadFile(table.ToFile(new ArrowWriteOptions { Alignment = 8 })));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Stream_OfArrowsOwn_EndsWithItsMark(string name)
    {
        byte[] bytes = GoldenFiles.Stream(name);
        var reader = new ArrowStreamReader(bytes);
        while (reader.ReadBatch() is not null)
            Assert.False(reader.HasEnded);
        Assert.True(reader.HasEnded);
        Assert.Equal(bytes.Length, reader.Consumed);
    }

    private static void ExpectGolden(string name, ArrowTable table)
    {
        using JsonDocument json = GoldenFiles.Json(name);
        Schema expected = GoldenSchema.Read(json.RootElement.GetProperty("schema"));
        Assert.Equal(expected.Metadata, table.Schema.Metadata);
        for (int i = 0; i < expected.Fields.Count; i++)
            Assert.Equal(expected.Fields[i], table.Schema.Fields[i]);
        Assert.Equal(expected, table.Schema);
        List<List<string[]>> batches = new GoldenColumns(json.RootElement).Batches();
        Assert.Equal(batches.Count, table.Batches.Count);
        for (int batch = 0; batch < batches.Count; batch++)
        {
            Assert.Equal(batches[batch].Count, table.Batches[batch].Columns.Count);
            for (int column = 0; column < batches[batch].Count; column++)
                Assert.Equal(batches[batch][column], ArrowText.Rows(table.Batches[batch].Columns[column]));
        }
    }
}
