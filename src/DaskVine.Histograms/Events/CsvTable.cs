using System.Globalization;
using DaskVine.Arrow;

namespace DaskVine.Histograms;

/// <summary>
/// Tables as text: a line of names, then a line of numbers per event, parted by commas. A column whose numbers are all whole is one of int, or of
/// long where it has to be; the others are of double, where nothing between two commas is NaN.
/// </summary>
internal static class CsvTable
{
    /// <exception cref="HistogramException">A line has too many or too few numbers, or something else; the message has its number.</exception>
    internal static ArrowTable Read(string path)
    {
        using var reader = new StreamReader(path);
        if (reader.ReadLine() is not { Length: > 0 } header)
            throw new HistogramException($"{path} has no line of names.");
        var names = Array.ConvertAll(header.Split(','), name => name.Trim().Trim('"'));
        var columns = Array.ConvertAll(names, _ => new CsvColumn());
        for (var line = 2; reader.ReadLine() is { } text; line++)
        {
            if (text.AsSpan().Trim().IsEmpty)
                continue;
            var count = 0;
            foreach (var range in text.AsSpan().Split(','))
            {
                if (count < columns.Length && !columns[count].TryAdd(text.AsSpan(range).Trim()))
                    throw new HistogramException($"{path}, line {line}: \"{text[range]}\" in the column \"{names[count]}\" is no number.");
                count++;
            }

            if (count != columns.Length)
                throw new HistogramException($"{path}, line {line}: {count} numbers, and there are {columns.Length} names.");
        }

        return ArrowTable.Of([.. names.Zip(columns, (name, column) => (name, column.ToArrow()))]);
    }

    private sealed class CsvColumn
    {
        private readonly List<double> _doubles = [];

        // All numbers while they are whole.
        private readonly List<long> _longs = [];
        private bool _isWhole = true;

        internal bool TryAdd(ReadOnlySpan<char> text)
        {
            var number = double.NaN;
            if (!text.IsEmpty && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number))
                return false;
            _doubles.Add(number);
            _isWhole &= long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole);
            if (_isWhole)
                _longs.Add(whole);
            return true;
        }

        internal ArrowArray ToArrow()
        {
            if (!_isWhole || _longs.Count == 0)
                return ArrowArray.From(_doubles.ToArray());
            return _longs.Min() >= int.MinValue && _longs.Max() <= int.MaxValue
                ? ArrowArray.From(_longs.ConvertAll(number => (int)number).ToArray())
                : ArrowArray.From(_longs.ToArray());
        }
    }
}
