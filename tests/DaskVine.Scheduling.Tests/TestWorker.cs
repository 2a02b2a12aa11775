using DaskVine.Protocol;
using DaskVine.Protocol.Records;
using Record = DaskVine.Protocol.Records.Record;

namespace DaskVine.Scheduling.Tests;

/// <summary>A worker that says what a story tells it to say; tasks and files go by their keys.</summary>
internal sealed class TestWorker(
    SchedulerEnvironment environment, WorkerId id, int cores, string? name = null, Dictionary<string, long>? resources = null)
{
    private readonly List<Transfer> _transfers = [];
    private readonly List<MakeFile> _makes = [];

    public const long LargeSize = 1_000_000;

    public string Name => name ?? $"worker-{id.Value}";

    /// <summary>What its hello says of its interpreter and packages.</summary>
    public Dictionary<string, string> Versions { get; init; } = [];

    /// <summary>Where others get its files from, if they can.</summary>
    public PeerEndpoint? Peer { get; init; }

    /// <summary>Bytes that its cache may hold; 0 for no limit.</summary>
    public long Disk { get; init; }

    public void Joins() => Rejoins([], []);

    /// <summary>Says hello with an inventory of the last attempts of tasks, and files of <see cref="LargeSize"/>.</summary>
    public void Rejoins(string[] tasks, string[] files) => SaysHello(
        [.. tasks.Select(Attempt)], [.. files.Select(file => new FileSize(environment.FileOf(file), LargeSize))]);

    public void SaysHello(TaskAttempt[] tasks, FileSize[] files) => environment.Handle(new WorkerJoined(id, new Hello(
        ProtocolVersion.Current, Hello.WorkerRole, Name, Name, 1, Versions, cores, files, tasks, resources, Peer, Disk)));

    /// <summary>What the manager sends it.</summary>
    public void Hears(Record record)
    {
        if (record is Transfer transfer)
            _transfers.Add(transfer);
        if (record is MakeFile make)
            _makes.Add(make);
    }

    /// <summary>The last transfers of these files are over, one step for each.</summary>
    public void Gets(params string[] keys)
    {
        foreach (var key in keys)
            Sends(new Transferred(environment.FileOf(key), LargeSize, LastTransfer(key).Number, LargeSize, 2_000));
    }

    public void CannotGet(string key, TransferFailureKind failure, string reason = "no") =>
        Sends(new TransferFailed(environment.FileOf(key), LastTransfer(key).Number, failure, reason));

    /// <summary>The file was made here.</summary>
    public void Makes(string key, long size = LargeSize) =>
        Sends(new Transferred(environment.FileOf(key), size, LastMake(key).Number, size, 2_000));

    public void CannotMake(string key, string reason = "no") =>
        Sends(new TransferFailed(environment.FileOf(key), LastMake(key).Number, TransferFailureKind.NotMade, reason));

    public Transfer LastTransfer(string key) => _transfers.Last(transfer => transfer.File == environment.FileOf(key));

    private MakeFile LastMake(string key) => _makes.Last(make => make.File == environment.FileOf(key));

    /// <summary>Reports small results that spell the keys, in one step.</summary>
    public void Completes(params string[] keys) => environment.AtOnce(() =>
    {
        foreach (var key in keys)
            Sends(CompletedOf(key));
    });

    public void CompletesAfter(long durationUs, string key) => Sends(CompletedOf(key) with { DurationUs = durationUs });

    public void CompletesWith(int size, string key) => Sends(CompletedOf(key) with { Size = size, Value = new byte[size] });

    /// <summary>Reports results that stay in its cache.</summary>
    public void CompletesLarge(params string[] keys) => environment.AtOnce(() =>
    {
        foreach (var key in keys)
            Sends(CompletedOf(key) with { Size = LargeSize, Value = null });
    });

    /// <summary>Reports about a command, with those of its outputs that it made.</summary>
    public void Runs(string key, params string[] made) =>
        Sends(CompletedOf(key) with { Outputs = [.. made.Select(output => new FileSize(environment.FileOf(output), LargeSize))] });

    public void Fails(string key, string message = "no") => Sends(
        new Failed(environment.LastAssignment(key).Task, Attempt(key).Attempt, Failure.Of(FailureKind.Raised, message)));

    public void FailsAs(FailureKind kind, string key) =>
        Sends(new Failed(environment.LastAssignment(key).Task, Attempt(key).Attempt, Failure.Of(kind, "no")));

    public void GivesBack(params string[] keys) => Sends(new Retracted([.. keys.Select(Attempt)]));

    public void LosesFile(string key) => Sends(new FileLost(environment.FileOf(key), "gone"));

    /// <summary>The file that was fetched from it is whole at the manager.</summary>
    public void Uploads(string key, long size = LargeSize) => environment.Handle(new FileStaged(environment.FileOf(key), size));

    public void Leaves() => environment.Handle(new WorkerLeft(id, false, "goodbye"));

    public void Crashes(string reason = "its process ended") => environment.Handle(new WorkerLeft(id, true, reason));

    public void Sends(Record record) => environment.Handle(new WorkerSent(id, record));

    public Completed CompletedOf(string key)
    {
        var value = SchedulerEnvironment.Bytes(key);
        return new Completed(environment.LastAssignment(key).Task, Attempt(key).Attempt, 1_000, value.Length, value);
    }

    public TaskAttempt Attempt(string key) => new(environment.LastAssignment(key).Task, environment.LastAssignment(key).Attempt);
}
