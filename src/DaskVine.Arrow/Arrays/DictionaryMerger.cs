namespace DaskVine.Arrow;

/// <summary>Puts dictionary arrays together whose dictionaries may differ.</summary>
internal static class DictionaryMerger
{
    internal static ArrayData Merge(ArrayData whole, DictionaryType type, ArrayData[] parts)
    {
        DictionaryValues first = parts[0].Dictionary!;
        if (parts.All(part => part.Dictionary!.IsSame(first)))
            return whole with { Buffers = [whole.Validity, ArrayConcatenator.Join(parts, 1)], Dictionary = first };
        var dictionaries = new List<DictionaryValues>();
        var starts = new List<int>();
        byte[] indices = new byte[ArrayConcatenator.Fit((long)whole.Length * TypeRules.Width(type))];
        int length = 0;
        int at = 0;
        foreach (ArrayData part in parts)
        {
            int known = dictionaries.FindIndex(part.Dictionary!.IsSame);
            if (known < 0)
            {
                known = dictionaries.Count;
                dictionaries.Add(part.Dictionary!);
                starts.Add(length);
                length = ArrayConcatenator.Fit((long)length + part.Dictionary!.Combined.Length);
            }
            Shift(part, type.IndexType, starts[known], indices, ref at);
        }
        ArrowArray values = ArrayConcatenator.Concatenate([.. dictionaries.Select(dictionary => dictionary.Combined)]);
        return whole with { Buffers = [whole.Validity, indices], Dictionary = new DictionaryValues(values) };
    }

    private static void Shift(ArrayData part, IntType type, int start, byte[] indices, ref int at)
    {
        ReadOnlySpan<byte> valid = part.Validity.Span;
        for (int i = 0; i < part.Length; i++, at++)
        {
            bool isNull = !valid.IsEmpty && !Bits.Get(valid, part.BitOffset + i);
            if (!isNull && !IndexReader.TryWrite(type, indices, at, IndexReader.Read(part, i) + start))
                throw new ArrowFormatException($"Dictionaries that are put together have more values than {type} can tell.");
        }
    }
}
