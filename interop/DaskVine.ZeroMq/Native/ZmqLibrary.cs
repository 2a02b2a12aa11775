using System.Reflection;
using System.Runtime.InteropServices;

namespace DaskVine.ZeroMq;

/// <summary>Finds and loads the shared library behind <see cref="NativeZmq"/>.</summary>
internal static class ZmqLibrary
{
    internal const string Name = "libzmq";
    internal const string Variable = "DASKVINE_LIBZMQ";

    private static readonly string[] DefaultNames = ["libzmq.so.5", "libzmq.so"];

    internal static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        name == Name ? Load(Environment.GetEnvironmentVariable(Variable)) : 0;

    /// <summary>Loads the copy at <paramref name="path"/>, or the system's when none is named.</summary>
    /// <exception cref="ZmqNotFoundException">No such library loads.</exception>
    internal static nint Load(string? path)
    {
        // A named copy that does not load is a mistake to report, not a reason to run another version.
        string[] candidates = string.IsNullOrEmpty(path) ? DefaultNames : [path];
        foreach (string candidate in candidates)
        {
            if (NativeLibrary.TryLoad(candidate, out nint library)) return library;
        }

        throw new ZmqNotFoundException(
            $"libzmq could not be loaded from {string.Join(" or ", candidates)}: " +
            $"install it with `apt-get install libzmq5`, or set {Variable} to the path of a copy.");
    }
}
