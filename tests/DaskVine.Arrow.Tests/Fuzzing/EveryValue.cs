namespace DaskVine.Arrow.Tests.Fuzzing;

/// <summary>Reads what arrays offer, value by value.</summary>
internal static class EveryValue
{
    // Arrays that take no memory may say that they are of any length.
    private const int MostRows = 2000;

    internal static void Read(ArrowTable table)
    {
        foreach (ArrowArray column in table.Batches.SelectMany(batch => batch.Columns))
            Read(column);
    }

    private static void Read(ArrowArray array)
    {
        Assert.InRange(array.NullCount, 0, array.Length);
        for (int row = 0; row < Math.Min(array.Length, MostRows); row++)
            ReadValue(array, row);
        if (array.Length > MostRows)
            ReadValue(array, array.Length - 1);
        foreach (ArrowArray child in array.Children)
            Read(child);
        if (array is DictionaryArray dictionary)
            Read(dictionary.Values);
    }

    private static void ReadValue(ArrowArray array, int row)
    {
        bool isNull = array.IsNull(row);
        switch (array)
        {
            case VariableListArray lists:
                Assert.InRange(lists.GetList(row).Length, 0, lists.Values.Length);
                break;
            case FixedSizeListArray lists:
                Assert.Equal(lists.ListSize, lists.GetList(row).Length);
                break;
            case UnionArray union:
                (ArrowArray child, int place) = union.GetPlace(row);
                ReadValue(child, place);
                break;
            case DictionaryArray dictionary:
                Assert.InRange(dictionary.GetIndex(row), isNull ? -1 : 0, dictionary.Values.Length - 1);
                break;
            case StringArray texts:
                // Text is checked when it is read.
                Record.Exception(() => texts[row]).ExpectFormat();
                break;
            case StructArray:
                break;
            default:
                ArrowText.Value(array, row);
                break;
        }
    }

    private static void ExpectFormat(this Exception? exception) =>
        Assert.True(exception is null or ArrowFormatException, exception?.ToString());
}
