using DaskVine.Histograms.Axes;
using FsCheck;
using FsCheck.Fluent;

namespace DaskVine.Histograms.Tests;

/// <summary>Fills against the plainest way to do them: row by row, by the axes' own indexes.</summary>
public class FillProperties
{
    private static readonly Gen<NumericAxis> AnyAxis =
        Gen.OneOf(HistGen.Regular.Select(axis => (NumericAxis)axis), HistGen.Variable.Select(axis => (NumericAxis)axis));

    private static readonly Gen<Case> OneAxis =
        from axis in AnyAxis
        from count in Gen.Frequency((4, Gen.Choose(0, 40)), (3, Gen.Choose(500, 3_000)))
        from rows in (from x in HistGen.Near(axis) from weight in HistGen.Weight from kept in Gen.Elements(true, false)
                      select new Row(x, 0, weight, kept)).ArrayOf(count)
        select new Case([axis], rows);

    private static readonly Gen<Case> TwoAxes =
        from first in HistGen.Regular.Where(axis => axis.Size < 100)
        from second in HistGen.Variable.Where(axis => axis.Size < 100)
        from count in Gen.Frequency((4, Gen.Choose(0, 40)), (3, Gen.Choose(500, 3_000)))
        from rows in (from x in HistGen.Near(first) from y in HistGen.Near(second) from weight in HistGen.Weight
                      from kept in Gen.Elements(true, false) select new Row(x, y, weight, kept)).ArrayOf(count)
        select new Case([first, Renamed(second)], rows);

    private readonly record struct Row(double X, double Y, double Weight, bool Kept);

    private sealed record Case(NumericAxis[] Axes, Row[] Rows);

    [Fact]
    public void Fill_OfOneAxis_IsThatOfRowAfterRow() => Check(OneAxis);

    [Fact]
    public void Fill_OfTwoAxes_IsThatOfRowAfterRow() => Check(TwoAxes);

    [Fact]
    public void Fill_InParts_AddsUpToTheWhole() =>
        Prop.ForAll(Arb.From(TwoAxes), found =>
        {
            var half = found.Rows.Length / 2;
            var whole = Filled(found, StorageKind.Weight, isWeighted: true, isMasked: false);
            var parts = Filled(found with { Rows = found.Rows[..half] }, StorageKind.Weight, isWeighted: true, isMasked: false)
                + Filled(found with { Rows = found.Rows[half..] }, StorageKind.Weight, isWeighted: true, isMasked: false);
            return whole.Equals(parts);
        }).Check(Config.QuickThrowOnFailure);

    private static void Check(Gen<Case> cases) =>
        Prop.ForAll(Arb.From(cases), found =>
        {
            foreach (var storage in Enum.GetValues<StorageKind>())
            {
                foreach (var isMasked in new[] { true, false })
                {
                    foreach (var isWeighted in new[] { true, false })
                    {
                        if (isWeighted && storage == StorageKind.Int64)
                            continue;
                        var (values, variances) = Reference(found, isWeighted, isMasked);
                        var filled = Filled(found, storage, isWeighted, isMasked);
                        Assert.Equal(values, filled.Values(flow: true));
                        Assert.Equal(isWeighted && storage == StorageKind.Double ? null : variances, filled.Variances(flow: true));
                    }
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(150));

    private static Hist Filled(Case found, StorageKind storage, bool isWeighted, bool isMasked)
    {
        Column weight = isWeighted ? Array.ConvertAll(found.Rows, row => row.Weight) : default(Column);
        Column mask = isMasked ? Array.ConvertAll(found.Rows, row => row.Kept) : default(Column);
        var x = Array.ConvertAll(found.Rows, row => row.X);
        var hist = new Hist(found.Axes, storage);
        return found.Axes.Length == 1
            ? hist.Fill(x, weight: weight, mask: mask)
            : hist.Fill(x, Array.ConvertAll(found.Rows, row => row.Y), weight: weight, mask: mask);
    }

    private static (double[] Values, double[] Variances) Reference(Case found, bool isWeighted, bool isMasked)
    {
        var cells = found.Axes.Aggregate(1, (count, axis) => count * axis.Extent);
        var (values, variances) = (new double[cells], new double[cells]);
        foreach (var row in found.Rows)
        {
            var slots = found.Axes.Select((axis, place) => axis.SlotOf(axis.Index(place == 0 ? row.X : row.Y))).ToArray();
            if ((isMasked && !row.Kept) || slots.Contains(-1))
                continue;
            var cell = slots.Length == 1 ? slots[0] : (slots[0] * found.Axes[1].Extent) + slots[1];
            var weight = isWeighted ? row.Weight : 1;
            values[cell] += weight;
            variances[cell] += weight * weight;
        }

        return (values, variances);
    }

    private static VariableAxis Renamed(VariableAxis axis) => new(axis.Edges(), "y", "", axis.HasUnderflow, axis.HasOverflow);
}
