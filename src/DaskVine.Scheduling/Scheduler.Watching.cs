using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>Outputs of commands that clients watch. What comes of them is passed on, and nothing of it is kept.</summary>
public sealed partial class Scheduler
{
    private void OnOutputPiece(VineWorker worker, OutputPiece piece)
    {
        // A command that runs elsewhere now has begun its outputs anew there.
        if (Find(piece.Task) is not { } task || task.Worker != worker || task.Attempt != piece.Attempt || piece.Output >= task.Outputs.Length)
            return;
        var graph = task.Graph;
        Emit(new PassOutput(
            graph.Client.Id, new WatchedOutput(graph.Number, task.Outputs[piece.Output].Node, piece.Offset, piece.Data),
            worker.Id, new FollowOutput(piece.Task, piece.Attempt, piece.Output, piece.Offset + piece.Data.Length)));
    }
}
