namespace DaskVine.Simulation.Checkers;

/// <summary>When every graph has ended, nobody keeps anything of them.</summary>
internal sealed class LeftoverChecker(TaskBook book) : Watcher
{
    public override void OnEnd(World world)
    {
        var scheduler = world.Manager.Scheduler;
        Require(scheduler.GraphCount == 0, $"the scheduler keeps {scheduler.GraphCount} graphs");
        Require(scheduler.TaskCount == 0, $"the scheduler keeps {scheduler.TaskCount} tasks");
        Require(scheduler.DemandCount == 0, $"the scheduler keeps {scheduler.DemandCount} demands");
        Require(scheduler.FileCount == 0, $"the scheduler keeps {scheduler.FileCount} files");
        Require(
            scheduler.WorkerCount == world.Workers.Count,
            $"the scheduler knows {scheduler.WorkerCount} of {world.Workers.Count} workers");
        Require(world.Manager.StagedCount == 0, $"the manager keeps {world.Manager.StagedCount} staged files");
        foreach (var worker in world.Workers)
        {
            var files = worker.Cache.Files.Select(book.NameOf).ToList();
            Require(files.Count == 0, $"{worker} keeps files of {string.Join(", ", files)}", files);
            Require(worker.Cache.OutputCount == 0, $"{worker} keeps {worker.Cache.OutputCount} outputs of calls");
            Require(worker.Cache.PartCount == 0, $"{worker} keeps {worker.Cache.PartCount} parts of files");
            Require(worker.TransferCount == 0, $"{worker} is getting {worker.TransferCount} files");
        }
    }
}
