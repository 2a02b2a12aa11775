namespace DaskVine.Histograms;

/// <summary>What one cell holds: the sum of weights, and its variance, NaN when that is not known.</summary>
public readonly record struct Bin(double Value, double Variance);
