using System.Collections;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using DaskVine.Protocol.Records;

namespace DaskVine.Protocol.Tests.Records;

/// <summary>
/// Records as JSON, under the names and in the order of ARCHITECTURE.md. Drawn from their properties and never from their bytes,
/// so that it tells what a record means whatever its encoding does.
/// </summary>
internal static class RecordJson
{
    // Longer ones are told by their hash, or the golden files would be mostly payloads.
    private const int LongestInFull = 64;

    internal static string TextOf(IReadOnlyList<Record> records) =>
        new JsonArray([.. records.Select(record => (JsonNode)Of(record))]).ToJsonString();

    internal static string TextOf(Record record) => Of(record).ToJsonString();

    internal static JsonObject Of(Record record)
    {
        var fields = new JsonObject();
        foreach (var (name, value) in Parts(record))
            fields[name] = Value(value);
        return new JsonObject { ["kind"] = (int)record.Kind, ["record"] = record.Kind.ToString(), ["fields"] = fields };
    }

    private static JsonObject Bytes(ReadOnlySpan<byte> bytes) => bytes.Length <= LongestInFull
        ? new JsonObject { ["hex"] = Convert.ToHexStringLower(bytes) }
        : new JsonObject { ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(bytes)), ["length"] = bytes.Length };

    private static JsonNode? Value(object? value) => value switch
    {
        null => null,
        string text => text,
        bool truth => truth,
        int number => number,
        long number => number,
        ulong number => number,
        Enum member => Convert.ToInt32(member),
        TaskId task => task.Value,
        FileId file => file.Value,
        ReadOnlyMemory<byte> bytes => Bytes(bytes.Span),
        TaskInput { Value: { } bytes } => Bytes(bytes.Span),
        TaskInput input => new JsonArray(input.File.Value, input.Size),
        IReadOnlyDictionary<string, string> map =>
            new JsonObject(map.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
        IReadOnlyDictionary<string, long> map =>
            new JsonObject(map.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
        IEnumerable items => new JsonArray([.. items.Cast<object?>().Select(Value)]),
        _ => new JsonArray([.. Parts(value).Select(part => Value(part.Value))]),
    };

    /// <summary>What the primary constructor takes, in its order.</summary>
    private static IEnumerable<(string Name, object? Value)> Parts(object whole)
    {
        var type = whole.GetType();
        var constructor = Assert.Single(type.GetConstructors());
        return constructor.GetParameters()
            .Select(parameter => (NameOf(parameter.Name!), type.GetProperty(parameter.Name!)!.GetValue(whole)));
    }

    // "protocol" says it in the table; the property cannot be called like the namespace.
    private static string NameOf(string parameter) =>
        parameter == nameof(Hello.ProtocolVersion) ? "protocol" : JsonNamingPolicy.SnakeCaseLower.ConvertName(parameter);
}
