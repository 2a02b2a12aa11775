using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>
/// What really runs at the model workers, against what was asked for: no lock twice, no resource beyond what a worker has, no worker that was
/// not named. What runs on at a worker that the manager has given up does not count.
/// </summary>
internal sealed class ClaimChecker(Func<string, TaskOptions?> optionsOf)
{
    public void MustRunRightly(IReadOnlyCollection<ModelWorker> workers)
    {
        var locks = new HashSet<string>();
        foreach (var worker in workers)
        {
            var used = 0L;
            foreach (var node in worker.Running)
            {
                if (optionsOf(node) is not { } options)
                    continue;
                Assert.All(options.Locks, name => Assert.True(locks.Add(name), $"lock {name} is held twice, the second time by {node} at {worker}"));
                used += options.Resources.GetValueOrDefault(ModelOptions.Resource);
                Assert.True(
                    options.Elsewhere || options.Workers.Count == 0 || options.Workers.Contains(worker.Name), $"{node} must not run at {worker}");
            }

            Assert.True(used <= worker.Resources, $"{worker} has {worker.Resources} and gives {used}");
        }
    }
}
