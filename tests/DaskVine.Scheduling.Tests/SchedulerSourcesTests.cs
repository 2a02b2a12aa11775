using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>Who gives a file to whom.</summary>
public sealed class SchedulerSourcesTests : IDisposable
{
    // One task at a time, so that consumers are spread though one worker has their input.
    private readonly SchedulerEnvironment _env = new(new SchedulerOptions { BacklogTasks = 1 });

    public void Dispose() => _env.MustWantNothing();

    [Theory]
    [InlineData(8, 4)]
    [InlineData(64, 8)]
    public void File_ForManyWorkers_SpreadsAsATree(int count, int roundsMax)
    {
        var workers = HolderAndConsumers("a", count);
        var gets = Gets();
        var given = new Dictionary<string, int>();
        var rounds = 0;
        for (; gets.Count > 0; rounds++)
        {
            foreach (var (to, from) in gets)
            {
                given[from] = given.GetValueOrDefault(from) + 1;
                workers[to].Gets("a");
            }

            gets = Gets();
        }

        Assert.Equal(count, given.Values.Sum());
        Assert.InRange(given["w1"], 1, 2);
        Assert.InRange(rounds, 1, roundsMax);
    }

    [Fact]
    public void File_ForAWorkerOnTheSameHost_IsLinked()
    {
        HolderAndConsumers("a", 1, host: "h");
        _env.Expect("w1 run c0(@a)", "w2 function f", "w2 get a from w1 linked", "w2 run c1(@a)");
    }

    [Fact]
    public void Files_FromOneWorker_AreLimited()
    {
        _env.Client.Sends(new Tune("worker-source-max-transfers", 1_000));
        var workers = HolderAndConsumers("a", 2);
        _env.Expect("w1 run c0(@a)", "w2 function f", "w2 get a from w1", "w2 run c1(@a)", "w3 function f", "w3 run c2(@a)");
        workers["w2"].Gets("a");
        _env.Expect("w3 get a from w2");
    }

    [Fact]
    public void Files_ForOneWorker_AreLimited()
    {
        _env.Client.Sends(new Tune("worker-destination-max-transfers", 1_000));
        var worker = _env.Worker(peer: true);
        _env.Graph().Value("v", 10_000).Value("u", 10_000).Task("a", "v", "u").Wanted("a");
        _env.Expect("w1 function f", "w1 await v", "w1 put v", "w1 run a(@v, @u)");
        worker.Gets("v");
        _env.Expect("w1 await u", "w1 put u");
    }

    [Fact]
    public void PeerTransfersOff_GoesByWayOfTheManager()
    {
        _env.Client.Sends(new Tune("peer-transfers", 0));
        var workers = HolderAndConsumers("a", 1);
        _env.Expect("w1 run c0(@a)", "w2 function f", "w1 fetch a", "w2 run c1(@a)");
        workers["w1"].Uploads("a");
        _env.Expect("w2 await a", "w2 put a from staging");
    }

    [Fact]
    public void PairThatCannotReachEachOther_GoesByWayOfTheManager()
    {
        var workers = HolderAndConsumers("a", 1);
        _env.Drain();
        workers["w2"].CannotGet("a", TransferFailureKind.Unreachable);
        _env.Expect("w1 fetch a");
        workers["w1"].Uploads("a");
        _env.Expect("w2 await a", "w2 put a from staging");
        workers["w2"].Gets("a");
        _env.MustWantNothing();
    }

    [Fact]
    public void Url_HasOneReaderAtATime()
    {
        var first = _env.Worker(peer: true);
        var second = _env.Worker(peer: true);
        _env.Graph().File("u", FileKind.Url).Command("a", ["u"], []).Command("b", ["u"], []);
        _env.Expect("w1 get u from http://u", "w1 run a(@u)", "w2 run b(@u)");
        first.Gets("u");
        _env.Expect("w2 get u from w1");
        second.Gets("u");
        _env.MustWantNothing();
    }

    [Fact]
    public void Path_ComesFromTheTransferServerOfTheManager_AndByTheLinkWhereThatCannotBeReached()
    {
        var env = new SchedulerEnvironment(new SchedulerOptions { Peer = new PeerEndpoint("m", "token", "", "") });
        var worker = env.Worker(peer: true);
        env.Graph().File("p", FileKind.Path).Command("a", ["p"], []);
        env.Expect("serve p", "w1 get p from m", "w1 run a(@p)");
        worker.CannotGet("p", TransferFailureKind.Unreachable);
        env.Expect("w1 await p", "w1 put p from staging");
        worker.Gets("p");
        env.MustWantNothing();
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void Directory_ThatNoWorkerCanGive_ComesFromTheTransferServerOfTheManager(bool peer, bool peerTransfers)
    {
        var (env, _, second) = DirectoryAtTheManager(peer, peerTransfers);
        second.Gets("d");
        env.MustWantNothing();
    }

    [Fact]
    public void Directory_TheTransferServerCannotBeReached_IsTriedOnceMoreAndItsReaderIsTold()
    {
        var (env, _, second) = DirectoryAtTheManager(peer: false);
        second.CannotGet("d", TransferFailureKind.Unreachable);
        env.Expect("w2 get d from m");
        second.CannotGet("d", TransferFailureKind.Unreachable);
        Assert.Contains("w2 cancel c", env.Drain());
    }

    [Fact]
    public void Directory_AtTheManager_OutlivesItsWorker()
    {
        var (env, first, second) = DirectoryAtTheManager(peer: false);
        first.Leaves();
        env.MustWantNothing();
        second.Gets("d");
        env.MustWantNothing();
    }

    // Made by a at the first worker, and read by b there and by c at the second.
    private static (SchedulerEnvironment Environment, TestWorker First, TestWorker Second) DirectoryAtTheManager(bool peer, bool peerTransfers = true)
    {
        var env = new SchedulerEnvironment(
            new SchedulerOptions { BacklogTasks = 1, Peer = new PeerEndpoint("m", "token", "", ""), PeerTransfers = peerTransfers });
        var first = env.Worker(peer: peer);
        var graph = env.Graph().File("d", FileKind.Output).Command("a", [], ["d"]).Command("b", ["d"], []).Command("c", ["d"], []);
        var second = env.Worker(peer: peer);
        env.Drain();
        first.Runs("a", "d");
        env.Expect("w1 run b(@d)", "w1 fetch d", "w2 run c(@d)");
        first.Uploads("d", TestWorker.LargeSize + 4096);
        env.Expect("serve d as a directory", "w2 get d from m");
        return (env, first, second);
    }

    private Dictionary<string, TestWorker> HolderAndConsumers(string key, int count, string host = "")
    {
        var first = _env.Worker(peer: true, host: host);
        var graph = _env.Graph().Task(key);
        string[] consumers = [.. Enumerable.Range(0, count + 1).Select(i => $"c{i}")];
        foreach (var consumer in consumers)
            graph.Task(consumer, key);
        graph.Wanted(consumers);
        _env.Drain();
        var workers = new Dictionary<string, TestWorker> { ["w1"] = first };
        _env.AtOnce(() =>
        {
            first.CompletesLarge(key);
            for (var i = 2; i < count + 2; i++)
                workers.Add($"w{i}", _env.Worker(peer: true, host: host));
        });
        return workers;
    }

    private List<(string To, string From)> Gets() =>
        [.. _env.Drain().Where(line => line.Contains(" get ", StringComparison.Ordinal)).Select(line => line.Split(' ')).Select(words => (words[0], words[^1]))];
}
