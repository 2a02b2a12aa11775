using DaskVine.Arrow;

namespace DaskVine.Histograms.Tests;

public sealed class CombinationsTests
{
    private static readonly Events s_events = Events.Of(new EventGenerator(4).Generate(300));

    [Fact]
    public void Pairs_AreThoseOfTwoLoops()
    {
        List<double> masses = [], charges = [], distances = [];
        var counts = new List<int>();
        for (var i = 0; i < s_events.Count; i++)
        {
            var muons = Objects("Muon", i);
            var charge = s_events.Jagged<int>("Muon_charge")[i].ToArray();
            var (eta, phi) = (s_events.Jagged<float>("Muon_eta")[i].ToArray(), s_events.Jagged<float>("Muon_phi")[i].ToArray());
            var pairs = (from a in Enumerable.Range(0, muons.Length) from b in Enumerable.Range(0, muons.Length) where a < b select (a, b)).ToList();
            masses.AddRange(pairs.Select(pair => (muons[pair.a] + muons[pair.b]).Mass));
            charges.AddRange(pairs.Select(pair => (double)(charge[pair.a] * charge[pair.b])));
            distances.AddRange(pairs.Select(pair => Kinematics.DeltaR(eta[pair.a], phi[pair.a], eta[pair.b], phi[pair.b])));
            counts.Add(pairs.Count);
        }

        Assert.True(masses.Count > 50);
        Assert.Equal(masses, s_events.PairMass("Muon").ToDoubles().ToArray());
        Assert.Equal(charges, s_events.PairCharge("Muon").ToDoubles().ToArray());
        Assert.Equal(distances, s_events.PairDeltaR("Muon").ToDoubles().ToArray());
        Assert.Equal(counts, s_events.PairMass("Muon").Count().Span<int>().ToArray());
    }

    [Fact]
    public void Triplets_AreThoseOfThreeLoops()
    {
        List<double> masses = [], momenta = [];
        for (var i = 0; i < s_events.Count; i++)
        {
            var jets = Objects("Jet", i);
            var all = Enumerable.Range(0, jets.Length);
            var found = (from a in all from b in all from c in all where a < b && b < c select jets[a] + jets[b] + jets[c]).ToList();
            masses.AddRange(found.Select(vector => vector.Mass));
            momenta.AddRange(found.Select(vector => vector.Pt));
        }

        Assert.True(masses.Count > 500);
        Assert.Equal(masses, s_events.TripletMass("Jet").ToDoubles().ToArray());
        Assert.Equal(momenta, s_events.TripletPt("Jet").ToDoubles().ToArray());
    }

    [Fact]
    public void Pairs_OfColumnsThatDoNotFit_AreRefused()
    {
        var events = Events.Of(ArrowTable.Of(
            ("A_eta", ArrowArray.Lists(new[] { 1.0, 2 }, new[] { 0, 2, 2 })), ("A_phi", ArrowArray.Lists(new[] { 1.0, 2 }, new[] { 0, 1, 2 })),
            ("B_charge", new[] { 1, 2 })));

        Assert.Contains("different numbers of objects", Refused(() => events.PairDeltaR("A")));
        Assert.Contains("one value per event", Refused(() => events.PairCharge("B")));
        Assert.Contains("no column \"C_pt\"", Refused(() => events.PairMass("C")));
    }

    private static LorentzVector[] Objects(string name, int index)
    {
        float[] Values(string part) => s_events.Jagged<float>($"{name}_{part}")[index].ToArray();
        var (pt, eta, phi, mass) = (Values("pt"), Values("eta"), Values("phi"), Values("mass"));
        return [.. pt.Select((_, i) => LorentzVector.PtEtaPhiM(pt[i], eta[i], phi[i], mass[i]))];
    }

    private static string Refused(Func<object> make) => Assert.Throws<HistogramException>(make).Message;
}
