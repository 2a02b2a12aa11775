using System.Text.Json;

namespace DaskVine.Protocol.Tests.MsgPack;

/// <summary>What python3-msgpack wrote under tests/golden/msgpack, and what it says it wrote.</summary>
internal static class MsgPackGoldenFiles
{
    internal static string Folder { get; } = Path.Combine(Root(), "tests", "golden", "msgpack");

    internal static byte[] Bytes() => File.ReadAllBytes(Path.Combine(Folder, "values.bin"));

    /// <summary>The values in order; Single marks those that Python was told to write in 32 bits.</summary>
    internal static List<(MsgPackNode Node, bool Single)> Values()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "values.json")));
        return [.. document.RootElement.EnumerateArray().Select(value => (Node(value), value.TryGetProperty("single", out _)))];
    }

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "DaskVine.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }

    private static MsgPackNode Node(JsonElement value) => Text(value, "type") switch
    {
        "nil" => new MsgPackNode.Nil(),
        "bool" => new MsgPackNode.Truth(value.GetProperty("value").GetBoolean()),
        "int" => new MsgPackNode.Whole(Int128.Parse(Text(value, "value"))),
        "float" => new MsgPackNode.Real(Convert.ToUInt64(Text(value, "bits"), 16)),
        "str" => new MsgPackNode.Text(string.Concat(Repeated(value, [Text(value, "value")]))),
        "bin" => new MsgPackNode.Binary(Data(value)),
        "ext" => new MsgPackNode.Extension(value.GetProperty("code").GetSByte(), Data(value)),
        "array" => new MsgPackNode.Sequence(Repeated(value, [.. value.GetProperty("items").EnumerateArray().Select(Node)])),
        "map" => new MsgPackNode.Map([.. value.GetProperty("pairs").EnumerateArray().Select(pair => (Node(pair[0]), Node(pair[1])))]),
        string other => throw new InvalidOperationException($"values.json holds the unknown type {other}."),
    };

    private static byte[] Data(JsonElement value) => Repeated(value, Convert.FromHexString(Text(value, "hex")));

    private static T[] Repeated<T>(JsonElement value, T[] part) =>
        [.. Enumerable.Repeat(part, value.GetProperty("times").GetInt32()).SelectMany(element => element)];

    private static string Text(JsonElement value, string name) => value.GetProperty(name).GetString()!;
}
