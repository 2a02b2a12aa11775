using DaskVine.Client;

namespace DaskVine.Histograms.Tests;

public sealed class LazyHistTests(VineOfTests cluster) : IClassFixture<VineOfTests>
{
    [Fact]
    public void Compute_LineOfTheTalk_Plots()
    {
        var (vine, events) = (cluster.Vine, EventFiles.Open(cluster.Pattern));

        var hist = Hist.New.Reg(100, 0, 200, name: "met", label: "E_T miss [GeV]").Double().Fill(events["MET_pt"]).Compute(
            scheduler: vine.Get, lazyTransfers: true, taskMode: TaskMode.FunctionCalls, libResources: new(cores: 2, slots: 2)).Plot();

        Assert.Equal(Met().Fill(cluster.Whole["MET_pt"].ToDoubles()), hist);
    }

    [Fact]
    public async Task Compute_OfExpressions_IsThatOfAllEventsHere()
    {
        var (events, whole) = (cluster.Events, cluster.Whole);
        var lazy = Selected(events["MET_pt"], events["Jet_pt"], events.PairMass("Muon"), events.PairCharge("Muon"));
        var here = Selected(whole["MET_pt"], whole["Jet_pt"], whole.PairMass("Muon"), whole.PairCharge("Muon"));

        var hist = await Met().Fill(lazy).ComputeAsync(scheduler: cluster.Vine.Get);

        Assert.True(here.EventCount > 100);
        Assert.Equal(Met().Fill(here.ToDoubles()), hist);

        static T Selected<T>(T met, T jets, T mass, T charge)
            where T : ColumnAlgebra<T> =>
            (2 * met)[((jets > 25).Sum() >= 1) & !((mass > 60) & (mass < 120) & (charge < 0)).Any() & (jets.Max() - met > -100)];
    }

    [Fact]
    public void Compute_SeveralAxesWeightsAndMask_AreThoseOfRows()
    {
        var (events, whole) = (cluster.Events, cluster.Whole);

        var hist = Axes().Fill(
            events["Jet_pt"], events["MET_pt"], "data", weight: events["Jet_btag"] * 0 + 0.5, mask: events["Jet_eta"] > 0)
            .Compute(scheduler: cluster.Vine.Get);

        var met = whole["Jet_pt"] * 0 + whole["MET_pt"];
        Assert.Equal(
            Axes().Fill(whole["Jet_pt"].ToDoubles(), met.ToDoubles(), "data", weight: 0.5, mask: (whole["Jet_eta"] > 0).Span<bool>()), hist);

        static Hist Axes() => Hist.New.Reg(20, 0, 200, name: "jet").Reg(10, 0, 100, name: "met").StrCat([], name: "sample", growth: true).Weight();
    }

    [Fact]
    public void Compute_FilledHist_KeepsWhatWasThere()
    {
        var start = Met().Fill(5.0);

        var hist = start.Fill(cluster.Events["MET_pt"]).Compute(scheduler: cluster.Vine.Get);

        Assert.Equal(1, start.Sum(flow: true));
        Assert.Equal(3_001, hist.Sum(flow: true));
    }

    [Fact]
    public void Select_Kernel_IsAppliedToEachPartitionAndAddedUp()
    {
        var kernel = cluster.Events.Select(EventKernels.MuonPt).Compute(scheduler: cluster.Vine.Get);
        var withArgument = cluster.Events.Select(EventKernels.MuonPtAbove, new Cut(20)).Compute(scheduler: cluster.Vine.Get);

        Assert.Equal(EventKernels.MuonPt(cluster.Whole), kernel);
        Assert.Equal(EventKernels.MuonPtAbove(cluster.Whole, new Cut(20)), withArgument);
        Assert.True(withArgument.Sum(flow: true) < kernel.Sum(flow: true));
    }

    [Fact]
    public void Select_OneLambda_CountsPartitions()
    {
        var events = cluster.Events;

        var hist = events.Select(static part => Hist.New.Int(0, 1_000, name: "events").Int64().Fill(part.Count)).Compute(scheduler: cluster.Vine.Get);

        Assert.Equal(6, events.Partitions.Count);
        Assert.Equal(6, hist.Sum());
        Assert.Equal(6, hist.Values()[500]);
    }

    [Fact]
    public void Compute_ManyPartitions_AddsUpInATree()
    {
        var events = EventFiles.Open([.. Enumerable.Repeat(cluster.Events.Partitions[0].Path, 30)]);
        var progress = new Furthest();
        Assert.Equal(60, events.Partitions.Count);

        var hist = Met().Fill(events["MET_pt"]).Compute(scheduler: cluster.Vine.Get, progress: progress);

        Assert.Equal(30_000, hist.Sum(flow: true));
        // 60 partitions, 7 sums of 8 and one of 4, and the sum of those 8.
        Assert.Equal(60 + 8 + 1, progress.Tasks);
    }

    [Fact]
    public async Task ComputeAll_Several_AreInTheirOrder()
    {
        var events = cluster.Events;
        LazyHist[] lazy = [Met().Fill(events["MET_pt"]), events.Select(EventKernels.MuonPt), Met().Fill(events["MET_sumet"])];

        var hists = await LazyHist.ComputeAllAsync(lazy, scheduler: cluster.Vine.Get);

        Assert.Equal(lazy.Select(hist => hist.Compute(scheduler: cluster.Vine.Get)), hists);
    }

    [Fact]
    public void Compute_FileThatIsGone_NamesIt()
    {
        var path = Path.Combine(Path.GetDirectoryName(cluster.Pattern)!, "gone.arrow-then");
        File.Copy(cluster.Events.Partitions[0].Path, path);
        var events = EventFiles.Open(path);
        File.Delete(path);

        var failed = Assert.Throws<RemoteException>(() => Met().Fill(events["MET_pt"]).Compute(scheduler: cluster.Vine.Get));

        Assert.Contains(path, failed.Message);
    }

    [Fact]
    public void Compute_ColumnsThatDoNotGoTogether_SaysSo()
    {
        var events = cluster.Events;
        var lazy = Met().Fill(events["Muon_pt"] + events["Jet_pt"]);

        var failed = Assert.Throws<RemoteException>(() => lazy.Compute(scheduler: cluster.Vine.Get));

        Assert.Contains("different numbers", failed.Message);
    }

    private static Hist Met() => Hist.New.Reg(100, 0, 200, name: "met", label: "E_T miss [GeV]").Double();

    private sealed class Furthest : IProgress<GraphProgress>
    {
        public int Tasks { get; private set; }

        public void Report(GraphProgress value) => Tasks = Math.Max(Tasks, value.Total);
    }
}

/// <summary>Kernels of a user.</summary>
internal static class EventKernels
{
    public static Hist MuonPt(Events events) => Pt().Fill(events["Muon_pt"].ToDoubles());

    public static Hist MuonPtAbove(Events events, Cut cut)
    {
        var pt = events["Muon_pt"];
        return Pt().Fill(pt[pt > cut.Pt].ToDoubles());
    }

    private static Hist Pt() => Hist.New.Reg(50, 0, 100, name: "pt").Int64();
}

internal sealed record Cut(double Pt);
