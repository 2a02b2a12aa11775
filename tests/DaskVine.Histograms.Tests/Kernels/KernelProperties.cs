using System.Runtime.Intrinsics.X86;
using DaskVine.Histograms.Axes;
using DaskVine.Histograms.Kernels;
using FsCheck;
using FsCheck.Fluent;

namespace DaskVine.Histograms.Tests.Kernels;

public class KernelProperties
{
    [Fact]
    public void RegularKernel_EveryWay_GivesTheSlotsOfTheAxis() => Check(HistGen.Regular, (axis, values) =>
    {
        var kernel = new RegularKernel(axis.Start, axis.Stop - axis.Start, axis.Size, axis.HasUnderflow, axis.HasOverflow);
        var expected = Slots(axis, values);
        var found = new int[values.Length];
        kernel.FindOneByOne(values, found);
        Assert.Equal(expected, found);
        if (Avx.IsSupported)
        {
            var done = kernel.FindBy256(values, found);
            Assert.Equal(values.Length & ~3, done);
            Assert.Equal(expected[..done], found[..done]);
        }

        if (Avx512F.IsSupported)
        {
            var done = kernel.FindBy512(values, found);
            Assert.Equal(values.Length & ~7, done);
            Assert.Equal(expected[..done], found[..done]);
        }

        Array.Clear(found);
        kernel.FindSlots(values, found);
        Assert.Equal(expected, found);
    });

    [Fact]
    public void VariableKernel_EveryWay_GivesTheSlotsOfTheAxis() => Check(HistGen.Variable, (axis, values) =>
    {
        var kernel = new VariableKernel(axis.Edges(), axis.HasUnderflow, axis.HasOverflow);
        var expected = Slots(axis, values);
        var found = new int[values.Length];
        kernel.FindByComparing(values, found);
        Assert.Equal(expected, found);
        Array.Clear(found);
        kernel.FindByHalving(values, found);
        Assert.Equal(expected, found);
        Array.Clear(found);
        kernel.FindSlots(values, found);
        Assert.Equal(expected, found);
    });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(37)]
    public void CellIndexes_OfAnyLength_AreTheCellsOfEachRow(int rows)
    {
        var random = new Random(rows);
        var cells = Enumerable.Range(0, rows).Select(_ => random.Next(-1, 9)).ToArray();
        var slots = Enumerable.Range(0, rows).Select(_ => random.Next(-1, 5)).ToArray();
        var kept = Enumerable.Range(0, rows).Select(_ => random.Next(2) == 0).ToArray();
        var expected = cells.Zip(slots, (cell, slot) => cell < 0 || slot < 0 ? -1 : (cell * 5) + slot).ToArray();
        CellIndexes.Extend(cells, slots, 5);
        Assert.Equal(expected, cells);
        CellIndexes.Mask(cells, kept);
        Assert.Equal(expected.Select((cell, row) => kept[row] ? cell : -1), cells);
        var narrow = new ushort[rows];
        CellIndexes.Narrow(cells, narrow);
        Assert.Equal(cells.Select(cell => cell + 1), narrow.Select(cell => (int)cell));
    }

    private static int[] Slots(NumericAxis axis, double[] values) => Array.ConvertAll(values, value => axis.SlotOf(axis.Index(value)));

    private static void Check<T>(Gen<T> axes, Action<T, double[]> check)
        where T : NumericAxis
    {
        var cases = from axis in axes from values in HistGen.Near(axis).ArrayOf() select (Axis: axis, Values: values);
        Prop.ForAll(Arb.From(cases), found => check(found.Axis, found.Values)).Check(Config.QuickThrowOnFailure.WithMaxTest(400).WithEndSize(60));
    }
}
