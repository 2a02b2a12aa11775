namespace DaskVine.Protocol;

/// <summary>How a worker runs the tasks of a graph.</summary>
public enum TaskMode
{
    /// <summary>In a warm child of the worker's library process.</summary>
    FunctionCalls = 0,

    /// <summary>In a fresh interpreter with a sandbox directory of its own.</summary>
    Tasks = 1,

    /// <summary>A shell command in a sandbox directory of its own; its result is a report about it.</summary>
    Command = 2,
}
