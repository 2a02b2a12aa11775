namespace DaskVine.Client;

/// <summary>How long workers keep a file.</summary>
public enum CacheLevel
{
    /// <summary>While commands that are there need it.</summary>
    Task,

    /// <summary>Until this client leaves or undeclares it.</summary>
    Workflow,

    /// <summary>Until the worker ends, for whoever declares the same content.</summary>
    Worker,

    /// <summary>Beyond the worker's end.</summary>
    Forever,
}
