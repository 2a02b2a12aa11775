using System.CommandLine;

namespace DaskVine.Cli;

/// <summary><c>daskvine worker</c></summary>
internal static class WorkerCommand
{
    public static Command Create() => new("worker", "x");
}
