namespace DaskVine.Protocol.Libraries;

/// <summary>Which process runs the calls of a library.</summary>
public enum ExecMode
{
    /// <summary>Children that are forked from the set up library, and kept.</summary>
    Fork,

    /// <summary>A fresh child for each call, so that nothing a call leaves behind is seen by another.</summary>
    ForkPerCall,

    /// <summary>The library's process itself, one call at a time.</summary>
    Direct,

    /// <summary>Processes that are each set up by themselves: for what must not be forked, such as threads and CUDA.</summary>
    Spawn,

    /// <summary>Threads of the library's process: of a .NET library, and of no other.</summary>
    Threads,
}
