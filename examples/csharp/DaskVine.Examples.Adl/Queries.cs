using DaskVine.Client;
using DaskVine.Histograms;

namespace DaskVine.Examples.Adl;

/// <summary>A query of the benchmark: what it computes, and which histograms that gives.</summary>
/// <param name="Number">1 to 8.</param>
/// <param name="Text">What is asked for.</param>
/// <param name="Hist">What computes it.</param>
internal sealed record Query(int Number, string Text, LazyHist Hist)
{
    /// <summary>The histograms by name: one for each axis.</summary>
    public static IEnumerable<(string Name, Hist Hist)> Parts(int number, Hist hist) => hist.Axes.Count == 1
        ? [($"{number}", hist)]
        : hist.Axes.Select((axis, place) => ($"{number}{(char)('a' + place)}", hist.Project(axis.Name)));
}

/// <summary>The eight queries of the HEP analysis benchmark (IRIS-HEP).</summary>
internal static class Queries
{
    public static IReadOnlyList<Query> Of(EventFiles events)
    {
        var met = events["MET_pt"];
        var (jetPt, jetEta) = (events["Jet_pt"], events["Jet_eta"]);
        var (mass, charge) = (events.PairMass("Muon"), events.PairCharge("Muon"));
        return
        [
            new(1, "MET of all events", Met().Fill(met)),
            new(2, "p_T of all jets", JetPt().Fill(jetPt)),
            new(3, "p_T of jets with |η| < 1", JetPt().Fill(jetPt[jetEta.Abs() < 1])),
            new(4, "MET of events with two jets of p_T > 40 GeV", Met().Fill(met[(jetPt > 40).Sum() >= 2])),
            new(5, "MET of events with a dimuon of 60 to 120 GeV", Met().Fill(met[((mass > 60) & (mass < 120) & (charge < 0)).Any()])),
            new(6, "p_T and b-tag of the trijet closest to the top mass", events.Select(Kernels.BestTrijet)),
            new(7, "Σ p_T of jets that are isolated from leptons", events.Select(Kernels.IsolatedJets)),
            new(8, "m_T of MET and the lepton beside a Z", events.Select(Kernels.TrileptonMass)),
        ];
    }

    private static Hist Met() => Hist.New.Reg(100, 0, 200, name: "met", label: "E_T miss [GeV]").Int64();

    private static Hist JetPt() => Hist.New.Reg(100, 15, 215, name: "pt", label: "Jet p_T [GeV]").Int64();
}
