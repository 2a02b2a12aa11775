using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Client;

/// <summary>A task has failed at a worker: its function raised, or could not be run. Its text names the task, the function and the worker.</summary>
public sealed class RemoteException : VineException
{
    private RemoteException(GraphFailed failed, string message)
        : base(message)
    {
        (RemoteType, RemoteMessage) = failed.Failure.Kind == FailureKind.Raised ? Split(failed.Failure.Message) : ("", failed.Failure.Message);
        Key = failed.Key;
        Function = failed.Function;
        Worker = failed.Worker;
        RemoteStackTrace = failed.Failure.Traceback;
    }

    /// <summary>Of the task, as text.</summary>
    public string Key { get; }

    /// <summary>Name of its function.</summary>
    public string Function { get; }

    /// <summary>Name of the worker that ran it.</summary>
    public string Worker { get; }

    /// <summary>Type of the exception there, such as <c>ValueError</c>; empty when it was not the function that raised.</summary>
    public string RemoteType { get; }

    /// <summary>What it said.</summary>
    public string RemoteMessage { get; }

    /// <summary>Its stack, or Python traceback; may be empty.</summary>
    public string RemoteStackTrace { get; }

    /// <inheritdoc/>
    public override string ToString() =>
        RemoteStackTrace.Length == 0 ? base.ToString() : $"{base.ToString()}\n--- at the worker:\n{RemoteStackTrace.TrimEnd()}";

    internal static VineException Of(GraphFailed failed)
    {
        if (failed.Failure.Kind == FailureKind.Invalid)
            return new GraphException($"{Place(failed)}: {failed.Failure.Message}");
        var advice = Advice(failed.Failure.Kind);
        return new RemoteException(failed, $"{Place(failed)}: {failed.Failure.Message}{(advice.Length > 0 ? $"\n{advice}" : "")}");
    }

    private static string Place(GraphFailed failed) => failed.Key.Length == 0 && failed.Worker.Length == 0
        ? "the graph"
        : $"task {failed.Key}{(failed.Function.Length > 0 ? $" (function {failed.Function})" : "")}"
            + (failed.Worker.Length > 0 ? $" on worker {failed.Worker}" : "");

    private static string Advice(FailureKind kind) => kind switch
    {
        FailureKind.Unloadable => "What its function and arguments need must be there for workers too.",
        FailureKind.Unpicklable => "Return what can travel: numbers, text, arrays, tables, or records of these.",
        FailureKind.Died => "Its function, or a library that it calls, must return or throw instead.",
        FailureKind.Lost => "Where memory ran out, make its pieces smaller or start workers with fewer cores.",
        _ => "",
    };

    // "Type: text".
    private static (string Type, string Message) Split(string message)
    {
        var colon = message.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (message.Contains(' ', StringComparison.Ordinal) ? "" : message, message)
            : message.AsSpan(0, colon).Contains(' ') ? ("", message)
            : (message[..colon], message[(colon + 1)..].TrimStart());
    }
}
