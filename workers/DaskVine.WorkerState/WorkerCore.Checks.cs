using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState;

/// <content>
/// A task that could not load its input, or that died of a bus error, may be the victim of a file that is gone or has become shorter. Its
/// files are looked at before it is blamed; when one is lost, the manager brings it again or takes the task back.
/// </content>
public sealed partial class WorkerCore
{
    private const int BusError = 7;

    /// <summary>Has the input files of a task checked; <paramref name="otherwise"/> is done when they are all there.</summary>
    private void CheckInputs(HeldTask task, Action otherwise)
    {
        FileId[] inputs = [.. task.Assign.Inputs.Where(input => input.Value is null).Select(input => input.File).Distinct()];
        if (task.Cancelled || inputs.Length == 0)
        {
            otherwise();
            return;
        }

        // What came after the call was sent may have been missing when it was looked for.
        var call = task.Call;
        DropOutputOf(task);
        if (Array.Exists(inputs, file => !_files.IsPresent(file) || _files.HasComeAfter(file, call)))
        {
            AwaitInputs(task);
            return;
        }

        task.State = HeldTaskState.Checked;
        task.Otherwise = otherwise;
        Do(new CheckFiles(task.Attempt, [.. inputs.Select(file => new FileSize(file, _files.SizeOf(file)!.Value))]));
    }

    private void OnFilesChecked(FilesChecked e)
    {
        if (!_tasks.TryGetValue(e.Task.Task, out var task) || task.State != HeldTaskState.Checked || task.Assign.Attempt != e.Task.Attempt)
            return;
        var otherwise = task.Otherwise!;
        task.Otherwise = null;
        foreach (var (file, reason) in e.Lost)
        {
            // Another task's check may have found it first.
            if (_files.IsPresent(file))
                OnFileUnreadable(file, reason);
        }

        if (e.Lost.Count == 0)
            otherwise();
        else
            AwaitInputs(task);
    }

    private void AwaitInputs(HeldTask task)
    {
        task.State = HeldTaskState.Waiting;
        if (_files.UseAgain(task))
            MakeReady(task);
    }
}
