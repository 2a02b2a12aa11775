using DaskVine.Client;

namespace DaskVine.Histograms.Tests;

public sealed class EventFilesTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dv-events-");
    private readonly EventFiles _events;

    public EventFilesTests()
    {
        new EventGenerator().Write(_directory.FullName, events: 25, partitions: 2, batch: 10);
        _events = EventFiles.Open(In("*.arrow"));
    }

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Open_Pattern_HasTheBatchesInOrder()
    {
        Assert.Equal(
            [(In("events-0000.arrow"), 0), (In("events-0000.arrow"), 1), (In("events-0001.arrow"), 0), (In("events-0001.arrow"), 1)],
            _events.Partitions.Select(partition => (partition.Path, partition.Number!.Value)));
        Assert.Contains("Electron_charge", _events.Names);
    }

    [Fact]
    public void Open_Csv_IsOnePartition()
    {
        File.WriteAllText(In("a.csv"), "Run,pt1\n1,2.5\n");

        var events = EventFiles.Open(In("*.csv"));

        Assert.Equal([new EventPartition(In("a.csv"), null)], events.Partitions);
        Assert.Equal(["Run", "pt1"], events.Names);
    }

    [Fact]
    public void Open_WhatIsNotThere_IsRefused()
    {
        Assert.Contains($"No file matches {In("*.root")}", Refused(() => EventFiles.Open(In("*.root"))));
        Assert.Contains(In("no.arrow"), Refused(() => EventFiles.Open(In("no.arrow"))));
        Assert.Contains("No file", Refused(() => EventFiles.Open()));
        File.WriteAllText(In("text.arrow"), "this is text");
        Assert.Contains("is no Arrow file", Refused(() => EventFiles.Open(In("text.arrow"))));
    }

    [Fact]
    public void Column_OfAnotherName_IsRefusedWithThoseThatAreThere()
    {
        Assert.Contains("MET_pt", Refused(() => _events["met"]));
        Assert.Contains("Tau_pt", Refused(() => _events.PairMass("Tau")));
    }

    [Fact]
    public void Column_OfOtherFiles_DoesNotGoTogether()
    {
        var others = EventFiles.Open(In("*.arrow"));

        Assert.Contains("all files at once", Refused(() => _events["MET_pt"] + others["MET_pt"]));
        Assert.Contains("all files at once", Refused(() => Hist.New.Reg(1, 0, 1).Double().Fill(_events["MET_pt"], mask: others["MET_pt"] > 1)));
    }

    [Fact]
    public void Fill_MoreColumnsThanAxes_IsRefused() => Assert.Contains(
        "1 axes, and 2 columns", Refused(() => Hist.New.Reg(1, 0, 1).Double().Fill(_events["MET_pt"], _events["MET_phi"])));

    [Fact]
    public void Select_LambdaThatCaptures_IsRefused()
    {
        var captured = 3.0;

        Assert.Throws<GraphException>(() => _events.Select(part => Hist.New.Reg(1, 0, 1).Double().Fill(captured)));
    }

    private string In(string name) => Path.Combine(_directory.FullName, name);

    private static string Refused(Func<object> make) => Assert.Throws<HistogramException>(make).Message;
}
