using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState;

/// <content>
/// What the manager says about tasks.
/// <code>
/// state   | files here       | loaded | retract    | cancel, newer attempt  | sent  | answer | acknowledged
/// Waiting | Loading or Ready | –      | Gone, told | Gone                   | –     | –      | –
/// Loading | –                | Ready  | Gone, told | Gone                   | –     | –      | –
/// Ready   | –                | –      | Gone, told | Gone                   | Sent  | –      | –
/// Sent    | –                | –      | –          | marked; result dropped | –     | Ended  | –
/// Ended   | –                | –      | –          | Gone                   | –     | –      | Gone
/// </code>
/// A sent task whose process dies is Ready again, or Ended when the process was its fault.
/// </content>
public sealed partial class WorkerCore
{
    // Every assignment that is not Gone and not cancelled, by task.
    private readonly Dictionary<TaskId, HeldTask> _tasks = [];

    // Ready tasks that take a process of their own, besides Gone ones; calls are with their libraries.
    private readonly ReadyQueue _readyProcesses = new();

    // Every function that this manager sent, by its number.
    private readonly Dictionary<int, HeldFunction> _functions = [];

    // What a Retract on the present link is still to be answered with. Empty without a link.
    private readonly Queue<(Retracted Answer, bool AfterCancelled)> _answers = new();

    private HeldFunction _expressions = new(null);
    private long _lastSequence;

    // Kept over calls, and empty between them.
    private readonly List<FileId> _deletable = [];
    private readonly List<HeldTask> _runnable = [];

    private void OnAssignReceived(Assign assign)
    {
        if (_tasks.TryGetValue(assign.Task, out var older))
        {
            if (older.Assign.Attempt >= assign.Attempt)
                return;
            Drop(older);
        }

        var task = new HeldTask(assign, ++_lastSequence, FunctionOf(assign));
        _tasks.Add(assign.Task, task);
        if (MissingFunction(assign) is { } missing)
            End(task, new Failed(assign.Task, assign.Attempt, Failure.Of(
                FailureKind.Unloadable, $"function number {missing} was not sent to the worker before a call of it")));
        else if ((assign.Mode == TaskMode.Command ? ReadCommand(task) : FindLibrary(task)) is { } problem)
            Fail(task, Failure.Of(FailureKind.Invalid, problem));
        else if (_files.Use(task))
            MakeReady(task);
    }

    private void OnFunctionReceived(FunctionCode function)
    {
        // Copied, as it stays for good, and the message that it came in is not to stay with it.
        if (!_functions.ContainsKey(function.Number))
            _functions.Add(function.Number, new HeldFunction(function with { Hash = function.Hash.ToArray(), Code = function.Code.ToArray() }));
    }

    private void OnFunctionsForgotten(IReadOnlyList<int> numbers)
    {
        // A manager that is wrong about it costs memory, not a task.
        var used = _tasks.Values.Where(task => task.State != HeldTaskState.Ended).SelectMany(task => task.Assign.Functions)
            .Concat(_tasks.Values.Where(task => task.State != HeldTaskState.Ended).Select(task => task.Assign.Library).OfType<int>()).ToHashSet();
        var forgotten = numbers.Where(number => !used.Contains(number) && _functions.Remove(number)).ToList();
        foreach (var child in _libraries.SelectMany(library => library.Children))
        {
            var loaded = forgotten.Where(child.Functions.Remove).ToList();
            if (loaded.Count > 0 && child.State == HostState.Up)
                Do(new SendForget(child.Id, loaded));
        }

        ForgetLoads(forgotten);
        foreach (var number in forgotten)
        {
            if (_librariesByNumber.TryGetValue(number, out var library))
                Forget(library);
        }
    }

    private void OnRetractReceived(IReadOnlyList<TaskId> tasks)
    {
        // The welcome was lost, so there will be another hello, and the manager does not wait for what it asked before.
        if (!_linked)
            return;
        var retracted = new List<TaskAttempt>();
        foreach (var id in tasks)
        {
            if (!_tasks.TryGetValue(id, out var task) || task.State is not (HeldTaskState.Waiting or HeldTaskState.Loading or HeldTaskState.Ready))
                continue;
            Drop(task);
            retracted.Add(task.Attempt);
        }

        // Also when there is none left: the manager waits for the answer before it asks again.
        _answers.Enqueue((new Retracted(retracted), tasks.Count == 0));
    }

    /// <summary>Answers in the order of the questions; one about no task asks whether all that was cancelled has ended.</summary>
    private void AnswerRetracts()
    {
        while (_answers.TryPeek(out var next) && !(next.AfterCancelled && SentTasks().Any(task => task.Cancelled)))
            ReportOnce(_answers.Dequeue().Answer);
    }

    private void OnCancelReceived(IReadOnlyList<TaskId> tasks)
    {
        foreach (var id in tasks)
        {
            if (!_tasks.TryGetValue(id, out var task))
                continue;
            Drop(task);
            // The manager that has not read the report yet may not know the task any more, and so never release its output.
            OnReleaseReceived([.. FilesOf(task)]);
        }
    }

    /// <summary>Nobody wants it any more.</summary>
    private void Drop(HeldTask task)
    {
        _tasks.Remove(task.Assign.Task);
        if (task.State == HeldTaskState.Sent)
        {
            task.Cancelled = true;
            KillTaskProcessOf(task);
        }
        else
            Forget(task);
    }

    private void MakeReady(HeldTask task)
    {
        if (task.Library is not null && !IsLoaded(task))
        {
            task.State = HeldTaskState.Loading;
            return;
        }

        task.State = HeldTaskState.Ready;
        (task.Make is not null ? _readyMakers : task.Library?.Ready ?? _readyProcesses).Add(task);
    }

    private void Fail(HeldTask task, Failure failure, CallOutput? output = null)
    {
        if (task.Make is not null)
            FailMaker(task, failure.Message);
        else
            End(task, new Failed(task.Assign.Task, task.Assign.Attempt, failure, output));
    }

    /// <summary>It gave a result or failed; kept until the manager has the report.</summary>
    private void End(HeldTask task, Record report)
    {
        StopUsingFiles(task);
        task.State = HeldTaskState.Ended;
        task.Report = report;
        if (_linked)
            Do(new Report(report));
    }

    private void Forget(HeldTask task)
    {
        StopUsingFiles(task);
        task.State = HeldTaskState.Gone;
    }

    private HeldFunction FunctionOf(Assign assign) =>
        assign.Functions.Count > 0 && _functions.TryGetValue(assign.Functions[0], out var function) ? function : _expressions;

    private int? MissingFunction(Assign assign)
    {
        for (var i = 0; i < assign.Functions.Count; i++)
        {
            if (!_functions.ContainsKey(assign.Functions[i]))
                return assign.Functions[i];
        }

        return null;
    }

    private void CheckTasks()
    {
        var sent = SentTasks().ToHashSet();
        foreach (var (id, task) in _tasks)
        {
            Invariant.Holds(task.Assign.Task == id, $"{id} is held as {task.Attempt}");
            Invariant.Holds(task.State != HeldTaskState.Gone && !task.Cancelled, $"{id} is held and nobody wants it");
            Invariant.Holds((task.State == HeldTaskState.Ended) == (task.Report is not null), $"{id} and its report disagree");
            Invariant.Holds((task.State == HeldTaskState.Waiting) == (task.MissingFiles > 0), $"{id} and its files disagree");
            Invariant.Holds((task.State == HeldTaskState.Sent) == sent.Contains(task), $"{id} is {task.State} and a slot disagrees");
        }

        Invariant.Holds(
            sent.All(t => _slots.Count(slot => slot.HeldFor == t) == t.Cores - 1), "a task has other slots than it takes");
        Invariant.Holds(_slots.All(slot => slot.HeldFor is not { } holder || sent.Contains(holder)), "a slot is held for what does not run");
        Invariant.Holds(sent.All(t => t.Cancelled || _tasks.ContainsKey(t.Assign.Task)), "a slot has a task that is not held");
        Invariant.Holds(
            _libraries.SelectMany(library => library.Ready.Ready).Concat(_readyProcesses.Ready).Count() == _tasks.Values.Count(t => t.State == HeldTaskState.Ready),
            "ready tasks are not those that are queued");
        Invariant.Holds(_functions.All(f => f.Value.Code?.Number == f.Key), "a function is held under another number");
        Invariant.Holds(_linked || _answers.Count == 0, "there are answers and no link to give them over");
        Invariant.Holds(!_linked || _lostUnlinked.Count == 0, "lost files were not reported to the link that is there");
        Invariant.Holds(_deletable.Count + _runnable.Count == 0, "a list for one step outlived it");
    }

    private IEnumerable<HeldTask> SentTasks() =>
        _libraries.SelectMany(l => l.Children).SelectMany(c => c.Calls).Concat(_slots.Select(s => s.Task).OfType<HeldTask>());

    private IEnumerable<HeldTask> UsersOfFiles() => _tasks.Values.Concat(SentTasks()).Concat(HeldMakers()).Distinct().Where(t => t.UsesFiles);
}
