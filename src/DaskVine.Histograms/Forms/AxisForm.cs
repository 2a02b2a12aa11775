using DaskVine.Histograms.Axes;

namespace DaskVine.Histograms.Forms;

/// <summary>An axis as JSON. What an axis of its kind has not got is left out.</summary>
internal sealed record AxisForm
{
    public required string Kind { get; init; }

    public string Name { get; init; } = "";

    public string Label { get; init; } = "";

    public int Bins { get; init; }

    public double Start { get; init; }

    public double Stop { get; init; }

    public double[]? Edges { get; init; }

    public string[]? Texts { get; init; }

    public long[]? Numbers { get; init; }

    public bool Growth { get; init; }

    public bool Underflow { get; init; }

    public bool Overflow { get; init; }

    internal static AxisForm Of(Axis axis)
    {
        var form = new AxisForm
        {
            Kind = "",
            Name = axis.Name,
            Label = axis.Label,
            Growth = axis.Grows,
            Underflow = axis.HasUnderflow,
            Overflow = axis.HasOverflow,
        };
        return axis switch
        {
            RegularAxis regular => form with { Kind = "regular", Bins = regular.Size, Start = regular.Start, Stop = regular.Stop },
            VariableAxis variable => form with { Kind = "variable", Edges = variable.Edges() },
            IntegerAxis integer => form with { Kind = "integer", Start = integer.Start, Stop = integer.Stop },
            StrCategoryAxis texts => form with { Kind = "str-category", Texts = [.. texts.Categories] },
            IntCategoryAxis numbers => form with { Kind = "int-category", Numbers = [.. numbers.Categories] },
            _ => form with { Kind = "boolean" },
        };
    }

    internal Axis ToAxis() => Kind switch
    {
        "regular" => new RegularAxis(Bins, Start, Stop, Name, Label, Underflow, Overflow),
        "variable" => new VariableAxis(Edges, Name, Label, Underflow, Overflow),
        "integer" => new IntegerAxis(checked((int)Start), checked((int)Stop), Name, Label, Underflow, Overflow),
        "str-category" => new StrCategoryAxis(Texts ?? [], Name, Label, Growth, Overflow),
        "int-category" => new IntCategoryAxis(Numbers ?? [], Name, Label, Growth, Overflow),
        "boolean" => new BooleanAxis(Name, Label),
        _ => throw new HistogramException($"There is no axis of kind \"{Kind}\"."),
    };
}
