namespace DaskVine.WorkerState;

/// <summary>What must be true, also in Release.</summary>
internal static class Invariant
{
    public static void Holds(bool condition, string otherwise)
    {
        if (!condition)
            throw new InvalidOperationException(otherwise);
    }
}
