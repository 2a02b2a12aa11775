using FsCheck;
using FsCheck.Fluent;

namespace DaskVine.Histograms.Tests;

public sealed class KinematicsTests
{
    private static readonly Gen<LorentzVector> AnyVector =
        from pt in Gen.Choose(1, 4_000)
        from eta in Gen.Choose(-400, 400)
        from phi in Gen.Choose(-314, 314)
        from mass in Gen.Choose(0, 2_000)
        select LorentzVector.PtEtaPhiM(pt / 16.0, eta / 100.0, phi / 100.0, mass / 16.0);

    [Fact]
    public void PtEtaPhiM_GivesBackWhatItWasMadeOf()
    {
        var vector = LorentzVector.PtEtaPhiM(30, 1.5, -2, 4);

        Assert.Equal((30, 1.5, -2, 4), (Round(vector.Pt), Round(vector.Eta), Round(vector.Phi), Round(vector.Mass)));
        Assert.Equal(Math.Sqrt((30 * Math.Cosh(1.5) * 30 * Math.Cosh(1.5)) + 16), vector.E, 1e-9);
    }

    [Fact]
    public void Mass_OfTwoBackToBack_IsTheirEnergy()
    {
        var pair = LorentzVector.PtEtaPhiM(45, 0, 0, 0) + LorentzVector.PtEtaPhiM(45, 0, Math.PI, 0);

        Assert.Equal(90, pair.Mass, 1e-9);
        Assert.Equal(0, pair.Pt, 1e-9);
        Assert.Equal(0, new LorentzVector(5, 0, 0, 3).Mass);
    }

    [Fact]
    public void BoostedBy_AnyFrame_KeepsMassesOfPairs() => Prop.ForAll(
        Arb.From(AnyVector), Arb.From(AnyVector), Arb.From(AnyVector.Where(frame => frame.Mass > 0.1)), (first, second, frame) =>
        {
            var (before, after) = ((first + second).Mass, (first.BoostedBy(frame) + second.BoostedBy(frame)).Mass);
            return Math.Abs(before - after) <= 1e-6 * (1 + first.BoostedBy(frame).E + second.BoostedBy(frame).E);
        }).Check(Config.QuickThrowOnFailure);

    [Fact]
    public void DeltaPhi_GoesTheShortWay()
    {
        Assert.Equal(-0.2, Kinematics.DeltaPhi(3.0415926535897931, -3.0415926535897931), 1e-12);
        Assert.Equal(0.2, Kinematics.DeltaPhi(-3.0415926535897931, 3.0415926535897931), 1e-12);
        Assert.Equal(0.5, Kinematics.DeltaR(1, 3, 1.3, 2.6), 1e-12);
        Assert.Equal(80, Kinematics.TransverseMass(40, 1, 40, 1 + Math.PI), 1e-9);
    }

    private static double Round(double value) => Math.Round(value, 9);
}
