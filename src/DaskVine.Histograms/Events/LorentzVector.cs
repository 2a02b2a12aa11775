namespace DaskVine.Histograms;

/// <summary>A four-momentum. Energies, momenta and masses share one unit, GeV as a rule.</summary>
/// <param name="Px">Momentum along x.</param>
/// <param name="Py">Momentum along y.</param>
/// <param name="Pz">Momentum along z, the beam.</param>
/// <param name="E">Energy.</param>
public readonly record struct LorentzVector(double Px, double Py, double Pz, double E)
{
    /// <summary>Transverse momentum.</summary>
    public double Pt => Math.Sqrt((Px * Px) + (Py * Py));

    /// <summary>Azimuth, in [-π, π].</summary>
    public double Phi => Math.Atan2(Py, Px);

    /// <summary>Pseudorapidity; infinite along the beam.</summary>
    public double Eta => Math.Asinh(Pz / Pt);

    /// <summary>Rapidity.</summary>
    public double Rapidity => 0.5 * Math.Log((E + Pz) / (E - Pz));

    /// <summary>Square of the invariant mass; below 0 when rounding or nature make it so.</summary>
    public double Mass2 => (E * E) - (Px * Px) - (Py * Py) - (Pz * Pz);

    /// <summary>Invariant mass; that of a space-like vector is 0.</summary>
    public double Mass => Math.Sqrt(Math.Max(0, Mass2));

    /// <summary>The vector of a transverse momentum, pseudorapidity, azimuth and mass.</summary>
    public static LorentzVector PtEtaPhiM(double pt, double eta, double phi, double mass)
    {
        var pz = pt * Math.Sinh(eta);
        var momentum = pt * Math.Cosh(eta);
        return new LorentzVector(pt * Math.Cos(phi), pt * Math.Sin(phi), pz, Math.Sqrt((momentum * momentum) + (mass * mass)));
    }

    /// <summary>The momentum of both together.</summary>
    public static LorentzVector operator +(LorentzVector left, LorentzVector right) => Add(left, right);

    /// <inheritdoc cref="op_Addition"/>
    public static LorentzVector Add(LorentzVector left, LorentzVector right) =>
        new(left.Px + right.Px, left.Py + right.Py, left.Pz + right.Pz, left.E + right.E);

    /// <summary>The vector as seen by somebody relative to whom it was at rest when `frame` was: boosted by the velocity of `frame`.</summary>
    public LorentzVector BoostedBy(LorentzVector frame)
    {
        var mass = frame.Mass;
        var along = ((frame.Px * Px) + (frame.Py * Py) + (frame.Pz * Pz)) / mass;
        var factor = (along / (frame.E + mass)) + (E / mass);
        return new LorentzVector(
            Px + (factor * frame.Px), Py + (factor * frame.Py), Pz + (factor * frame.Pz), ((frame.E * E) / mass) + along);
    }
}
