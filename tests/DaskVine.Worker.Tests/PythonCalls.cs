using System.Buffers.Binary;
using System.Text;
using DaskVine.Protocol;
using DaskVine.Protocol.MsgPack;
using DaskVine.Protocol.Records;

namespace DaskVine.Worker.Tests;

/// <summary>Functions of Python's library by name, calls of them, and results that are integers or bytes.</summary>
internal static class PythonCalls
{
    private const sbyte InputExtension = 1;

    public static FunctionCode Function(int number, string module, string name) =>
        new(number, new byte[16], name, Encoding.ASCII.GetBytes($"c{module}\n{name}\n."));

    public static FileId OutputOf(long task) => new(1000 + task);

    public static Assign Call(long task, int function, params object[] arguments) => new(
        new TaskId(task), 1, TaskMode.FunctionCalls, [function], Body(arguments), [], OutputOf(task));

    /// <summary>A call of a function on one file.</summary>
    public static Assign CallOn(long task, int function, FileSize file)
    {
        var writer = new MsgPackWriter();
        writer.WriteArrayHeader(1);
        writer.WriteExtension(InputExtension, [0]);
        return Call(task, function) with { Body = writer.ToArray(), Inputs = [new TaskInput(null, file.File, file.Size)] };
    }

    /// <summary>The integer that a plain value is.</summary>
    public static long Integer(ReadOnlyMemory<byte>? value)
    {
        var bytes = value!.Value.Span;
        Assert.Equal(0xc1, bytes[0]);
        return new MsgPackReader(bytes[1..]).ReadInt64();
    }

    private static byte[] Body(object[] arguments)
    {
        var writer = new MsgPackWriter();
        writer.WriteArrayHeader(arguments.Length);
        foreach (var argument in arguments)
        {
            if (argument is string text)
                writer.Write(text);
            else
                writer.Write(Convert.ToInt64(argument));
        }

        return writer.ToArray();
    }
}
