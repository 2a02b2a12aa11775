using DaskVine.Protocol;
using DaskVine.Protocol.Libraries;
using DaskVine.Protocol.Records;
using Record = DaskVine.Protocol.Records.Record;

namespace DaskVine.Scheduling.Tests;

/// <summary>A client that has joined, with the numbers that it gave to functions.</summary>
internal sealed class TestClient
{
    private readonly SchedulerEnvironment _environment;
    private readonly List<string> _functions = [];

    public TestClient(SchedulerEnvironment environment, ClientId id, Dictionary<string, string>? versions = null)
    {
        _environment = environment;
        Id = id;
        Versions = versions ?? [];
        SaysHello();
    }

    public ClientId Id { get; }

    /// <summary>What its hello says of its interpreter and packages.</summary>
    public Dictionary<string, string> Versions { get; }

    public void SaysHello()
    {
        _functions.Clear();
        _environment.Handle(new ClientJoined(Id, $"client{Id.Value}", Versions));
    }

    public void Leaves() => _environment.Handle(new ClientLeft(Id));

    public void Sends(Record record) => _environment.Handle(new ClientSent(Id, record));

    public TestGraph Graph(int number = 1, TaskMode mode = TaskMode.FunctionCalls) => new(_environment, this, number, mode);

    /// <summary>The client's number for a function, which is sent when it is new.</summary>
    public int Function(string name) => Function(name, new byte[8]);

    /// <summary>Likewise for a library, which is known by its name.</summary>
    public int Library(LibrarySpec spec) => Function(spec.Name, spec.ToBytes());

    public int Function(string name, byte[] code)
    {
        if (_functions.Contains(name))
            return _functions.IndexOf(name);
        _functions.Add(name);
        Sends(new FunctionCode(_functions.Count - 1, SchedulerEnvironment.Bytes(name), name, code));
        return _functions.Count - 1;
    }
}
