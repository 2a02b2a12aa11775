using DaskVine.Protocol;
using DaskVine.Values;

namespace DaskVine.LibraryHost;

/// <summary>What is told of a call that gave no result.</summary>
internal static class Failures
{
    // Bounds of what a failure may cost the manager, in characters.
    private const int MessageLimit = 4_000;
    private const int TraceLimit = 64_000;

    // Frames between the host's and the user's.
    private static readonly string[] s_ours =
        ["   at DaskVine.Values.BoundFunction.", "   at DaskVine.Values.Awaiting.", "   at InvokeStub_", "   at System.Reflection.", "   at System.RuntimeMethodHandle."];

    /// <summary>What ended a call before it had a result.</summary>
    public static Failure Of(Exception error) => error switch
    {
        UserCodeException { InnerException: { } raised } when MissingIn(raised) is { } missing =>
            new Failure(FailureKind.Unloadable, Bounded($"a part of the function cannot be loaded: {Describe(missing)}. It is to be among the library's inputs", MessageLimit), Trace(raised), null),
        UserCodeException { InnerException: { } raised } => new Failure(FailureKind.Raised, Describe(raised), Trace(raised), null),
        ValueException => new Failure(FailureKind.Unloadable, Bounded(error.Message, MessageLimit), error.InnerException is { } inner ? Trace(inner) : "", null),
        _ => new Failure(FailureKind.Unloadable, Describe(error), Trace(error), null),
    };

    /// <summary>What kept a result in this process.</summary>
    public static Failure OfResult(object? result, Exception error) => new(
        FailureKind.Unpicklable,
        Bounded($"the result, of type {result?.GetType().Name ?? "null"}, cannot leave the process: {error.Message}", MessageLimit),
        error is ValueException ? "" : Trace(error),
        null);

    public static Failure OfSetup(string library, Exception error)
    {
        var raised = error is UserCodeException { InnerException: { } inner } ? inner : error;
        var what = error is UserCodeException ? $"its setup raised {Describe(raised)}" : raised.Message;
        return new Failure(FailureKind.Library, Bounded($"library {library}: {what}", MessageLimit), Trace(raised), null);
    }

    // The compiler of the runtime finds out late, in the middle of user code.
    private static Exception? MissingIn(Exception raised) => raised switch
    {
        FileNotFoundException { FileName: { } name } when name.Contains(", Version=", StringComparison.Ordinal) => raised,
        FileLoadException or BadImageFormatException or TypeLoadException or MissingMethodException or MissingFieldException => raised,
        TypeInitializationException { InnerException: { } inner } => MissingIn(inner),
        _ => null,
    };

    private static string Describe(Exception error) => Bounded($"{error.GetType().Name}: {error.Message}", MessageLimit);

    /// <summary>Types, messages and the user's frames, with causes.</summary>
    private static string Trace(Exception error)
    {
        string text;
        try
        {
            text = error.ToString();
        }
        catch (Exception e)
        {
            // An exception of the user's may raise when it is asked.
            return $"<no stack trace: {e.GetType().Name}>";
        }

        var lines = text.Split('\n').Where(line => !Array.Exists(s_ours, ours => line.StartsWith(ours, StringComparison.Ordinal)));
        return Bounded(string.Join('\n', lines), TraceLimit);
    }

    private static string Bounded(string text, int limit) => text.Length <= limit
        ? text
        : $"{text[..(limit / 2)]}\n… {text.Length - limit} characters left out …\n{text[^(limit / 2)..]}";
}
