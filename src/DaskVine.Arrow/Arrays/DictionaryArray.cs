namespace DaskVine.Arrow;

/// <summary>Values kept once each, and for every row the place of its value.</summary>
public sealed class DictionaryArray : ArrowArray
{
    internal DictionaryArray(ArrayData data)
        : base(data) =>
        Indices = ArrayFactory.Make(data with { Type = ((DictionaryType)data.Type).IndexType, Dictionary = null });

    /// <summary>The place of each row's value: a <see cref="PrimitiveArray{T}"/> of the index type; undefined where it is null.</summary>
    public ArrowArray Indices { get; }

    /// <summary>
    /// The values that the indices point into. Where a stream has since added some, those are there too.
    /// </summary>
    /// <exception cref="ArrowFormatException">Parts of the dictionary, sent one after another, do not fit together.</exception>
    public ArrowArray Values => Data.Dictionary!.Combined;

    /// <summary>The place of a row's value in <see cref="Values"/>; -1 where it is null.</summary>
    public int GetIndex(int index) => IsNull(index) ? -1 : IndexReader.Read(Data, index);
}
