using DaskVine.Arrow;

namespace DaskVine.Histograms;

/// <summary>Objects of events that are being made, a list for each column, in each event the one with most transverse momentum first.</summary>
internal abstract class GeneratedObjects
{
    private const float BeamPipe = 4.7f;

    private readonly List<int> _offsets = [0];
    private readonly List<float> _pt = [];
    private readonly List<float> _eta = [];
    private readonly List<float> _phi = [];
    private readonly List<float> _mass = [];

    // How many objects of the event have been put in order.
    private int Start => _offsets[^1];

    /// <summary>Ends an event.</summary>
    internal void End() => _offsets.Add(_pt.Count);

    internal (string Name, ArrowArray Values)[] Columns(string collection)
    {
        int[] offsets = [.. _offsets];
        var counts = new int[offsets.Length - 1];
        for (var i = 0; i < counts.Length; i++)
            counts[i] = offsets[i + 1] - offsets[i];
        return
        [
            ($"n{collection}", counts),
            ($"{collection}_pt", Lists(_pt.ToArray())),
            ($"{collection}_eta", Lists(_eta.ToArray())),
            ($"{collection}_phi", Lists(_phi.ToArray())),
            ($"{collection}_mass", Lists(_mass.ToArray())),
            ($"{collection}_{OwnName}", Lists(Own)),
        ];

        ArrowArray Lists(ArrowArray values) => ArrowArray.Lists(values, offsets);
    }

    /// <summary>The name and values of the column that only such objects have.</summary>
    private protected abstract string OwnName { get; }

    private protected abstract ArrowArray Own { get; }

    /// <summary>Puts an object where its momentum belongs; returns that place, counted over all events.</summary>
    private protected int Insert(double pt, double eta, double phi, double mass)
    {
        var place = _pt.Count;
        while (place > Start && _pt[place - 1] < (float)pt)
            place--;
        _pt.Insert(place, (float)pt);
        _eta.Insert(place, Math.Clamp((float)eta, -BeamPipe, BeamPipe));
        _phi.Insert(place, (float)phi);
        _mass.Insert(place, (float)mass);
        return place;
    }
}

/// <summary>Muons or electrons.</summary>
internal sealed class GeneratedLeptons(double mass) : GeneratedObjects
{
    private const double ZMass = 91.1876;
    private const double ZWidth = 2.4952;

    private readonly List<int> _charge = [];

    private protected override string OwnName => "charge";

    private protected override ArrowArray Own => _charge.ToArray();

    /// <summary>Two leptons of a Z boson, which decays to all sides alike.</summary>
    internal void AddZ(GeneratorRandom random)
    {
        // The resonance's shape, without its far ends.
        var z = ZMass + Math.Clamp(ZWidth / 2 * Math.Tan(Math.PI * (random.Next() - 0.5)), -40, 60);
        var boson = LorentzVector.PtEtaPhiM(random.Falling(20), random.Normal(1.5), random.Phi(), z);
        var (along, phi) = (random.Between(-1, 1), random.Phi());
        var momentum = Math.Sqrt((z * z / 4) - (mass * mass));
        var across = momentum * Math.Sqrt(1 - (along * along));
        var (px, py, pz) = (across * Math.Cos(phi), across * Math.Sin(phi), momentum * along);
        var charge = random.Next() < 0.5 ? 1 : -1;
        Add(new LorentzVector(px, py, pz, z / 2).BoostedBy(boson), charge);
        Add(new LorentzVector(-px, -py, -pz, z / 2).BoostedBy(boson), -charge);
    }

    /// <summary>Leptons from elsewhere.</summary>
    internal void AddOthers(GeneratorRandom random)
    {
        for (var count = random.Count(0.25); count > 0; count--)
        {
            var place = Insert(3 + random.Falling(15), random.Normal(1.2), random.Phi(), mass);
            _charge.Insert(place, random.Next() < 0.5 ? 1 : -1);
        }
    }

    private void Add(LorentzVector lepton, int charge) =>
        _charge.Insert(Insert(lepton.Pt, lepton.Eta, lepton.Phi, mass), charge);
}

/// <summary>Jets.</summary>
internal sealed class GeneratedJets : GeneratedObjects
{
    private readonly List<float> _btag = [];

    private protected override string OwnName => "btag";

    private protected override ArrowArray Own => _btag.ToArray();

    internal void Add(GeneratorRandom random)
    {
        for (var count = random.Count(3.5); count > 0; count--)
        {
            var pt = 15 + random.Falling(35);
            var place = Insert(pt, random.Normal(1.8), random.Phi(), pt * random.Between(0.05, 0.2));
            // One in six is of a b quark, and most of those look like it.
            var lowest = Math.Min(random.Next(), random.Next());
            _btag.Insert(place, (float)(random.Next() < 1.0 / 6 ? 1 - (lowest * lowest) : lowest * lowest));
        }
    }
}

/// <summary>Missing transverse momentum.</summary>
internal sealed class GeneratedMet(int events)
{
    private readonly float[] _pt = new float[events];
    private readonly float[] _phi = new float[events];
    private readonly float[] _sum = new float[events];
    private int _count;

    internal void Add(GeneratorRandom random)
    {
        // What is measured badly, and in three of ten events a neutrino.
        var (x, y) = (random.Normal(18), random.Normal(18));
        var neutrino = random.Next() < 0.3 ? random.Falling(40) : 0;
        var phi = random.Phi();
        (x, y) = (x + (neutrino * Math.Cos(phi)), y + (neutrino * Math.Sin(phi)));
        _pt[_count] = (float)Math.Sqrt((x * x) + (y * y));
        _phi[_count] = (float)Math.Atan2(y, x);
        _sum[_count++] = (float)(200 + random.Falling(300));
    }

    internal (string Name, ArrowArray Values)[] Columns() => [("MET_pt", _pt), ("MET_phi", _phi), ("MET_sumet", _sum)];
}
