using System.Diagnostics.CodeAnalysis;
using DaskVine.Histograms.Axes;

namespace DaskVine.Histograms;

/// <summary>Adds axes one by one, and ends with a storage: <c>Hist.New.Reg(100, 0, 200, name: "met").Double()</c>.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "The names are those that physicists know.")]
public sealed class HistBuilder
{
    private readonly List<Axis> _axes = [];

    internal HistBuilder()
    {
    }

    /// <summary>An axis of `bins` bins of one width from `start` to `stop`: <see cref="RegularAxis"/>.</summary>
    public HistBuilder Reg(
        int bins, double start, double stop, string name = "", string label = "", bool underflow = true, bool overflow = true) =>
        Axis(new RegularAxis(bins, start, stop, name, label, underflow, overflow));

    /// <summary>An axis of bins between edges: <see cref="VariableAxis"/>.</summary>
    public HistBuilder Var(
        ReadOnlySpan<double> edges, string name = "", string label = "", bool underflow = true, bool overflow = true) =>
        Axis(new VariableAxis(edges, name, label, underflow, overflow));

    /// <summary>An axis with a bin for each whole number from `start` to before `stop`: <see cref="IntegerAxis"/>.</summary>
    public HistBuilder Int(
        int start, int stop, string name = "", string label = "", bool underflow = true, bool overflow = true) =>
        Axis(new IntegerAxis(start, stop, name, label, underflow, overflow));

    /// <summary>An axis with a bin for each text: <see cref="StrCategoryAxis"/>.</summary>
    public HistBuilder StrCat(
        IEnumerable<string> categories, string name = "", string label = "", bool growth = false, bool overflow = true) =>
        Axis(new StrCategoryAxis(categories, name, label, growth, overflow));

    /// <summary>An axis with a bin for each of some whole numbers: <see cref="IntCategoryAxis"/>.</summary>
    public HistBuilder IntCat(
        IEnumerable<long> categories, string name = "", string label = "", bool growth = false, bool overflow = true) =>
        Axis(new IntCategoryAxis(categories, name, label, growth, overflow));

    /// <summary>An axis of false and true: <see cref="BooleanAxis"/>.</summary>
    public HistBuilder Bool(string name = "", string label = "") => Axis(new BooleanAxis(name, label));

    /// <summary>An axis that is there already.</summary>
    public HistBuilder Axis(Axis axis)
    {
        _axes.Add(axis);
        return this;
    }

    /// <summary>An empty histogram of exact counts, without weights.</summary>
    public Hist Int64() => new(_axes, StorageKind.Int64);

    /// <summary>An empty histogram of sums of weights.</summary>
    public Hist Double() => new(_axes, StorageKind.Double);

    /// <summary>An empty histogram of sums of weights and of their squares.</summary>
    public Hist Weight() => new(_axes, StorageKind.Weight);
}
