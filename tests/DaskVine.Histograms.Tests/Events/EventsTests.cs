using DaskVine.Arrow;

namespace DaskVine.Histograms.Tests;

public sealed class EventsTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Open_ArrowFile_ReadsItsColumnsInPlace()
    {
        File.WriteAllBytes(_path, new EventGenerator(5).Generate(200).ToFile());

        var events = Events.Open(_path, partition: 0);

        Assert.Equal(200, events.Count);
        var (first, second) = (Events.Open(_path, 0), Events.Open(_path, 0));
        Assert.True(first.Flat<float>("MET_pt") == second.Flat<float>("MET_pt"), "both are views of one mapped file");
        Assert.Equal(events.Flat<int>("nJet"), events["Jet_pt"].Count().Span<int>());
        Assert.Equal(events.Jagged<float>("Jet_pt")[7].Length, events.Flat<int>("nJet")[7]);
        GC.KeepAlive((events, first, second));
    }

    [Fact]
    public void Open_FileOfSeveralBatches_HasAPartitionForEach()
    {
        using var directory = new TemporaryFiles();
        var path = new EventGenerator().Write(directory.Path, events: 10, partitions: 1, batch: 4)[0];

        Assert.Equal([3, 3, 4], Enumerable.Range(0, 3).Select(number => Events.Open(path, number).Count));
        var all = Events.Open(path);
        Assert.Equal(10, all.Count);
        Assert.Equal(all["Jet_pt"].Length, Enumerable.Range(0, 3).Sum(number => Events.Open(path, number)["Jet_pt"].Length));
        Assert.Contains("has 3 partitions, and no partition 3", Refused(() => Events.Open(path, 3)));
    }

    [Fact]
    public void Open_FileThatWasWrittenAnew_IsReadAnew()
    {
        File.WriteAllBytes(_path, ArrowTable.Of(("x", new[] { 1.0 })).ToFile());
        var before = Events.Open(_path, 0);
        var other = $"{_path}.new";
        File.WriteAllBytes(other, ArrowTable.Of(("x", new[] { 2.0, 3.0 })).ToFile());
        // It has the same length, and could have been written within the same tick of the file system's clock.
        File.SetLastWriteTimeUtc(other, File.GetLastWriteTimeUtc(_path).AddSeconds(1));
        File.Move(other, _path, overwrite: true);

        Assert.Equal([2.0, 3.0], Events.Open(_path, 0)["x"].ToDoubles());
        Assert.Equal([1.0], before["x"].ToDoubles());
    }

    [Fact]
    public void Column_OfSlicedLists_BeginsWithItsFirstObject()
    {
        var lists = ArrowArray.Lists(ArrowArray.From(new[] { 1.5f, 2.5f, 3.5f, 4.5f }), new[] { 0, 1, 3, 4 });
        var large = ArrowArray.Lists(ArrowArray.From([1, 2, 3]), new long[] { 0, 0, 3 });

        var sliced = EventColumn.Of(lists.Slice(1, 2));

        Assert.Equal([0, 2, 3], sliced.Offsets);
        Assert.Equal([2.5f, 3.5f, 4.5f], sliced.Span<float>());
        Assert.Equal([0, 0, 3], EventColumn.Of(large).Offsets);
        Assert.Equal([0], EventColumn.Of(lists.Slice(3, 0)).Offsets);
    }

    [Fact]
    public void Column_OfBools_IsAMask()
    {
        var events = Of(("trigger", new[] { true, false, true }), ("x", new[] { 1L, 2, 3 }));

        Assert.Equal([1L, 3], events["x"][events["trigger"]].Span<long>());
        Assert.Equal([true, false, true], events.Flat<bool>("trigger"));
    }

    [Fact]
    public void Column_ThatCannotBe_IsRefusedByName()
    {
        var events = Of(
            ("text", ArrowArray.From(["a", "b"])), ("holes", ArrowArray.From(new double?[] { 1, null })), ("x", new[] { 1.0, 2 }),
            ("lists", ArrowArray.Lists(new[] { 1.0 }, new[] { 0, 1, 1 })));

        Assert.Contains("\"text\"", Refused(() => events["text"]));
        Assert.Contains("\"holes\" has 1 nulls", Refused(() => events["holes"]));
        Assert.Contains("no column \"y\". There are: text, holes, x, lists", Refused(() => events["y"]));
        Assert.Contains("\"x\": The column holds double, not Single", Refused(() => events.Flat<float>("x").ToArray()));
        Assert.Contains("has a list per event", Refused(() => events.Flat<double>("lists").ToArray()));
        Assert.Contains("one value per event", Refused(() => events.Jagged<double>("x").Values.ToArray()));
    }

    private static Events Of(params (string, ArrowArray)[] columns) => Events.Of(ArrowTable.Of(columns));

    private static string Refused(Func<object> make) => Assert.Throws<HistogramException>(make).Message;
}
