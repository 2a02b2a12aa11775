using DaskVine.Histograms;

namespace DaskVine.Examples.Adl;

/// <summary>The queries that go from event to event: what each worker does with a partition.</summary>
internal static class Kernels
{
    private const double TopMass = 172.5;
    private const double ZMass = 91.2;

    /// <summary>Of the three jets whose mass is closest to that of a top quark: transverse momentum, and the greatest b-tag.</summary>
    public static Hist BestTrijet(Events events)
    {
        var jets = new Particles(events, "Jet");
        var btags = events.Jagged<float>("Jet_btag");
        List<double> pt = [], btag = [];
        var vectors = new LorentzVector[jets.MostObjects];
        for (var i = 0; i < events.Count; i++)
        {
            var found = jets.Read(i, vectors);
            if (found.Length < 3)
                continue;
            var (momentum, first, second, third) = ClosestToTop(found);
            pt.Add(momentum.Pt);
            btag.Add(Math.Max(btags[i][first], Math.Max(btags[i][second], btags[i][third])));
        }

        return Hist.New
            .Reg(100, 15, 215, name: "pt", label: "Trijet p_T [GeV]")
            .Reg(100, 0, 1, name: "btag", label: "Greatest b-tag of the trijet")
            .Int64().Fill(pt.ToArray(), btag.ToArray());
    }

    /// <summary>The sum of transverse momenta of an event's jets that are not close to a lepton.</summary>
    public static Hist IsolatedJets(Events events)
    {
        var pt = events.Jagged<float>("Jet_pt");
        var eta = events.Jagged<float>("Jet_eta");
        var phi = events.Jagged<float>("Jet_phi");
        var muons = new Directions(events, "Muon");
        var electrons = new Directions(events, "Electron");
        var sums = new double[events.Count];
        for (var i = 0; i < sums.Length; i++)
        {
            for (var jet = 0; jet < pt[i].Length; jet++)
            {
                if (pt[i][jet] > 30 && !muons.IsNear(i, eta[i][jet], phi[i][jet]) && !electrons.IsNear(i, eta[i][jet], phi[i][jet]))
                    sums[i] += pt[i][jet];
            }
        }

        return Hist.New.Reg(100, 15, 215, name: "sum", label: "Σ p_T of isolated jets [GeV]").Int64().Fill(sums);
    }

    /// <summary>Of three leptons or more: the transverse mass of the missing momentum and the best lepton that is not of the Z boson.</summary>
    public static Hist TrileptonMass(Events events)
    {
        var leptons = new Leptons(events);
        var met = events.Flat<float>("MET_pt");
        var metPhi = events.Flat<float>("MET_phi");
        List<double> masses = [];
        for (var i = 0; i < events.Count; i++)
        {
            var found = leptons.Read(i);
            if (found.Length < 3 || ClosestToZ(found) is not (var first, var second))
                continue;
            var best = -1;
            for (var other = 0; other < found.Length; other++)
            {
                if (other != first && other != second && (best < 0 || found[other].Pt > found[best].Pt))
                    best = other;
            }

            masses.Add(Kinematics.TransverseMass(found[best].Pt, found[best].Phi, met[i], metPhi[i]));
        }

        return Hist.New.Reg(100, 15, 250, name: "mt", label: "m_T of MET and lepton [GeV]").Int64().Fill(masses.ToArray());
    }

    private static (LorentzVector Momentum, int First, int Second, int Third) ClosestToTop(ReadOnlySpan<LorentzVector> jets)
    {
        var (best, distance) = ((Momentum: default(LorentzVector), 0, 0, 0), double.PositiveInfinity);
        for (var first = 0; first < jets.Length; first++)
        {
            for (var second = first + 1; second < jets.Length; second++)
            {
                var two = jets[first] + jets[second];
                for (var third = second + 1; third < jets.Length; third++)
                {
                    var three = two + jets[third];
                    var away = Math.Abs(three.Mass - TopMass);
                    if (away < distance)
                        (best, distance) = ((three, first, second, third), away);
                }
            }
        }

        return best;
    }

    // Of leptons of one flavour and opposite charge.
    private static (int First, int Second)? ClosestToZ(ReadOnlySpan<Lepton> leptons)
    {
        (int, int)? best = null;
        var distance = double.PositiveInfinity;
        for (var first = 0; first < leptons.Length; first++)
        {
            for (var second = first + 1; second < leptons.Length; second++)
            {
                if (leptons[first].IsMuon != leptons[second].IsMuon || leptons[first].Charge == leptons[second].Charge)
                    continue;
                var away = Math.Abs((leptons[first].Momentum + leptons[second].Momentum).Mass - ZMass);
                if (away < distance)
                    (best, distance) = ((first, second), away);
            }
        }

        return best;
    }
}
