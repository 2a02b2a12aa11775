namespace DaskVine.Histograms.Tests;

public sealed class EventGeneratorTests
{
    private static readonly Events s_events = Events.Of(new EventGenerator(1).Generate(20_000));

    [Fact]
    public void Generate_SameSeedAndPartition_GivesTheSame()
    {
        var (one, again) = (new EventGenerator(9).Generate(50, 2).ToFile(), new EventGenerator(9).Generate(50, 2).ToFile());

        Assert.Equal(one, again);
        Assert.NotEqual(one, new EventGenerator(9).Generate(50, 3).ToFile());
        Assert.NotEqual(one, new EventGenerator(8).Generate(50, 2).ToFile());
    }

    [Fact]
    public void Generate_FirstNumbers_StayWhatTheyAre()
    {
        var random = new GeneratorRandom(1, 0);

        // By SplitMix64 in another language.
        Assert.Equal([0.00582402946874927, 0.8511431308428687, 0.16304116589508477], [random.Next(), random.Next(), random.Next()]);
    }

    [Fact]
    public void Generate_Columns_AreThoseOfNanoAod() => Assert.Equal(
        [
            "MET_pt", "MET_phi", "MET_sumet",
            "nMuon", "Muon_pt", "Muon_eta", "Muon_phi", "Muon_mass", "Muon_charge",
            "nElectron", "Electron_pt", "Electron_eta", "Electron_phi", "Electron_mass", "Electron_charge",
            "nJet", "Jet_pt", "Jet_eta", "Jet_phi", "Jet_mass", "Jet_btag",
        ],
        s_events.Names);

    [Theory]
    [InlineData("Muon")]
    [InlineData("Electron")]
    [InlineData("Jet")]
    public void Generate_Objects_AreInOrderAndInRange(string collection)
    {
        var pt = s_events.Jagged<float>($"{collection}_pt");
        for (var i = 0; i < s_events.Count; i++)
        {
            for (var next = 1; next < pt[i].Length; next++)
                Assert.True(pt[i][next - 1] >= pt[i][next]);
        }

        Assert.DoesNotContain(false, (s_events[$"{collection}_pt"] > 0).Span<bool>().ToArray());
        Assert.DoesNotContain(false, (s_events[$"{collection}_eta"].Abs() <= 4.7001).Span<bool>().ToArray());
        Assert.DoesNotContain(false, (s_events[$"{collection}_phi"].Abs() <= Math.PI + 1e-6).Span<bool>().ToArray());
        Assert.Equal(s_events.Flat<int>($"n{collection}"), s_events[$"{collection}_mass"].Count().Span<int>());
    }

    [Fact]
    public void Generate_OppositeMuons_HaveTheirPeakAtTheZ()
    {
        var (mass, charge) = (s_events.PairMass("Muon"), s_events.PairCharge("Muon"));

        var hist = Hist.New.Reg(60, 60, 120).Int64().Fill(mass[charge < 0].ToDoubles());

        var values = hist.Values();
        Assert.Equal(31, Array.IndexOf(values, values.Max()), tolerance: 1);
        Assert.InRange(hist.Sum(), 2_000, 4_000);
    }

    [Fact]
    public void Write_Files_HoldAllEventsOnce()
    {
        using var directory = new TemporaryFiles();

        var paths = new EventGenerator().Write(directory.Path, events: 1_001, partitions: 4, batch: 100);

        Assert.Equal(paths.Order(), Directory.GetFiles(directory.Path).Order());
        Assert.Equal([250, 250, 250, 251], paths.Select(path => Events.Open(path).Count));
        Assert.All(EventFiles.Open(Path.Combine(directory.Path, "*")).Partitions, part => Assert.InRange(Events.Open(part.Path, part.Number).Count, 80, 100));
    }

    [Fact]
    public void Write_NoEvents_IsAFileWithoutRows()
    {
        using var directory = new TemporaryFiles();

        var path = new EventGenerator().Write(directory.Path, events: 0, partitions: 1)[0];

        Assert.Equal(0, Events.Open(path, 0)["Jet_pt"].EventCount);
    }
}
