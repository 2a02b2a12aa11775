using System.Text;
using DaskVine.Protocol;
using DaskVine.Protocol.Libraries;
using DaskVine.Protocol.Records;
using static DaskVine.Worker.Tests.PythonCalls;

namespace DaskVine.Worker.Tests;

/// <summary>Libraries whose setup is Python code, and calls of them, each of which evaluates an expression.</summary>
internal static class LibraryCalls
{
    private const int Library = 7;
    private const int Eval = 1;

    /// <summary>What has to be sent before calls; no modules are needed by then.</summary>
    public static Protocol.Records.Record[] Definition(LibrarySpec spec, int number = Library) =>
        [Function(Eval, "builtins", "eval"), new FunctionCode(number, new byte[16], $"library {spec.Name}", spec.ToBytes())];

    public static Assign Evaluate(long task, string expression, int library = Library, params FileSize[] files) => Call(task, Eval, expression) with
    {
        Library = library,
        Inputs = [.. files.Select(file => new TaskInput(null, file.File, file.Size))],
    };

    /// <summary>A setup that executes statements.</summary>
    public static byte[] Setup(string code) => Encoding.ASCII.GetBytes($"(cbuiltins\nexec\n(V{Escaped(code)}\nt(dt.");

    /// <summary>A function of Python's own that executes statements whenever it is unpickled.</summary>
    public static FunctionCode FunctionThat(int number, string code, string module, string name) =>
        new(number, new byte[16], name, Encoding.ASCII.GetBytes($"cbuiltins\nexec\n(V{Escaped(code)}\ntR0c{module}\n{name}\n."));

    /// <summary>A statement that appends a process's number to a file.</summary>
    public static string Count(string path) => $"print(__import__('os').getpid(), file=open('{path}', 'a'))";

    /// <summary>The texts that are in a pickle of them, with what Python puts around them.</summary>
    public static string Text(Completed completed) => Encoding.UTF8.GetString(completed.Value!.Value.Span);

    /// <summary>Evaluates one expression, alone.</summary>
    public static Completed Run(this FakeManager manager, long task, string expression)
    {
        manager.Send(Evaluate(task, expression));
        return manager.Receive<Completed>();
    }

    private static string Escaped(string code) => code.Replace("\\", "\\u005c", StringComparison.Ordinal).Replace("\n", "\\u000a", StringComparison.Ordinal);
}
