using System.Diagnostics;
using DaskVine.Protocol;
using DaskVine.Protocol.Host;
using DaskVine.Protocol.Libraries;
using DaskVine.Protocol.MsgPack;
using DaskVine.Values;

namespace DaskVine.LibraryHost;

/// <summary>A library of .NET functions: is set up, loads functions, and starts a thread for each slot that the worker asks for.</summary>
internal sealed class LibraryProcess(string path, int inlineLimit) : IDisposable
{
    private const int SetupFailed = 1;

    private readonly HostChannel _channel = new(path);
    private readonly Replies _replies = new();
    private readonly FunctionTable _functions = new();
    private LibraryAssemblies? _assemblies;
    private int? _exitCode;

    /// <summary>Serves until the worker closes; returns the exit code.</summary>
    public int Run()
    {
        _replies.Hello("library", 0, ("dotnet", $"{Environment.Version}"));
        do
        {
            while (_exitCode is null && _channel.TryTake(out var record))
                Obey(record);
            _channel.Send(_replies.Written);
            _replies.Clear();
        }
        while (_exitCode is null && _channel.Fill());
        return _exitCode ?? 0;
    }

    public void Dispose() => _channel.Dispose();

    internal static void Forget(FunctionTable functions, ref MsgPackReader reader)
    {
        for (var count = reader.ReadArrayHeader(); count > 0; count--)
            functions.Forget(reader.ReadInt32());
    }

    private void Obey(ReadOnlyMemory<byte> record)
    {
        var reader = new MsgPackReader(record.Span);
        reader.ReadArrayHeader();
        switch ((HostRecordKind)reader.ReadInt32())
        {
            case HostRecordKind.Fork:
                var slot = reader.ReadInt32();
                new SlotThread(path, slot, _functions, _assemblies ?? throw new InvalidDataException("a fork before the setup"), inlineLimit).Start();
                break;
            case HostRecordKind.Function: Load(reader.ReadInt32(), reader.ReadString(), reader.ReadBinary().ToArray()); break;
            case HostRecordKind.Forget: Forget(_functions, ref reader); break;
            case HostRecordKind.Setup: SetUp(LibrarySpec.Read(reader.ReadBinary())); break;
            // A module of Python's.
            case HostRecordKind.Upload: break;
            case var kind: throw new InvalidDataException($"the worker sent record kind {(int)kind} to a library");
        }
    }

    private void Load(int number, string name, byte[] code)
    {
        var start = Stopwatch.GetTimestamp();
        _functions.Learn(number, name, code);
        var isLoaded = true;
        try
        {
            _functions.Find(number).Bind();
        }
        catch (ValueException e)
        {
            // Its calls tell it again, each.
            Console.Error.WriteLine($"daskvine: {e.Message}");
            isLoaded = false;
        }

        _replies.Loaded(number, Microseconds(start), isLoaded);
    }

    private void SetUp(LibrarySpec spec)
    {
        var start = Stopwatch.GetTimestamp();
        Failure? failure = null;
        _assemblies = new LibraryAssemblies(Environment.CurrentDirectory, spec.Inputs);
        _functions.Open(_assemblies, context: null);
        try
        {
            if (spec.Setup is { } setup)
                _functions.Open(_assemblies, ContextOf(LibrarySetup.Read(setup.Span)));
        }
        catch (Exception e)
        {
            failure = Failures.OfSetup(spec.Name, e);
            _exitCode = SetupFailed;
        }

        _replies.Ready(Microseconds(start), failure);
    }

    private LibraryContext ContextOf(LibrarySetup setup)
    {
        using var reflection = _assemblies!.EnterContextualReflection();
        var function = _functions.Bind(setup.Function);
        var value = new BodyReader(new SetupWorld(function)).Call(setup.Arguments);
        return new LibraryContext(value, function.Result);
    }

    private static long Microseconds(long since) => (long)Stopwatch.GetElapsedTime(since).TotalMicroseconds;

    private sealed class SetupWorld(BoundFunction function) : ICallWorld
    {
        public BoundFunction FunctionIn(int slot) => slot == 0 ? function : throw new ValueException("the setup of a library calls no other functions");

        public ReadOnlyMemory<byte> BytesOf(int input) => throw new ValueException("the setup of a library has no inputs");
    }
}
