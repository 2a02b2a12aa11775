namespace DaskVine.Arrow;

/// <summary>Compares the values of arrays, whatever their bytes: offsets, unused memory and values under nulls do not count.</summary>
internal static class ArrayComparer
{
    internal static bool AreEqual(ArrowArray left, ArrowArray right)
    {
        if (ReferenceEquals(left, right))
            return true;
        if (left.Length != right.Length || left.NullCount != right.NullCount || !left.Type.Equals(right.Type))
            return false;
        // Numbers without nulls are equal exactly when their bytes are.
        if (left.NullCount == 0 && left.Type is not DictionaryType && TypeRules.Width(left.Type) > 0)
            return left.Data.Buffers[1].Span.SequenceEqual(right.Data.Buffers[1].Span);
        for (int i = 0; i < left.Length; i++)
        {
            if (!AreEqual(left, i, right, i))
                return false;
        }
        return true;
    }

    private static bool AreEqual(ArrowArray left, int i, ArrowArray right, int j)
    {
        bool isNull = left.IsNull(i);
        if (isNull != right.IsNull(j) || isNull)
            return isNull && right.IsNull(j);
        return left switch
        {
            BooleanArray bits => bits.GetValue(i) == ((BooleanArray)right).GetValue(j),
            VariableBinaryArray bytes => bytes.GetBytes(i).SequenceEqual(((VariableBinaryArray)right).GetBytes(j)),
            VariableListArray lists => AreEqual(lists.GetList(i), ((VariableListArray)right).GetList(j)),
            FixedSizeListArray lists => AreEqual(lists.GetList(i), ((FixedSizeListArray)right).GetList(j)),
            StructArray => AreRowsEqual(left, i, right, j),
            UnionArray union => AreUnionsEqual(union, i, (UnionArray)right, j),
            DictionaryArray dictionary => AreEqual(
                dictionary.Values, dictionary.GetIndex(i), ((DictionaryArray)right).Values, ((DictionaryArray)right).GetIndex(j)),
            _ => AreBytesEqual(left, i, right, j),
        };
    }

    private static bool AreRowsEqual(ArrowArray left, int i, ArrowArray right, int j)
    {
        for (int child = 0; child < left.Children.Count; child++)
        {
            if (!AreEqual(left.Children[child], i, right.Children[child], j))
                return false;
        }
        return true;
    }

    private static bool AreUnionsEqual(UnionArray left, int i, UnionArray right, int j)
    {
        if (left.TypeIds[i] != right.TypeIds[j])
            return false;
        (ArrowArray leftChild, int leftAt) = left.GetPlace(i);
        (ArrowArray rightChild, int rightAt) = right.GetPlace(j);
        return AreEqual(leftChild, leftAt, rightChild, rightAt);
    }

    private static bool AreBytesEqual(ArrowArray left, int i, ArrowArray right, int j)
    {
        int width = TypeRules.Width(left.Type);
        return left.Data.Buffers[1].Span.Slice(i * width, width).SequenceEqual(right.Data.Buffers[1].Span.Slice(j * width, width));
    }
}
