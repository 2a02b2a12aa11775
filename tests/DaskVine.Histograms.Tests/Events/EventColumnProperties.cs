using FsCheck;
using FsCheck.Fluent;

namespace DaskVine.Histograms.Tests;

/// <summary>Columns against the plainest way to compute them: a list per event, and one number after another.</summary>
public sealed class EventColumnProperties
{
    private static readonly Gen<double> AnyNumber = Gen.Frequency(
        (8, Gen.Choose(-500, 500).Select(number => number / 8.0)),
        (1, Gen.Elements(double.NaN, 0.0, -0.0, double.PositiveInfinity, double.NegativeInfinity, 1e300, 5e-324)));

    private static readonly Gen<Case> AnyCase =
        from count in Gen.Frequency((3, Gen.Choose(0, 5)), (2, Gen.Choose(6, 70)))
        from events in (from objects in Gen.Choose(0, 5)
                        from first in AnyNumber.ArrayOf(objects)
                        from second in AnyNumber.ArrayOf(objects)
                        from flat in AnyNumber
                        select new Row(first, second, flat)).ArrayOf(count)
        select new Case(events);

    private sealed record Row(double[] First, double[] Second, double Flat);

    private sealed record Case(Row[] Rows)
    {
        public EventColumn First => Jagged(row => row.First);

        public EventColumn Second => Jagged(row => row.Second);

        public EventColumn Flat => EventColumn.Of([.. Rows.Select(row => row.Flat)]);

        private EventColumn Jagged(Func<Row, double[]> of)
        {
            var offsets = new int[Rows.Length + 1];
            for (var i = 0; i < Rows.Length; i++)
                offsets[i + 1] = offsets[i] + of(Rows[i]).Length;
            return EventColumn.Of([.. Rows.SelectMany(of)], offsets);
        }
    }

    [Fact]
    public void Arithmetic_IsNumberByNumber() => Check(found =>
        Same((found.First + found.Second) * found.First, found.Rows.SelectMany(row => row.First.Zip(row.Second, (a, b) => (a + b) * a)))
        && Same((found.First - found.Flat) / 3, found.Rows.SelectMany(row => row.First.Select(a => (a - row.Flat) / 3)))
        && Same(7 / found.Flat, found.Rows.Select(row => 7 / row.Flat))
        && Same(-found.Flat, found.Rows.Select(row => -row.Flat))
        && Same(found.Flat.AtLeast(1).AtMost(20), found.Rows.Select(row => Math.Min(Math.Max(row.Flat, 1), 20))));

    [Fact]
    public void Functions_AreThoseOfMath() => Check(found =>
        Same(found.First.Abs().Sqrt(), found.Rows.SelectMany(row => row.First.Select(a => Math.Sqrt(Math.Abs(a)))))
        && Same(found.Flat.Cos() + found.Flat.Sin(), found.Rows.Select(row => Math.Cos(row.Flat) + Math.Sin(row.Flat)))
        && Same(found.Flat.Cosh() - found.Flat.Sinh(), found.Rows.Select(row => Math.Cosh(row.Flat) - Math.Sinh(row.Flat)))
        && Same(found.Flat.Exp().Log(), found.Rows.Select(row => Math.Log(Math.Exp(row.Flat)))));

    [Fact]
    public void Comparisons_AreNumberByNumber() => Check(found =>
        Same(found.First < found.Second, found.Rows.SelectMany(row => row.First.Zip(row.Second, (a, b) => a < b)))
        && Same(found.First >= found.Flat, found.Rows.SelectMany(row => row.First.Select(a => a >= row.Flat)))
        && Same((found.Flat > 3) | (found.Flat <= -3), found.Rows.Select(row => row.Flat > 3 || row.Flat <= -3))
        && Same((found.Flat > 3) & !found.Flat.EqualTo(5), found.Rows.Select(row => row.Flat > 3 && row.Flat != 5)));

    [Fact]
    public void Reductions_AreOfEachEvent() => Check(found =>
        Same(found.First.Sum(), found.Rows.Select(row => row.First.Aggregate(0.0, (sum, a) => sum + a)))
        && Same(found.First.Max(), found.Rows.Select(row => Extreme(row.First, (a, b) => a > b)))
        && Same(found.First.Min(), found.Rows.Select(row => Extreme(row.First, (a, b) => a < b)))
        && Same(found.First.Count(), found.Rows.Select(row => (double)row.First.Length))
        && Same((found.First > 1).Sum(), found.Rows.Select(row => (double)row.First.Count(a => a > 1)))
        && Same((found.First > 1).Any(), found.Rows.Select(row => row.First.Any(a => a > 1)))
        && Same((found.First > 1).All(), found.Rows.Select(row => row.First.All(a => a > 1)))
        && Same(found.First.At(1), found.Rows.Select(row => row.First.Length > 1 ? row.First[1] : double.NaN)));

    [Fact]
    public void Where_KeepsWhatTheMaskSays() => Check(found =>
    {
        var objects = found.First[found.Second > 0];
        var events = found.First[found.Flat > 0];
        return Same(objects, found.Rows.SelectMany(row => row.First.Zip(row.Second).Where(pair => pair.Second > 0).Select(pair => pair.First)))
            && Same(objects.Count(), found.Rows.Select(row => (double)row.Second.Count(b => b > 0)))
            && Same(events, found.Rows.Where(row => row.Flat > 0).SelectMany(row => row.First))
            && Same(events.Count(), found.Rows.Where(row => row.Flat > 0).Select(row => (double)row.First.Length))
            && Same(found.Flat[found.Flat > 0], found.Rows.Select(row => row.Flat).Where(flat => flat > 0));
    });

    private static void Check(Func<Case, bool> holds) => Prop.ForAll(Arb.From(AnyCase), holds).Check(Config.QuickThrowOnFailure);

    private static bool Same(EventColumn column, IEnumerable<double> expected) =>
        column.ToDoubles().ToArray().Zip(expected, (a, b) => a.Equals(b)).All(same => same) && column.Length == expected.Count();

    private static bool Same(EventColumn column, IEnumerable<bool> expected) => column.Span<bool>().SequenceEqual(expected.ToArray());

    // The first of those that are no NaN.
    private static double Extreme(double[] objects, Func<double, double, bool> isBetter) =>
        objects.Where(a => !double.IsNaN(a)).Select(a => (double?)a).Aggregate((double?)null, (best, a) => best is null || isBetter(a!.Value, best.Value) ? a : best)
        ?? double.NaN;
}
