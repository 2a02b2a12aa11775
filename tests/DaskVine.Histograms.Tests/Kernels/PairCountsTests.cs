using DaskVine.Histograms.Filling;
using DaskVine.Histograms.Kernels;

namespace DaskVine.Histograms.Tests.Kernels;

public class PairCountsTests
{
    // Rows around vectors, blocks and folds.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(12)]
    [InlineData(65)]
    [InlineData(66)]
    [InlineData(93)]
    [InlineData(94)]
    [InlineData(102)]
    [InlineData(134)]
    public void Add_OfAnyNumberOfRows_CountsEachRow(int cells)
    {
        foreach (var rows in new[] { 0, 1, 2, 15, 16, 17, 31, 511, 512, 513, 1_023, 131_069, 131_070, 131_071, 131_072, 131_073, 300_001 })
        {
            var random = new Random(rows);
            var found = new int[rows];
            for (var row = 0; row < rows; row++)
                found[row] = random.Next(-1, cells);
            Assert.Equal(Expected(found, cells), Counted(found, cells));
        }
    }

    [Theory]
    [InlineData(3, -1)]
    [InlineData(3, 0)]
    [InlineData(102, 57)]
    [InlineData(134, 133)]
    public void Add_OfOneCellAMillionTimes_CountsThemAll(int cells, int cell)
    {
        var found = new int[1_000_001];
        Array.Fill(found, cell);
        Assert.Equal(Expected(found, cells), Counted(found, cells));
    }

    [Theory]
    [InlineData(102, 1_000_000, true)]
    [InlineData(102, 20_000, false)]
    [InlineData(134, 1_000_000, true)]
    [InlineData(135, 1_000_000, false)]
    [InlineData(60_000, int.MaxValue, false)]
    public void Suit_SaysWhetherPairsHaveRoomAndRowsAreMany(int cells, int rows, bool expected) =>
        Assert.Equal(expected, PairCounts.Suit(cells, rows));

    [Fact]
    public void Fill_OfManyRows_IsThatOfRowAfterRow()
    {
        foreach (var rows in new[] { 21_424, 131_071, 400_003 })
        {
            var random = new Random(rows);
            var hist = Hist.New.Reg(100, 0, 200).Int64();
            var axis = hist.Axes[0];
            var x = new double[rows];
            var expected = new double[102];
            for (var row = 0; row < rows; row++)
            {
                x[row] = random.Next(50) switch
                {
                    0 => double.NaN,
                    1 => double.NegativeInfinity,
                    2 => double.PositiveInfinity,
                    3 => 200,
                    4 => 2 * random.Next(101),
                    5 => Math.BitDecrement(2.0 * random.Next(101)),
                    _ => random.NextDouble() * 220 - 10,
                };
                expected[axis.Index(x[row]) + 1]++;
            }

            Assert.Equal(expected, hist.Fill(x).Values(flow: true));
        }
    }

    private static long[] Counted(int[] found, int cells)
    {
        var counts = new PairCounts(cells);
        var pairs = new uint[RowFiller.Block / 2];
        for (var first = 0; first < found.Length; first += RowFiller.Block)
        {
            var block = found.AsSpan(first, Math.Min(RowFiller.Block, found.Length - first));
            counts.Add(pairs.AsSpan(0, CellIndexes.Pair(block, pairs)));
        }

        counts.Fold();
        return [.. Enumerable.Range(0, cells).Select(cell => counts[cell])];
    }

    private static long[] Expected(int[] found, int cells)
    {
        var counts = new long[cells];
        foreach (var cell in found.Where(cell => cell >= 0))
            counts[cell]++;
        return counts;
    }
}
