namespace DaskVine.Protocol;

/// <summary>What a call wrote to its standard output and standard error, bounded by the host.</summary>
public readonly record struct CallOutput(string Out, string Error);
