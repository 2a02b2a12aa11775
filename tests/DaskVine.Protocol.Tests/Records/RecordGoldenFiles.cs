using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DaskVine.Protocol.Tests.MsgPack;

namespace DaskVine.Protocol.Tests.Records;

/// <summary>
/// Messages under tests/golden/records: NAME.bin has, per message, u32 frames, then per frame u32 length and bytes (little-endian);
/// NAME.json has what each message says, one line per message.
/// </summary>
internal static class RecordGoldenFiles
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string Folder { get; } = Path.Combine(MsgPackGoldenFiles.Folder, "..", "records");

    internal static List<WireMessage> Messages(string name)
    {
        var messages = new List<WireMessage>();
        ReadOnlyMemory<byte> rest = File.ReadAllBytes(Path.Combine(Folder, name + ".bin"));
        while (!rest.IsEmpty)
        {
            var frames = new ReadOnlyMemory<byte>[Take(ref rest)];
            for (var i = 0; i < frames.Length; i++)
            {
                var length = Take(ref rest);
                (frames[i], rest) = (rest[..length], rest[length..]);
            }

            messages.Add(new WireMessage(frames[0].ToArray(), frames[1..]));
        }

        return messages;
    }

    internal static List<string> Descriptions(string name) =>
        [.. JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, name + ".json")))!.AsArray().Select(line => line!.ToJsonString(Plain))];

    internal static void Write(string name, IReadOnlyList<WireMessage> messages)
    {
        using var output = File.Create(Path.Combine(Folder, name + ".bin"));
        foreach (var message in messages)
        {
            Put(output, message.Frames.Count + 1);
            foreach (var frame in message.Frames.Prepend(message.Header))
            {
                Put(output, frame.Length);
                output.Write(frame.Span);
            }
        }

        var lines = messages.Select(Describe);
        File.WriteAllText(Path.Combine(Folder, name + ".json"), $"[\n{string.Join(",\n", lines)}\n]\n");
    }

    /// <summary>One line of NAME.json: the link's fields and the records as they are read.</summary>
    internal static string Describe(WireMessage message)
    {
        var (link, records) = message.Read();
        return new JsonObject
        {
            ["link"] = new JsonArray(link.Epoch, link.Seq, link.Ack, link.Credit),
            ["records"] = new JsonArray([.. records.Select(record => (JsonNode)RecordJson.Of(record))]),
        }.ToJsonString(Plain);
    }

    private static int Take(ref ReadOnlyMemory<byte> rest)
    {
        var value = BinaryPrimitives.ReadInt32LittleEndian(rest.Span);
        rest = rest[sizeof(int)..];
        return value;
    }

    private static void Put(FileStream output, int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        output.Write(bytes);
    }
}
