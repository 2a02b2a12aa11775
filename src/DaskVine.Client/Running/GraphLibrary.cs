using DaskVine.Protocol.Libraries;
using DaskVine.Protocol.Records;

namespace DaskVine.Client;

/// <summary>The library that runs the .NET functions of one graph: their assemblies are files of the graph, and the inputs of each call.</summary>
internal sealed class GraphLibrary
{
    private const string LibraryName = "graph";
    private const int PieceBytes = 1 << 20;

    private readonly LibrarySpec _spec;
    private readonly IReadOnlyList<AssemblyFile> _files;

    /// <exception cref="GraphException">An assembly has no file, or the resources cannot be.</exception>
    public GraphLibrary(Plan plan, GraphRequest request)
    {
        _files = Files(plan, request.LibContext);
        var resources = request.LibResources ?? new LibraryResources();
        if (resources is { Cores: < 0 } or { Slots: < 0 } or { Memory: < 0 })
            throw new GraphException($"{resources} asks for less than nothing");
        if (resources.Cores > 0 && resources.Slots > resources.Cores)
            throw new GraphException($"the library has {resources.Slots} slots on {resources.Cores} cores; there can be one for each core");
        _spec = new LibrarySpec
        {
            Name = LibraryName,
            Runtime = LibraryRuntime.Dotnet,
            Mode = ExecMode.Threads,
            Cores = resources.Cores,
            Slots = resources.Slots,
            Memory = resources.Memory,
            Inputs = [.. _files.Select(file => file.Name)],
            Contents = [.. _files.Select(file => file.ContentName)],
            Setup = request.LibContext is { } context ? (ReadOnlyMemory<byte>?)context.ToBytes() : null,
        };
    }

    /// <summary>How many nodes its files are.</summary>
    public int Count => _files.Count;

    /// <summary>Cores that each call takes.</summary>
    public int CoresPerCall => _spec.CoresPerCall;

    /// <summary>Sends the files as the first nodes of a graph that is open.</summary>
    /// <param name="connection">Where to.</param>
    /// <param name="graph">Its number.</param>
    /// <param name="isNear">Whether the manager can read them where they are.</param>
    public async Task DeclareAsync(Connection connection, int graph, bool isNear)
    {
        var kind = isNear ? FileKind.Path : FileKind.Data;
        connection.Post(new SubmitFiles(graph, 0, [.. _files.Select(file => new DeclaredFile(
            kind, isNear ? file.Path : "", file.ContentName, file.Size, Protocol.Records.CacheLevel.Worker, Shared: true))]));
        for (var node = 0; node < _files.Count && !isNear; node++)
            await SendAsync(connection, graph, node, _files[node]).ConfigureAwait(false);
    }

    /// <summary>The number on the link of what it is.</summary>
    public int Number(Connection connection) => connection.FunctionNumber(LibraryName, _spec.ToBytes());

    private static async Task SendAsync(Connection connection, int graph, int node, AssemblyFile file)
    {
        var data = await File.ReadAllBytesAsync(file.Path).ConfigureAwait(false);
        for (var offset = 0; offset < data.Length; offset += PieceBytes)
        {
            connection.Post(new FileData(graph, node, offset, data.AsMemory(offset, Math.Min(PieceBytes, data.Length - offset))));
            await connection.FlushAsync().ConfigureAwait(false);
        }
    }

    private static List<AssemblyFile> Files(Plan plan, Context? context)
    {
        var functions = plan.Functions.OfType<DotnetFunction>();
        if (context is not null)
            functions = functions.Append(context.Setup);
        // By name, as a library finds them.
        return [.. functions
            .SelectMany(function => function.Assemblies()).Distinct()
            .SelectMany(AssemblyFile.WithDependencies)
            .DistinctBy(file => file.Name)
            .OrderBy(file => file.Name, StringComparer.Ordinal)];
    }
}
