using DaskVine.Protocol.MsgPack;

namespace DaskVine.Values;

/// <summary>What a library of .NET functions calls once: its result is the context of the functions.</summary>
/// <param name="Arguments">A body without inputs.</param>
public sealed record LibrarySetup(FunctionReference Function, ReadOnlyMemory<byte> Arguments)
{
    /// <summary>As the setup of a library's spec.</summary>
    public byte[] ToBytes()
    {
        var writer = new MsgPackWriter();
        writer.WriteMapHeader(2);
        writer.Write("function");
        writer.WriteRaw(Function.ToCode());
        writer.Write("args");
        writer.WriteBinary(Arguments.Span);
        return writer.ToArray();
    }

    /// <exception cref="ValueException">Malformed.</exception>
    public static LibrarySetup Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            FunctionReference? function = null;
            byte[] arguments = [0x90];
            var reader = new MsgPackReader(bytes);
            for (var count = reader.ReadMapHeader(); count > 0; count--)
            {
                switch (reader.ReadString())
                {
                    case "function":
                        var from = reader.Consumed;
                        reader.Skip();
                        function = FunctionReference.Read(bytes[from..reader.Consumed]);
                        break;
                    case "args": arguments = reader.ReadBinary().ToArray(); break;
                    default: reader.Skip(); break;
                }
            }

            return new LibrarySetup(function ?? throw new ValueException("the setup of a library names no function"), arguments);
        }
        catch (MsgPackException e)
        {
            throw new ValueException($"the setup of a library is malformed: {e.Message}", e);
        }
    }
}
