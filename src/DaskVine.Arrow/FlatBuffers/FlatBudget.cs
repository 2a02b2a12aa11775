namespace DaskVine.Arrow.FlatBuffers;

/// <summary>
/// Bounds the work that metadata can ask for. Tables and text may be referred to many times, so a few bytes could
/// otherwise unfold into an endless tree.
/// </summary>
internal sealed class FlatBudget(int metadataLength)
{
    private const int TimesItsSize = 8;
    private const int Spare = 1024;

    private long _left = ((long)TimesItsSize * metadataLength) + Spare;

    internal void Take(int bytes)
    {
        _left -= bytes;
        if (_left < 0)
            throw FlatTable.Malformed("it refers to the same parts too many times");
    }
}
