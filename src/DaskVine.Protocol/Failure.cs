namespace DaskVine.Protocol;

/// <summary>Why a task did not give a result.</summary>
public enum FailureKind
{
    /// <summary>User code raised.</summary>
    Raised = 0,

    /// <summary>A function or argument could not be unpickled where it was to run.</summary>
    Unloadable = 1,

    /// <summary>The result cannot be pickled.</summary>
    Unpicklable = 2,

    /// <summary>The process that ran it ended.</summary>
    Died = 3,

    /// <summary>Given up after it had been running on several workers or processes that died, or its result could not be stored at the manager.</summary>
    Lost = 4,

    /// <summary>The graph cannot run: a cycle, a missing node, a wrong count.</summary>
    Invalid = 5,

    /// <summary>The library that was to run it could not be set up, or ended again and again.</summary>
    Library = 6,
}

/// <summary>A failed task, as data.</summary>
/// <param name="Kind">What sort of failure.</param>
/// <param name="Message">One or two sentences for people.</param>
/// <param name="Traceback">The remote traceback, or empty.</param>
/// <param name="Exception">The pickled exception, or null when there is none that can be unpickled.</param>
public sealed record Failure(FailureKind Kind, string Message, string Traceback, ReadOnlyMemory<byte>? Exception)
{
    public static Failure Of(FailureKind kind, string message) => new(kind, message, "", null);
}
