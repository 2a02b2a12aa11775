using System.Text;
using DaskVine.Protocol;
using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;
using Record = DaskVine.Protocol.Records.Record;

namespace DaskVine.Scheduling.Tests;

/// <summary>
/// Effects as lines, with keys instead of ids: "w1 run b(a, @big)" is an assignment where a rides along and big is a file.
/// A body is the task's key, which is how ids get their names.
/// </summary>
internal sealed class EffectText
{
    private readonly Dictionary<TaskId, string> _tasks = [];
    private readonly Dictionary<FileId, string> _files = [];

    public int WorkersNamed { get; set; }

    /// <summary>The last assignment by key.</summary>
    public Dictionary<string, Assign> Assignments { get; } = [];

    /// <summary>Keys of inputs by key.</summary>
    public Dictionary<string, string[]> Inputs { get; } = [];

    /// <summary>Keys of outputs by the key of their command.</summary>
    public Dictionary<string, string[]> Outputs { get; } = [];

    /// <summary>Keys of declared files by where they come from.</summary>
    public Dictionary<string, string> Sources { get; } = [];

    public void Learn(SchedulerEffect effect)
    {
        switch (effect)
        {
            case ToWorker { Record: Assign assign }: Learn(assign); break;
            case ToWorker { Record: MakeFile make }: Learn(make); break;
            case ToWorker { Record: Transfer transfer }: LearnSource(transfer.File, transfer.Address.Replace("shared:", "", StringComparison.Ordinal)); break;
            case ServePath path: LearnSource(path.File, path.Path); break;
            case StoreData store: _files[store.File] = Encoding.UTF8.GetString(store.Data.Span); break;
        }
    }

    private void LearnSource(FileId file, string source)
    {
        if (Sources.TryGetValue(source, out var key))
            _files[file] = key;
    }

    private void Learn(MakeFile make)
    {
        var key = KeyOf(make.Body);
        if (Outputs.TryGetValue(key, out var outputs))
            _files[make.File] = outputs[0];
        for (var i = 0; Inputs.ContainsKey(key) && i < make.Inputs.Count; i++)
            _files[make.Inputs[i].File] = Inputs[key][i];
    }

    private void Learn(Assign assign)
    {
        var key = KeyOf(assign);
        Assignments[key] = assign;
        _tasks[assign.Task] = key;
        _files[assign.Output] = key;
        for (var i = 0; Inputs.ContainsKey(key) && i < assign.Inputs.Count; i++)
        {
            if (assign.Inputs[i].Value is null)
                _files[assign.Inputs[i].File] = Inputs[key][i];
        }

        for (var i = 0; Outputs.ContainsKey(key) && i < assign.Outputs.Count; i++)
            _files[assign.Outputs[i]] = Outputs[key][i];
    }

    public FileId FileOf(string key) => _files.Single(file => file.Value == key).Key;

    public string Of(SchedulerEffect effect) => effect switch
    {
        ToWorker e => $"w{e.Worker.Value} {Of(e.Record)}",
        ToClient e => $"c{e.Client.Value} {Of(e.Record)}",
        PutFile e => $"w{e.Worker.Value} put {Of(e.File)}{(e.Value is null ? " from staging" : "")}",
        SendValue e => $"c{e.Client.Value} result {e.Graph}.{e.Node} {Encoding.UTF8.GetString(e.Value.Span)}",
        SendFile e => $"c{e.Client.Value} send {e.Graph}.{e.Node} {e.Size}{(e.Value is null ? " from staging" : "")}",
        PassOutput e => $"w{e.Worker.Value} to c{e.Client.Value}: {e.Piece.Graph}.{e.Piece.Node} from {e.Piece.Offset}: "
            + $"{Encoding.UTF8.GetString(e.Piece.Data.Span).TrimEnd()}, then from {e.Next.Offset} of {e.Next.Output}",
        DropStaged e => $"drop {Of(e.File)}",
        ServePath e => $"serve {Of(e.File)}",
        ServeDirectory e => $"serve {Of(e.File)} as a directory",
        StoreData e => $"store {Of(e.File)}",
        _ => effect.ToString(),
    };

    /// <summary>An event, told by who did it.</summary>
    public string Of(SchedulerEvent happened) => happened switch
    {
        WorkerSent { Worker.Value: var w, Record: Completed e } =>
            $"w{w}: {Of([e.Task])}#{e.Attempt} {(e.Value is null ? "is in my cache" : "gave a value")}",
        WorkerSent { Worker.Value: var w, Record: Failed e } => $"w{w}: {Of([e.Task])}#{e.Attempt} failed",
        WorkerSent { Worker.Value: var w, Record: Retracted e } => $"w{w}: take back {Of([.. e.Tasks.Select(task => task.Task)])}",
        WorkerSent { Worker.Value: var w, Record: FileLost e } => $"w{w}: lost {Of(e.File)}",
        WorkerSent { Worker.Value: var w, Record: Transferred e } => $"w{w}: got {Of(e.File)} ({e.Number})",
        WorkerSent { Worker.Value: var w, Record: TransferFailed e } => $"w{w}: cannot get {Of(e.File)} ({e.Number}): {e.Failure}",
        WorkerJoined { Worker.Value: var w, Hello: var e } =>
            $"w{w}: hello, I have tasks {Of([.. e.Tasks.Select(task => task.Task)])} files "
            + string.Join(" ", e.Files.Select(file => Of(file.File))),
        FileStaged e => $"staged {Of(e.File)}",
        ClientSent { Record: var e } => $"client: {e}",
        _ => happened.ToString(),
    };

    private string Of(Record record) => record switch
    {
        FunctionCode e => $"function {e.Name}",
        ForgetFunctions e => $"forget {string.Join(' ', e.Numbers)}",
        Assign e => $"run {KeyOf(e)}({string.Join(", ", e.Inputs.Select(Of))}){(e.Attempt > 1 ? $" #{e.Attempt}" : "")}{(e.Library is { } library ? $" by {library}" : "")}",
        Retract { Tasks.Count: 0 } => "answer",
        Retract e => $"retract {Of(e.Tasks)}",
        Cancel e => $"cancel {Of(e.Tasks)}",
        Release e => $"release {string.Join(" ", e.Files.Select(Of))}",
        Fetch e => $"fetch {Of(e.File)}",
        Transfer { Address: "" } e => $"await {Of(e.File)}",
        Transfer e => $"get {Of(e.File)} from {e.Address}{(e.Directory.Length > 0 ? " linked" : "")}",
        MakeFile e => $"make {Of(e.File)} from {string.Join(' ', e.Inputs.Select(input => Of(input.File)))}",
        Result e => $"result {e.Graph}.{e.Node} {Encoding.UTF8.GetString(e.Value.Span)}",
        GraphFailed e => $"failed {e.Graph}.{e.Node} {e.Failure.Kind}",
        Notice e => $"notice {e.Code}",
        TaskEvents e => $"events {e.Graph} started {string.Join(' ', e.Started)} ended "
            + string.Join(' ', e.Ended.Select(ended => $"{ended.Node}@{ended.Worker}")),
        TaskOutput e => $"output {e.Graph}.{e.Node} {e.Key}@{e.Worker} '{e.Out}' '{e.Error}'",
        Upload e => $"upload {e.Name} {Encoding.UTF8.GetString(e.Data.Span)}",
        _ => record.ToString(),
    };

    private string Of(FileId file) => _files.GetValueOrDefault(file, $"{file.Value}");

    private string Of(TaskInput input) => input.Value is { } value ? Encoding.UTF8.GetString(value.Span) : $"@{Of(input.File)}";

    private string Of(IReadOnlyList<TaskId> tasks) =>
        string.Join(" ", tasks.Select(task => _tasks.GetValueOrDefault(task, $"{task.Value}")));

    private static string KeyOf(Assign assign) => KeyOf(assign.Body);

    // A whole command is its key.
    private static string KeyOf(ReadOnlyMemory<byte> body) =>
        body.Span[0] >= 0x80 ? CommandSpec.Read(body.Span).Command : Encoding.UTF8.GetString(body.Span);
}
