using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState.Tests;

/// <summary>
/// The files around a worker: what is on its disk, what is on its way, and what the manager was not answered yet. Sources answer, break off
/// and lie; files are damaged now and then.
/// </summary>
internal sealed class RandomFiles(Random random)
{
    private const int Files = 5;

    private readonly HashSet<FileId> _disk = [];
    private readonly HashSet<FileId> _damaged = [];
    private readonly HashSet<string> _names = [];

    // Transfers that run, by their attempt.
    private readonly Dictionary<long, Transfer> _running = [];

    // What was got and not kept yet, by its file.
    private readonly HashSet<FileId> _got = [];

    // By number: what the manager asked for on the present link, did not release, and has no answer about.
    private readonly Dictionary<long, Transfer> _asked = [];

    // Beyond those of files that are made.
    private long _lastNumber = 1000;

    public bool AreAtRest => _running.Count == 0 && _asked.Count == 0;

    public override string ToString() => $"runs {string.Join(", ", _running)}, has no answer to {string.Join(", ", _asked.Values)}";

    public static long SizeOf(FileId file) => (20_000 * file.Value) + 10;

    public FileId Some() => new(random.Next(Files));

    public static FileArrived Arrive(FileId file) => new(file, SizeOf(file));

    public WorkerEvent[] ArriveAll() =>
        [.. Enumerable.Range(0, Files).Select(file => Arrive(new FileId(file))), .. _running.Keys.ToList().Select(attempt => End(attempt, well: true))];

    /// <summary>The manager wants a file to be got, or announces that it sends it.</summary>
    public TransferReceived Ask()
    {
        var file = Some();
        var named = random.Next(3) == 0;
        var transfer = new Transfer(
            file, SizeOf(file), ++_lastNumber, random.Next(4) == 0 ? "" : "tcp://a:1", "", "", named ? $"n{file.Value}" : "",
            named ? CacheLevel.Worker : CacheLevel.Task);
        // Of several the last counts.
        Forget(asked => asked.File == file);
        _asked.Add(transfer.Number, transfer);
        return new TransferReceived(transfer);
    }

    public ReleaseReceived Release()
    {
        var file = Some();
        Forget(asked => asked.File == file);
        return new ReleaseReceived([file]);
    }

    public void LinkEnds() => _asked.Clear();

    /// <summary>One that runs ends in some way.</summary>
    public WorkerEvent[] EndSome() => _running.Count == 0 ? [] : [End(_running.Keys.ElementAt(random.Next(_running.Count)), random.Next(3) > 0)];

    public WorkerEvent[] LoseSomeName()
    {
        if (_names.Count == 0)
            return [];
        var name = _names.ElementAt(random.Next(_names.Count));
        _names.Remove(name);
        return [new NameLost(name)];
    }

    /// <summary>Whoever needed it has found that it is gone.</summary>
    public void Damage(FileId file)
    {
        if (_disk.Remove(file))
            _damaged.Add(file);
    }

    /// <summary>What events do to the disk before the core hears of them.</summary>
    public void Happen(WorkerEvent happened)
    {
        if (happened is FileArrived { File: var file })
            Place(file);
    }

    public WorkerEvent[] Perform(WorkerEffect effect)
    {
        switch (effect)
        {
            case StartTransfer e: _running.Add(e.Attempt, e.Transfer); break;
            case AbandonTransfer e: Abandon(e); break;
            case KeepFile e: Assert.True(_got.Remove(e.File), $"{e.File} was not got"); Place(e.File); break;
            case KeepOutput e: Place(e.File); break;
            case DeleteFile e: Assert.True(_disk.Remove(e.File), $"{e.File} is deleted and is not there"); break;
            case DeleteAllFiles: _disk.Clear(); break;
            case NameFile e: Assert.Contains(e.File, _disk); _names.Add(e.Name); break;
            case DeleteNamed e: Assert.True(_names.Remove(e.Name), $"{e.Name} is deleted and is not there"); break;
            case CheckFiles e: return [Check(e)];
            case SendCall e: CheckInputs(e.Task); break;
            case StartCommand e: CheckInputs(e.Task); break;
            case SayHello e: Assert.Empty(e.Files.Select(f => f.File).Except(_disk)); break;
            case Report { Record: Transferred r }: Answer(r.Number, r.File); break;
            case Report { Record: TransferFailed r }: Answer(r.Number, r.File); break;
            default: break;
        }

        return [];
    }

    /// <summary>At rest the core knows of all that is on the disk.</summary>
    public void CheckInventory(SayHello hello) => Assert.Equal(_disk.Order(Comparer), hello.Files.Select(f => f.File).Order(Comparer));

    private static Comparer<FileId> Comparer => Comparer<FileId>.Create((left, right) => left.Value.CompareTo(right.Value));

    private WorkerEvent End(long attempt, bool well)
    {
        _running.Remove(attempt, out var transfer);
        if (well)
            return Got(attempt, transfer!);
        var kind = random.Next(10) == 0 ? TransferFailureKind.CannotStore : TransferFailureKind.BrokenOff;
        return new FileNotGot(attempt, transfer!.File, kind, "drawn");
    }

    private FileGot Got(long attempt, Transfer transfer)
    {
        var byName = transfer.Name.Length > 0 && random.Next(2) == 0;
        if (byName)
            _names.Add(transfer.Name);
        _got.Add(transfer.File);
        return new FileGot(attempt, transfer.File, SizeOf(transfer.File), byName ? 0 : 10, 1, byName);
    }

    private void Abandon(AbandonTransfer abandon)
    {
        // It may just have come.
        if (!_running.Remove(abandon.Attempt))
            _got.Remove(abandon.File);
    }

    private void Place(FileId file)
    {
        _disk.Add(file);
        _damaged.Remove(file);
    }

    private FilesChecked Check(CheckFiles check)
    {
        var lost = check.Files.Where(file => random.Next(2) == 0 && _disk.Remove(file.File)).Select(file => file.File).ToList();
        _damaged.UnionWith(lost);
        return new FilesChecked(check.Task, [.. lost.Select(file => new LostInput(file, "drawn"))]);
    }

    private void CheckInputs(Assign task) =>
        Assert.All(task.Inputs.Where(input => input.Value is null), input => Assert.True(_disk.Contains(input.File) || _damaged.Contains(input.File)));

    private void Answer(long number, FileId file)
    {
        if (_asked.Remove(number, out var asked))
            Assert.Equal(asked.File, file);
    }

    private void Forget(Func<Transfer, bool> which)
    {
        foreach (var asked in _asked.Values.Where(which).ToList())
            _asked.Remove(asked.Number);
    }
}
