using DaskVine.Histograms;

namespace DaskVine.Examples.Adl;

/// <summary>A muon or an electron.</summary>
internal readonly record struct Lepton(LorentzVector Momentum, double Pt, double Phi, int Charge, bool IsMuon);

/// <summary>The electrons of each event, and its muons behind them.</summary>
internal readonly ref struct Leptons
{
    private readonly Flavour _electrons;
    private readonly Flavour _muons;
    private readonly List<Lepton> _found = [];

    public Leptons(Events events)
    {
        _electrons = new Flavour(events, "Electron");
        _muons = new Flavour(events, "Muon");
    }

    /// <summary>Those of an event; until the next are read.</summary>
    public ReadOnlySpan<Lepton> Read(int index)
    {
        _found.Clear();
        _electrons.AddTo(_found, index, isMuon: false);
        _muons.AddTo(_found, index, isMuon: true);
        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_found);
    }

    private readonly ref struct Flavour(Events events, string name)
    {
        private readonly Particles _momenta = new(events, name);
        private readonly Jagged<float> _pt = events.Jagged<float>($"{name}_pt");
        private readonly Jagged<float> _phi = events.Jagged<float>($"{name}_phi");
        private readonly Jagged<int> _charge = events.Jagged<int>($"{name}_charge");

        public void AddTo(List<Lepton> found, int index, bool isMuon)
        {
            var start = _momenta.Offsets[index];
            for (var i = start; i < _momenta.Offsets[index + 1]; i++)
                found.Add(new Lepton(_momenta[i], _pt.Values[i], _phi.Values[i], _charge.Values[i], isMuon));
        }
    }
}

/// <summary>Where the leptons of a flavour go that have more than 10 GeV of transverse momentum.</summary>
internal readonly ref struct Directions(Events events, string name)
{
    private const double LeastPt = 10;
    private const double Near = 0.4;

    private readonly Jagged<float> _pt = events.Jagged<float>($"{name}_pt");
    private readonly Jagged<float> _eta = events.Jagged<float>($"{name}_eta");
    private readonly Jagged<float> _phi = events.Jagged<float>($"{name}_phi");

    /// <summary>Whether one of an event goes near a direction.</summary>
    public bool IsNear(int index, double eta, double phi)
    {
        for (var i = _pt.Offsets[index]; i < _pt.Offsets[index + 1]; i++)
        {
            if (_pt.Values[i] > LeastPt && Kinematics.DeltaR(eta, phi, _eta.Values[i], _phi.Values[i]) < Near)
                return true;
        }

        return false;
    }
}
