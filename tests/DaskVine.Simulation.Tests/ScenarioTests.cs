using DaskVine.Protocol.Records;
using DaskVine.Scheduling;
using DaskVine.Simulation.Checkers;
using DaskVine.Simulation.Clients;
using DaskVine.Simulation.Workers;

namespace DaskVine.Simulation.Tests;

/// <summary>Faults at a chosen moment rather than a drawn one, on the same world and under the same checkers.</summary>
public class ScenarioTests
{
    private static readonly SimulationOptions s_files = new()
    {
        Seed = 1,
        Workers = 2,
        TasksPerGraph = 20,
        Shape = GraphShape.Chain,
        LargeOutputs = 1,
        InlineLimit = 256,
        FaultsEnd = TimeSpan.FromDays(1),
    };

    [Fact]
    public void Worker_DiesWithTheOnlyCopyOfAnIntermediate_ItIsMadeAgain()
    {
        var report = SimulationRun.Of(s_files, world => new OnCompletion(world, 10, holder => Named(world, holder).Die()));
        Assert.Null(report.Failure);
        Assert.Equal(1, report.Totals.GraphsDone);
        Assert.True(report.Totals.Restarts > 0);
    }

    [Fact]
    public void Link_BreaksAfterACompletionThatIsNotAcknowledged_NothingRunsAgain()
    {
        var report = SimulationRun.Of(s_files, world => new OnCompletion(world, 10, holder => Break(world, holder)));
        Assert.Null(report.Failure);
        Assert.Equal(1, report.Totals.GraphsDone);
        Assert.Equal(0, report.Totals.Restarts);
    }

    [Fact]
    public void Link_BreaksWithACompletionOnItsWay_NothingRunsAgain()
    {
        var report = SimulationRun.Of(s_files, world => new OnReturn(world, 10, holder => Break(world, holder)));
        Assert.Null(report.Failure);
        Assert.Equal(1, report.Totals.GraphsDone);
        Assert.Equal(0, report.Totals.Restarts);
        Assert.True(report.Totals.MessagesLost > 0);
    }

    [Fact]
    public void Workers_AllDieAndOneJoinsLater_TheGraphEnds()
    {
        var report = SimulationRun.Of(s_files with { Workers = 4, Shape = GraphShape.Layers, TasksPerGraph = 100 }, world =>
            new OnCompletion(world, 50, _ =>
            {
                foreach (var worker in world.Workers.ToList())
                    worker.Die();
            }));
        Assert.Null(report.Failure);
        Assert.Equal(1, report.Totals.GraphsDone);
    }

    [Fact]
    public void Worker_FiftyTimesAsSlow_IsRelievedOfItsBacklog()
    {
        var options = new SimulationOptions
        {
            Seed = 1,
            Workers = 0,
            TasksPerGraph = 200,
            Shape = GraphShape.Independent,
            DurationSpread = 0,
            TaskDuration = TimeSpan.FromMilliseconds(10),
        };
        Finish? finish = null;
        var report = SimulationRun.Of(options, world =>
        {
            world.AddWorker(cores: 1, slowness: 50);
            world.AddWorker(cores: 1);
            return finish = new Finish(world);
        });
        Assert.Null(report.Failure);
        Assert.True(finish!.Retractions > 0);
        // Alone, the fast one would take two seconds; half of the tasks would keep the slow one busy for fifty.
        Assert.True(finish.LastResult < TimeSpan.FromSeconds(4), $"{finish.LastResult}");
    }

    private static SimulatedWorker Named(World world, string name) => world.Workers.Single(worker => worker.Name == name);

    private static void Break(World world, string name)
    {
        var worker = Named(world, name);
        worker.Connection.LoseAll();
        worker.LoseLink(door: false);
    }

    /// <summary>Does something to the worker whose completion of a node the manager has just got.</summary>
    private sealed class OnCompletion(World world, int node, Action<string> act) : Watcher
    {
        private readonly Dictionary<WorkerId, string> _names = [];
        private bool _done;

        public override void OnFact(SchedulerEvent happened)
        {
            if (happened is WorkerJoined joined)
                _names[joined.Worker] = joined.Hello.Name;
            if (_done || happened is not WorkerSent { Record: Completed completed } sent)
                return;
            if (world.Book.Find(completed.Task)?.Name.Node != node)
                return;
            _done = true;
            world.Clock.After(TimeSpan.Zero, () => act(_names[sent.Worker]));
        }
    }

    /// <summary>Does something to a worker a moment after one of its calls has ended, while its report is on its way.</summary>
    private sealed class OnReturn(World world, int node, Action<string> act) : Watcher
    {
        private bool _done;

        public override void OnCallEnded(SimulatedWorker worker, NodeName task)
        {
            if (_done || task.Node != node)
                return;
            _done = true;
            world.Clock.After(TimeSpan.FromMicroseconds(90), () => act(worker.Name));
        }
    }

    private sealed class Finish(World world) : Watcher
    {
        public TimeSpan LastResult { get; private set; }

        public int Retractions { get; private set; }

        public override void OnResult(GraphRun run, int node, byte[] value) => LastResult = world.Clock.Now;

        public override void OnFact(SchedulerEvent happened)
        {
            if (happened is WorkerSent { Record: Retracted { Tasks.Count: > 0 } })
                Retractions++;
        }
    }
}
