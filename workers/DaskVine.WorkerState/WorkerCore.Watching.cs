using DaskVine.Protocol;
using DaskVine.Protocol.Commands;
using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState;

/// <content>
/// Outputs of commands that are watched. Of each one piece is read, sent, and the next one read when the manager asks for it, which it does
/// once the client takes what it has: so nothing piles up on the way to a client that reads slowly. A new link begins them anew.
/// </content>
public sealed partial class WorkerCore
{
    private void FollowOutputs(HeldTask task)
    {
        task.Following = null;
        for (var i = 0; i < task.Command!.Outputs.Count; i++)
        {
            if (task.Command.Outputs[i].Options.HasFlag(CommandOutputOptions.Watch))
                Follow(task, task.Following ??= new Following(), i, 0);
        }
    }

    private void FollowAnew()
    {
        foreach (var task in _tasks.Values)
        {
            if (task is { State: HeldTaskState.Sent, Following: not null })
                FollowOutputs(task);
        }
    }

    private void Follow(HeldTask task, Following following, int output, long from)
    {
        var read = new ReadOutput(task.Call, task.Attempt, output, from);
        following.Asked[output] = read;
        Do(read);
    }

    private void OnOutputRead(OutputRead e)
    {
        var (_, (task, attempt), output, _) = e.Asked;
        // What is asked for since is another thing, and without a link it is asked for again with the next one.
        if (!_linked || FollowingOf(task, attempt)?.Following is not { } following || following.Asked.GetValueOrDefault(output) != e.Asked)
            return;
        following.Asked.Remove(output);
        following.Sent[output] = e.Offset + e.Data.Length;
        Do(new Report(new OutputPiece(task, attempt, output, e.Offset, e.Data)));
    }

    private void OnFollowReceived(FollowOutput follow)
    {
        if (FollowingOf(follow.Task, follow.Attempt) is not { Following: { } following } task)
            return;
        // One about what was sent before the output began anew is not about this.
        if (following.Sent.GetValueOrDefault(follow.Output, -1) != follow.Offset)
            return;
        following.Sent.Remove(follow.Output);
        Follow(task, following, follow.Output, follow.Offset);
    }

    private HeldTask? FollowingOf(TaskId id, int attempt) =>
        _tasks.TryGetValue(id, out var task) && task.State == HeldTaskState.Sent && task.Assign.Attempt == attempt ? task : null;
}
