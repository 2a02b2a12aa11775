namespace DaskVine.Histograms;

/// <summary>The objects of a collection as four-momenta, from its columns pt, eta, phi and mass.</summary>
public readonly ref struct Particles
{
    // Holds what the spans lie in.
    private readonly Events _events;
    private readonly ReadOnlySpan<double> _pt;
    private readonly ReadOnlySpan<double> _eta;
    private readonly ReadOnlySpan<double> _phi;
    private readonly ReadOnlySpan<double> _mass;

    /// <summary>Reads the columns of a collection: ("Muon") → Muon_pt, Muon_eta, Muon_phi, Muon_mass.</summary>
    /// <exception cref="HistogramException">One is not there, or has other objects than the rest.</exception>
    public Particles(Events events, string collection)
    {
        _events = events;
        var pt = Combinations.Lists(events, $"{collection}_pt");
        Offsets = pt.Offsets;
        _pt = pt.ToDoubles();
        _eta = Values(pt, $"{collection}_eta");
        _phi = Values(pt, $"{collection}_phi");
        _mass = Values(pt, $"{collection}_mass");

        ReadOnlySpan<double> Values(EventColumn of, string name)
        {
            var column = Combinations.Lists(events, name);
            Combinations.SameObjects(of, column, collection);
            return column.ToDoubles();
        }
    }

    /// <summary>Where each event's objects begin, and where the last one's end.</summary>
    public ReadOnlySpan<int> Offsets { get; }

    /// <summary>Number of events.</summary>
    public int EventCount => _events.Count;

    /// <summary>How many objects the event with most of them has: the length that a buffer for <see cref="Read"/> needs.</summary>
    public int MostObjects
    {
        get
        {
            var most = 0;
            for (var i = 1; i < Offsets.Length; i++)
                most = Math.Max(most, Offsets[i] - Offsets[i - 1]);
            return most;
        }
    }

    /// <summary>The momentum of an object, counted over all events.</summary>
    public LorentzVector this[int index] => LorentzVector.PtEtaPhiM(_pt[index], _eta[index], _phi[index], _mass[index]);

    /// <summary>The momenta of an event's objects, written into the buffer.</summary>
    public ReadOnlySpan<LorentzVector> Read(int index, Span<LorentzVector> buffer)
    {
        var (start, end) = (Offsets[index], Offsets[index + 1]);
        for (var i = start; i < end; i++)
            buffer[i - start] = this[i];
        return buffer[..(end - start)];
    }
}
