namespace DaskVine.Histograms.Tests;

public sealed class FillPlanTests : IDisposable
{
    private readonly TemporaryFiles _directory = new();
    private readonly EventFiles _files;
    private readonly Events _events;

    public FillPlanTests()
    {
        var path = new EventGenerator(2).Write(_directory.Path, events: 400, partitions: 1)[0];
        _files = EventFiles.Open(path);
        _events = Events.Open(path);
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Fill_ObjectsWithEvents_TakesTheEventsValueForEachObject()
    {
        var hist = Hist.New.Reg(10, 0, 100, name: "jet").Reg(10, 0, 100, name: "met").Int64();

        var filled = Run(hist, [_files["Jet_pt"], _files["MET_pt"]], mask: _files["MET_pt"] > 30);

        var expected = hist.Copy();
        for (var i = 0; i < _events.Count; i++)
        {
            var met = _events.Flat<float>("MET_pt")[i];
            if (met > 30)
                expected.Fill(_events.Jagged<float>("Jet_pt")[i], met);
        }

        Assert.True(filled.Sum() > 100);
        Assert.Equal(expected, filled);
    }

    [Fact]
    public void Fill_TextForAllRows_IsItsCategory()
    {
        var filled = Run(Hist.New.Reg(10, 0, 100).StrCat(["data", "signal"]).Int64(), [_files["MET_pt"], "signal"]);

        Assert.Equal(400, filled.Project(1).Values()[1]);
    }

    [Fact]
    public void Fill_EveryKindOfAxis_Travels()
    {
        var hist = Hist.New.Reg(3, 0, 50, name: "a", overflow: false).Var([0, 10, double.PositiveInfinity], name: "b").Int(0, 3, label: "c").IntCat([], growth: true)
            .Bool().Reg(2, -4, 4).Weight();

        var filled = Run(
            hist, [_files["MET_pt"], _files["MET_sumet"], _files["nJet"], _files["nMuon"], _files["MET_pt"] > 20, _files["MET_phi"]],
            weight: _files["MET_pt"] / 8);

        var met = _events["MET_pt"];
        Assert.Equal(
            hist.Copy().Fill(
                met.Span<float>(), _events.Flat<float>("MET_sumet"), _events.Flat<int>("nJet"), _events.Flat<int>("nMuon"), (met > 20).Span<bool>(),
                _events.Flat<float>("MET_phi"), weight: (met / 8).ToDoubles()),
            filled);
    }

    [Fact]
    public void Fill_NoEvents_IsEmpty()
    {
        var path = new EventGenerator().Write(_directory.Path, events: 0, partitions: 1)[0];
        var empty = EventFiles.Open(path);
        var plan = FillPlan.Of(Hist.New.Reg(1, 0, 1).Int64(), [empty["Jet_pt"].Max() + empty["MET_pt"]], null, null);

        Assert.Equal(0, plan.Fill(Events.Open(path)).Sum(flow: true));
    }

    [Fact]
    public void Fill_ColumnsThatDoNotGoTogether_AreRefused()
    {
        var two = Hist.New.Reg(1, 0, 1).Reg(1, 0, 1).Int64();
        var (met, jets, muons) = (_files["MET_pt"], _files["Jet_pt"], _files["Muon_pt"]);

        Assert.Contains("different rows", Refused(() => Run(two, [jets, muons])));
        Assert.Contains("both need the same masks", Refused(() => Run(two, [jets, met[met > 20]])));
        Assert.Contains("different rows", Refused(() => Run(two, [met, met[met > 20]])));
        Assert.Contains("mask is a column of bools", Refused(() => Run(two, [met, met], mask: met)));
    }

    [Fact]
    public void Plan_Travels_AsItIs()
    {
        var plan = FillPlan.Of(Hist.New.Reg(10, 0, 100).StrCat(["a"]).Double(), [_files["MET_pt"] * 2, "a"], null, _files["MET_pt"] > 3);

        var arrived = Values.ValueCodec.Decode<FillPlan>(Values.ValueCodec.Encode(plan).ToArray());

        Assert.Equal(plan.Fill(_events), arrived.Fill(_events));
    }

    private Hist Run(Hist hist, FillColumn[] columns, LazyColumn? weight = null, LazyColumn? mask = null) =>
        FillPlan.Of(hist, columns, weight, mask).Fill(_events);

    private static string Refused(Func<object> make) => Assert.Throws<HistogramException>(make).Message;
}
