namespace DaskVine.Histograms.Axes;

/// <summary>Two bins, false and true. Whole numbers count as true when they are not zero.</summary>
public sealed class BooleanAxis : Axis
{
    /// <summary>Makes the axis. There is nothing outside its two bins.</summary>
    public BooleanAxis(string name = "", string label = "")
        : base(name, label, hasUnderflow: false, hasOverflow: false)
    {
    }

    /// <inheritdoc/>
    public override int Size => 2;

    /// <inheritdoc/>
    public override bool IsOrdered => false;

    internal override string Kind => "boolean";

    private protected override string Taken => "bools";

    /// <inheritdoc/>
    public override int Index(long value) => value == 0 ? 0 : 1;

    /// <inheritdoc/>
    public override string Describe(int bin) => bin == 0 ? "false" : "true";

    internal override void FindSlots(in Column column, int first, Span<int> slots)
    {
        if (!column.IsWhole)
            throw Refused(column.TypeName);
        var buffer = column.Type == ColumnType.Int64 ? default : stackalloc long[slots.Length];
        var values = column.Longs(first, slots.Length, buffer);
        for (var i = 0; i < slots.Length; i++)
            slots[i] = values[i] == 0 ? 0 : 1;
    }

    internal override bool HasSameBins(Axis other) => other is BooleanAxis;
}
