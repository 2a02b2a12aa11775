using DaskVine.Protocol;
using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState;

/// <content>
/// Files that are made here by a command. A maker waits for its inputs as a task does, and runs beside the slots: the tasks that wait for
/// its file hold them. Nobody but the manager asks for one, so what fails is told once and forgotten.
/// </content>
public sealed partial class WorkerCore
{
    // Number of what was asked for by a link that is gone.
    private const long Forsaken = 0;

    // Of each file that is to be made here, the maker that has not ended and is not cancelled.
    private readonly Dictionary<FileId, HeldTask> _makers = [];

    // Those that can run, besides ones that are Gone, and those that do, cancelled ones too.
    private readonly ReadyQueue _readyMakers = new();
    private readonly List<HeldTask> _runningMakers = [];

    private void OnMakeFileReceived(MakeFile make)
    {
        if (_files.SizeOf(make.File) is { } size)
        {
            _files.Keep(make.File);
            KeepName(make.File, make.Name, make.Level);
            ReportOnce(new Transferred(make.File, size, make.Number, 0, 0));
            return;
        }

        if (_makers.TryGetValue(make.File, out var held))
        {
            held.Make = make;
            return;
        }

        if (TryGetByName(make))
            return;
        var assign = new Assign(
            default, 0, TaskMode.Command, [], make.Body.ToArray(), [.. make.Inputs.Select(i => new TaskInput(null, i.File, i.Size))], default,
            Outputs: [make.File]);
        var maker = new HeldTask(assign, ++_lastSequence, _expressions) { Make = make };
        if (ReadCommand(maker) is { } problem)
        {
            ReportOnce(new TransferFailed(make.File, make.Number, TransferFailureKind.NotMade, problem));
            return;
        }

        // Nobody reads the report of a maker.
        maker.Command = maker.Command! with { Stdout = 0 };
        _makers.Add(make.File, maker);
        if (_files.Use(maker))
            MakeReady(maker);
    }

    private void StartMakers()
    {
        while (_runningMakers.Count < _options.MakersAtOnce && _readyMakers.Peek() is { } maker)
        {
            _readyMakers.RemoveFirst();
            maker.State = HeldTaskState.Sent;
            _runningMakers.Add(maker);
            StartCommand(maker);
        }
    }

    private HeldTask? TakeMaker(long call)
    {
        var maker = _runningMakers.Find(m => m.Call == call);
        if (maker is not null)
            _runningMakers.Remove(maker);
        return maker;
    }

    private void OnMakerEnded(HeldTask maker, CommandOutcome outcome)
    {
        if (!maker.Cancelled && outcome is CommandInputLost lost)
        {
            AwaitInput(maker, lost);
            // Nobody would bring it.
            if (maker.Make!.Number == Forsaken)
                CancelMaker(maker.Make.File);
            return;
        }

        if (maker.Cancelled || outcome is not CommandReported reported)
        {
            DropOutputOf(maker);
            ForgetMaker(maker);
        }
        else if (reported.Report is { Result: CommandResult.Success, ExitCode: 0, Outputs: [{ } size] })
            KeepMade(maker, size, reported.Report.Measured.WallUs);
        else
        {
            DropOutputOf(maker);
            FailMaker(maker, WhyNotMade(reported));
        }
    }

    private void KeepMade(HeldTask maker, long size, long durationUs)
    {
        var make = maker.Make!;
        ForgetMaker(maker);
        // Its report.
        Do(new DropOutput(maker.Call));
        Keep(maker.Call + 1, make.File, size);
        KeepName(make.File, make.Name, make.Level);
        ReportHere(new Transferred(make.File, size, make.Number, size, durationUs));
        KeepWithinLimit(make.File);
    }

    private static string WhyNotMade(CommandReported reported)
    {
        var report = reported.Report;
        var ended = report.ExitCode > 0 || report.Reason.Length == 0 ? $"the command {ExitText.Ended(report.ExitCode)}" : report.Reason;
        return reported.Tail.Length == 0 ? ended : $"{ended}; it wrote last:\n{reported.Tail}";
    }

    /// <summary>It does not make its file.</summary>
    private void FailMaker(HeldTask maker, string reason)
    {
        ForgetMaker(maker);
        ReportOnce(new TransferFailed(maker.Make!.File, maker.Make.Number, TransferFailureKind.NotMade, reason));
    }

    /// <summary>Nobody wants what it makes.</summary>
    private void CancelMaker(FileId file)
    {
        if (!_makers.Remove(file, out var maker))
            return;
        if (maker.State == HeldTaskState.Sent)
        {
            maker.Cancelled = true;
            Do(new KillCommand(maker.Call));
        }
        else
            ForgetMaker(maker);
    }

    /// <summary>Whoever asked for these does not wait for them any more. What has not begun is asked for again with its inputs; what runs goes on.</summary>
    private void ForsakeMakers()
    {
        foreach (var (file, maker) in _makers.ToArray())
        {
            if (maker.State == HeldTaskState.Sent)
                maker.Make = maker.Make! with { Number = Forsaken };
            else
                CancelMaker(file);
        }
    }

    private void ForgetMaker(HeldTask maker)
    {
        if (_makers.TryGetValue(maker.Make!.File, out var present) && present == maker)
            _makers.Remove(maker.Make.File);
        Forget(maker);
    }

    private void DiscardMakers()
    {
        foreach (var maker in HeldMakers())
            maker.UsesFiles = false;
        foreach (var file in _makers.Keys.ToArray())
            CancelMaker(file);
    }

    private IEnumerable<HeldTask> HeldMakers() => _makers.Values.Union(_runningMakers);

    private void CheckMakers()
    {
        foreach (var (file, maker) in _makers)
        {
            var state = maker.State;
            Invariant.Holds(maker.Make?.File == file && !maker.Cancelled, $"the maker of {file} is of another or cancelled");
            Invariant.Holds(
                state is HeldTaskState.Waiting or HeldTaskState.Ready or HeldTaskState.Sent, $"the maker of {file} is held and {state}");
            Invariant.Holds((state == HeldTaskState.Waiting) == (maker.MissingFiles > 0), $"the maker of {file} and its files disagree");
            Invariant.Holds((state == HeldTaskState.Sent) == _runningMakers.Contains(maker), $"the maker of {file} is {state} and does not run");
        }

        var ready = _makers.Values.Count(maker => maker.State == HeldTaskState.Ready);
        Invariant.Holds(_runningMakers.Count <= _options.MakersAtOnce, "too many files are made at once");
        Invariant.Holds(_readyMakers.Ready.Count() == ready, "ready makers are not those that are queued");
        _readyMakers.CheckInvariants();
    }
}
