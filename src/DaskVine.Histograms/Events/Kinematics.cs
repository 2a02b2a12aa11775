namespace DaskVine.Histograms;

/// <summary>What two particles have between them.</summary>
public static class Kinematics
{
    /// <summary>The difference of two azimuths, in [-π, π].</summary>
    public static double DeltaPhi(double left, double right) => Math.IEEERemainder(left - right, 2 * Math.PI);

    /// <summary>The distance of two directions: √(Δη² + Δφ²).</summary>
    public static double DeltaR(double leftEta, double leftPhi, double rightEta, double rightPhi)
    {
        var (eta, phi) = (leftEta - rightEta, DeltaPhi(leftPhi, rightPhi));
        return Math.Sqrt((eta * eta) + (phi * phi));
    }

    /// <summary>The transverse mass of two momenta without mass: √(2 p₁ p₂ (1 - cos Δφ)).</summary>
    public static double TransverseMass(double leftPt, double leftPhi, double rightPt, double rightPhi) =>
        Math.Sqrt(2 * leftPt * rightPt * (1 - Math.Cos(leftPhi - rightPhi)));
}
