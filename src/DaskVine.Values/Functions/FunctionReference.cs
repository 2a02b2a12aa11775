using System.Reflection;
using System.Runtime.CompilerServices;
using DaskVine.Protocol.MsgPack;

namespace DaskVine.Values;

/// <summary>A .NET function as it travels: a name, not code.</summary>
/// <param name="Assembly">Its simple name.</param>
/// <param name="Hash">SHA-256 of the assembly's file; empty when nobody is to check it.</param>
/// <param name="Type">Full name of the type that declares it.</param>
/// <param name="Generic">Names of the types that a generic method is made with.</param>
/// <param name="Parameters">Types of its parameters, to tell overloads; null where there is one method of that name.</param>
public sealed record FunctionReference(
    string Assembly, ReadOnlyMemory<byte> Hash, string Type, string Method, IReadOnlyList<string> Generic, IReadOnlyList<string>? Parameters)
{
    private const string Key = "dotnet";

    // A map of one pair, and that key.
    private static readonly byte[] s_beginning = [0x81, 0xa6, .. "dotnet"u8];

    /// <summary>For people, as in <c>Kernels.Fill</c>.</summary>
    public string Name => $"{Type[(Type.LastIndexOf('.') + 1)..]}.{Method}";

    /// <exception cref="ValueException">It is no static method, nor a lambda that captures nothing.</exception>
    public static FunctionReference Of(MethodInfo method, ReadOnlyMemory<byte> hash = default)
    {
        var type = method.DeclaringType ?? throw new ValueException($"{method.Name} has no type that declares it, so a worker cannot find it");
        if (method.ContainsGenericParameters)
            throw new ValueException($"{type.Name}.{method.Name} is generic: say with which types, as in {method.Name}<double>");
        if (!method.IsStatic && !IsStateless(type))
            throw new ValueException(type.IsDefined(typeof(CompilerGeneratedAttribute))
                ? $"the lambda in {type.DeclaringType?.Name ?? type.Name} captures variables, which stay in this process: make them its parameters"
                : $"{type.Name}.{method.Name} is an instance method: make it static, and the instance its first parameter");
        return new FunctionReference(
            type.Assembly.GetName().Name!,
            hash,
            type.FullName!,
            method.Name,
            [.. method.GetGenericArguments().Select(argument => argument.AssemblyQualifiedName!)],
            [.. method.GetParameters().Select(parameter => $"{parameter.ParameterType}")]);
    }

    /// <summary>Whether the code of a function is that of a .NET function.</summary>
    public static bool IsCode(ReadOnlySpan<byte> code) => code.StartsWith(s_beginning);

    /// <exception cref="ValueException">It is none of .NET, or malformed.</exception>
    public static FunctionReference Read(ReadOnlySpan<byte> code)
    {
        if (!IsCode(code))
            throw new ValueException("the function is none of .NET: a Python function cannot run in a library of .NET functions");
        try
        {
            var reader = new MsgPackReader(code[s_beginning.Length..]);
            return ReadMap(ref reader);
        }
        catch (MsgPackException e)
        {
            throw new ValueException($"the code of a .NET function is malformed: {e.Message}", e);
        }
    }

    /// <summary>The code bytes of a Function record.</summary>
    public byte[] ToCode()
    {
        var writer = new MsgPackWriter();
        writer.WriteMapHeader(1);
        writer.Write(Key);
        writer.WriteMapHeader(Parameters is null ? 5 : 6);
        Write(writer, "assembly", Assembly);
        writer.Write("hash");
        writer.WriteBinary(Hash.Span);
        Write(writer, "type", Type);
        Write(writer, "method", Method);
        Write(writer, "generic", Generic);
        if (Parameters is not null)
            Write(writer, "parameters", Parameters);
        return writer.ToArray();
    }

    /// <summary>Finds the method, and makes it ready to be called.</summary>
    /// <param name="load">Finds an assembly by its simple name. What it raises is told as the reason.</param>
    /// <param name="context">What the library's setup has returned; null without a setup.</param>
    /// <exception cref="ValueException">It is not there, or takes what no call can give; the message names assembly and method.</exception>
    public BoundFunction Bind(Func<string, Assembly> load, LibraryContext? context = null) =>
        new(Name, MethodFinder.Find(this, load), context);

    /// <summary>Whether any object of the type is as good as another, as with the lambdas that the compiler gathers in one.</summary>
    internal static bool IsStateless(Type type) =>
        type.IsDefined(typeof(CompilerGeneratedAttribute))
        && type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Length == 0;

    private static FunctionReference ReadMap(ref MsgPackReader reader)
    {
        var function = new FunctionReference("", default, "", "", [], null);
        for (var count = reader.ReadMapHeader(); count > 0; count--)
        {
            switch (reader.ReadString())
            {
                case "assembly": function = function with { Assembly = reader.ReadString() }; break;
                case "hash": function = function with { Hash = reader.ReadBinary().ToArray() }; break;
                case "type": function = function with { Type = reader.ReadString() }; break;
                case "method": function = function with { Method = reader.ReadString() }; break;
                case "generic": function = function with { Generic = ReadTexts(ref reader) }; break;
                case "parameters": function = function with { Parameters = ReadTexts(ref reader) }; break;
                default: reader.Skip(); break;
            }
        }

        return function;
    }

    private static string[] ReadTexts(ref MsgPackReader reader)
    {
        var texts = new string[reader.ReadArrayHeader()];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = reader.ReadString();
        return texts;
    }

    private static void Write(MsgPackWriter writer, string key, string value)
    {
        writer.Write(key);
        writer.Write(value);
    }

    private static void Write(MsgPackWriter writer, string key, IReadOnlyList<string> values)
    {
        writer.Write(key);
        writer.WriteArrayHeader(values.Count);
        foreach (var value in values)
            writer.Write(value);
    }
}
