using System.Globalization;
using DaskVine.Simulation.Network;

namespace DaskVine.Simulation.Graphs;

/// <summary>Files that clients declare: their paths and addresses say what is in them.</summary>
internal static class DeclaredContent
{
    public static string SourceOf(CallPlan call) => $"/{call.Key:x}/{call.Size}";

    /// <summary>What is at a path or, after its scheme, at an address.</summary>
    public static byte[] Read(string source)
    {
        var parts = source.Split('/');
        return Values.Of(ulong.Parse(parts[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture), [], int.Parse(parts[2], CultureInfo.InvariantCulture));
    }

    /// <summary>A place where everything is that its address names.</summary>
    public static FileServer ServerOf(string name, World world) =>
        new(new NetworkNode(name, world.Options.SharedBandwidth), "", (_, source) => world.Stored(Read(source)));
}
