using System.Runtime.CompilerServices;
using DaskVine.Protocol.MsgPack;
using DaskVine.Values.Bodies;
using DaskVine.Values.Plain;

namespace DaskVine.Values;

/// <summary>What a body refers to by number.</summary>
public interface ICallWorld
{
    /// <summary>The function in a slot of the call.</summary>
    /// <exception cref="ValueException">There is none, or it cannot be loaded.</exception>
    BoundFunction FunctionIn(int slot);

    /// <summary>The bytes of an input's value. Values that are made of them may refer to them for as long as they live.</summary>
    /// <exception cref="ValueException">There is no such input, or it cannot be read.</exception>
    ReadOnlyMemory<byte> BytesOf(int input);
}

/// <summary>Evaluates bodies of calls, one at a time: decodes the arguments for the parameters that take them, nested calls first, and calls.</summary>
public sealed class BodyReader(ICallWorld world)
{
    private readonly References _references = new(world);

    /// <summary>Calls the function in slot 0.</summary>
    /// <exception cref="ValueException">An argument does not fit, or cannot be had.</exception>
    /// <exception cref="UserCodeException">A function raised.</exception>
    public object? Call(ReadOnlyMemory<byte> body) => Guarded(body, world.FunctionIn(0));

    /// <summary>The value of an expression: the first element of a body.</summary>
    /// <inheritdoc cref="Call"/>
    public object? Express(ReadOnlyMemory<byte> body) => Guarded(body, null);

    private object? Guarded(ReadOnlyMemory<byte> body, BoundFunction? function)
    {
        try
        {
            var source = new PlainSource(body, "an argument", _references);
            var count = source.Reader.ReadArrayHeader();
            return function is null ? source.Read(typeof(object)) : function.Call(ref source, count);
        }
        catch (MsgPackException e)
        {
            throw new ValueException($"the arguments are malformed: {e.Message}", e);
        }
        finally
        {
            _references.Clear();
        }
    }

    private sealed class References(ICallWorld world) : IReferences
    {
        // Clearing a table that has been large costs as much as filling it.
        private const int Few = 64;

        // Inputs that this call has decoded.
        private Dictionary<(int Input, Type Wanted), object?> _decoded = [];

        public void Clear()
        {
            if (_decoded.Count > Few)
                _decoded = [];
            else
                _decoded.Clear();
        }

        public object? Resolve(sbyte extension, ReadOnlyMemory<byte> payload, Type wanted, string what)
        {
            switch (extension)
            {
                case BodyExtension.Input: return Input(BodyExtension.Index(payload.Span), wanted, what);
                case BodyExtension.Call: return Nested(payload, wanted, what);
                case BodyExtension.Function: return world.FunctionIn(BodyExtension.Index(payload.Span)).ToDelegate(wanted, what);
                case BodyExtension.Tuple: return new PlainSource(payload, what, this).Read(wanted);
                // The bytes of a body are gone after the call.
                case BodyExtension.Arrow: return ValueCodec.Decode(payload.ToArray(), wanted, what);
                case BodyExtension.Pickle: throw new ValueException($"{what} is given a Python object that has no Arrow form, which .NET cannot read");
                default: throw new ValueException($"{what} is given the unknown extension type {extension}");
            }
        }

        private object? Input(int input, Type wanted, string what)
        {
            if (_decoded.TryGetValue((input, wanted), out var value))
                return value;
            value = ValueCodec.Decode(world.BytesOf(input), wanted, what);
            _decoded.Add((input, wanted), value);
            return value;
        }

        private object? Nested(ReadOnlyMemory<byte> payload, Type wanted, string what)
        {
            if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
                throw new ValueException($"{what} is given calls that are nested too deeply for the stack of a thread");
            var source = new PlainSource(payload, what, this);
            var count = source.Reader.ReadArrayHeader();
            var function = world.FunctionIn(source.Reader.ReadInt32());
            return ValueCodec.Convert(function.Call(ref source, count - 1), wanted, what);
        }
    }
}
