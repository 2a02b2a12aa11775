using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>Which worker gets which task.</summary>
public sealed class SchedulerPlacementTests : IDisposable
{
    private readonly SchedulerEnvironment _env = new(new SchedulerOptions { BacklogUs = 4_000, BacklogTasks = 8 });

    public void Dispose() => _env.MustWantNothing();

    [Fact]
    public void Tasks_OnEqualWorkers_AreSpreadByCores()
    {
        _env.Worker();
        _env.Worker(cores: 2);
        _env.Graph().Tasks("a", "b", "c").Wanted("a", "b", "c");
        _env.Expect("w1 function f", "w1 run a()", "w2 function f", "w2 run b()", "w2 run c()");
    }

    [Fact]
    public void Task_WhenOneWorkerIsLessLoaded_GoesThere()
    {
        _env.Worker();
        var second = _env.Worker();
        _env.Graph().Tasks("a", "b", "c", "d").Wanted("a", "b", "c", "d");
        _env.Expect("w1 function f", "w1 run a()", "w2 function f", "w2 run b()", "w1 run c()", "w2 run d()");
        second.Completes("b", "d");
        _env.Graph(2).Task("e").Wanted("e");
        _env.Expect("c1 result 1.1 b", "c1 result 1.3 d", "w2 run e()");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(20)]
    public void Task_AmongSoManyWorkers_GoesToTheOneThatIdles(int count)
    {
        var workers = Enumerable.Range(1, count).Select(_ => _env.Worker()).ToArray();
        var keys = Enumerable.Range(1, count).Select(i => $"t{i}").ToArray();
        _env.Graph().Tasks(keys).Wanted(keys);
        _env.Expect([.. keys.SelectMany((key, i) => new[] { $"w{i + 1} function f", $"w{i + 1} run {key}()" })]);
        workers[^1].Completes(keys[^1]);
        _env.Graph(2).Task("e").Wanted("e");
        _env.Expect($"c1 result 1.{count - 1} {keys[^1]}", $"w{count} run e()");
    }

    [Fact]
    public void Tasks_ThatBecomeReadyOutOfOrder_GoOutInOrder()
    {
        var worker = _env.Worker();
        _env.Graph().Task("a").Call("g", "b", "a").Task("c").Task("d").Call("g", "e", "c").Tasks("h", "i").Wanted("a", "b", "c", "d", "e", "h", "i");
        _env.Expect("w1 function f", "w1 run a()", "w1 run c()", "w1 run d()", "w1 run h()");
        worker.Completes("c", "a");
        _env.Expect("c1 result 1.2 c", "c1 result 1.0 a", "w1 function g", "w1 run b(a)", "w1 run e(c)");
    }

    [Fact]
    public void Task_GoesWhereMostBytesOfItsInputsAre()
    {
        var first = _env.Worker(cores: 2);
        var second = _env.Worker(cores: 2);
        _env.Graph().Tasks("a", "b", "c", "d").Task("e", "a", "b", "d").Wanted("e");
        _env.Expect("w1 function f", "w1 run a()", "w1 run b()", "w2 function f", "w2 run c()", "w2 run d()");
        first.CompletesLarge("a");
        second.CompletesLarge("d");
        _env.MustWantNothing();
        first.CompletesLarge("b");
        _env.Expect("w2 fetch d", "w1 run e(@a, @b, @d)");
    }

    [Fact]
    public void Tasks_WhoseResultsAreReadTogether_GoToOneWorkerWhileNobodyIsIdle()
    {
        var first = _env.Worker();
        var second = _env.Worker();
        _env.Graph().Tasks("a", "b", "c", "d", "e", "f").Task("x", "c", "d").Task("y", "e", "f").Wanted("a", "b", "x", "y");
        _env.Expect(
            "w1 function f", "w1 run a()", "w2 function f", "w2 run b()", "w1 run c()", "w1 run d()", "w2 run e()", "w2 run f()");
        second.CompletesLarge("b");
        _env.Expect("w2 fetch b");
        first.Completes("a");
        _env.Expect("c1 result 1.0 a");
    }

    [Fact]
    public void Parts_OfALargeInput_AreMadeWhereItIsWhileNobodyIsIdle()
    {
        var first = _env.Worker();
        _env.Worker();
        _env.Graph().Tasks("a", "b").Call("cut", "p", "a").Call("cut", "q", "a").Call("cut", "r", "a").Tasks("c", "d", "e", "g", "h").Wanted("p");
        _env.Expect(
            "w1 function f", "w1 run a()", "w2 function f", "w2 run b()", "w1 run c()", "w2 run d()", "w1 run e()", "w2 run g()", "w1 run h()");
        first.CompletesLarge("a");
        _env.Expect("w1 function cut", "w1 run p(@a)");
        first.Completes("c", "e");
        _env.Expect("w1 run q(@a)", "w1 run r(@a)");
    }

    [Fact]
    public void Tasks_WithSmallResults_AreNotKeptTogether()
    {
        var first = _env.Worker();
        _env.Worker();
        _env.Graph().Task("a").Wanted("a");
        first.Completes("a");
        _env.Drain();
        _env.Graph(2).Tasks("b", "c", "d", "e").Task("x", "b", "c", "d", "e").Wanted("x");
        _env.Expect("w1 run b()", "w2 function f", "w2 run c()", "w1 run d()", "w2 run e()");
    }

    [Fact]
    public void Task_WithItsInputAtAFullWorker_GoesElsewhere()
    {
        var first = _env.Worker();
        var graph = _env.Graph().Tasks("a", "b", "c", "d").Submit();
        _env.Expect("w1 function f", "w1 run a()", "w1 run b()", "w1 run c()", "w1 run d()");
        first.CompletesLarge("a");
        graph.Call("other", "e").Submit();
        _env.Worker();
        _env.Drain();
        graph.Task("g", "a").Submit();
        _env.Expect("w2 function f", "w1 fetch a", "w2 run g(@a)");
    }

    [Fact]
    public void Backlog_OfUnmeasuredFunction_FollowsTheGuess()
    {
        _env.Worker();
        _env.Graph().Tasks("a", "b", "c", "d", "e", "f").Wanted("a");
        // 4 ms of work at 1 ms each.
        _env.Expect("w1 function f", "w1 run a()", "w1 run b()", "w1 run c()", "w1 run d()");
    }

    [Theory]
    [InlineData(10, 8)]
    [InlineData(500, 8)]
    [InlineData(1_000, 4)]
    [InlineData(3_000, 2)]
    [InlineData(4_000, 1)]
    [InlineData(1_000_000, 1)]
    public void Backlog_OfMeasuredFunction_IsSizedByItsDuration(long durationUs, int inFlight)
    {
        var worker = _env.Worker();
        _env.Graph().Task("measured").Wanted("measured");
        worker.CompletesAfter(durationUs, "measured");
        _env.Drain();
        var keys = Enumerable.Range(0, 20).Select(i => $"t{i}").ToArray();
        _env.Graph().Tasks(keys).Wanted(keys);
        _env.Expect([.. keys.Take(inFlight).Select(key => $"w1 run {key}()")]);
    }

    [Fact]
    public void LongTasks_OnAllCores_LeaveNoBacklog()
    {
        var worker = _env.Worker(cores: 3);
        _env.Graph().Task("measured").Wanted("measured");
        worker.CompletesAfter(1_000_000, "measured");
        _env.Drain();
        _env.Graph().Tasks("a", "b", "c", "d").Wanted("d");
        _env.Expect("w1 run a()", "w1 run b()", "w1 run c()");
        worker.Completes("b");
        _env.Expect("w1 run d()");
    }

    [Fact]
    public void Duration_AfterManySamples_FollowsAChange()
    {
        var worker = _env.Worker();
        var keys = Enumerable.Range(0, 100).Select(i => $"t{i}").ToArray();
        _env.Graph().Tasks(keys).Task("last").Wanted("last");
        foreach (var key in keys)
            worker.CompletesAfter(key == "t0" ? 1_000_000 : 10, key);
        _env.Drain();
        // It was one at a time after the first sample.
        _env.Graph(2).Tasks("a", "b", "c").Wanted("c");
        _env.Expect("w1 run a()", "w1 run b()", "w1 run c()");
    }

    [Fact]
    public void Graphs_SideBySide_TakeTurns()
    {
        var worker = _env.Worker();
        var first = Enumerable.Range(0, 10).Select(i => $"a{i}").ToArray();
        _env.Graph().Tasks(first).Wanted(first);
        _env.Expect("w1 function f", "w1 run a0()", "w1 run a1()", "w1 run a2()", "w1 run a3()");
        _env.Graph(2).Tasks("b0", "b1").Wanted("b0", "b1");
        worker.Completes("a0", "a1", "a2", "a3");
        Assert.Equal(["w1 run b0()", "w1 run a4()", "w1 run b1()", "w1 run a5()"], _env.Drain().Where(line => line.StartsWith('w')));
    }

    [Fact]
    public void Functions_AreSentOncePerWorker()
    {
        var first = _env.Worker();
        _env.Graph().Call("f", "a").Call("g", "b").Call("f", "c").Wanted("c");
        _env.Expect("w1 function f", "w1 run a()", "w1 function g", "w1 run b()", "w1 run c()");
        first.Leaves();
        _env.Worker();
        _env.Expect("w2 function f", "w2 run a() #2", "w2 function g", "w2 run b() #2", "w2 run c() #2");
    }

    [Fact]
    public void Function_ThatItsClientForgets_IsForgottenByTheWorkersThatHaveIt()
    {
        var worker = _env.Worker();
        _env.Worker();
        _env.Graph().Call("f", "a").Call("g", "b").Wanted("a", "b");
        worker.Completes("a");
        _env.Drain();
        _env.Client.Sends(new ForgetFunctions([0, 99]));
        _env.Expect("w1 forget 0");
        _env.Graph(2).Node([0], [], "c", []).Wanted("c");
        _env.Expect("c1 failed 2.0 Invalid");
        worker.Completes("b");
        _env.Drain();
    }

    [Fact]
    public void Function_OfTwoClients_IsForgottenWithTheSecond()
    {
        _env.Worker();
        var other = _env.AnotherClient();
        _env.Client.Function("f");
        other.Function("f");
        _env.Graph().Call("f", "a").Wanted("a");
        _env.Drain();
        _env.Client.Sends(new ForgetFunctions([0]));
        _env.MustWantNothing();
        other.Leaves();
        _env.Expect("w1 forget 0");
    }

    [Fact]
    public void Functions_AmongTheArguments_AreSentToo()
    {
        _env.Worker();
        int[] functions = [_env.Client.Function("f"), _env.Client.Function("g")];
        _env.Graph().Node(functions, SchedulerEnvironment.Bytes("a"), "a", []).Wanted("a");
        _env.Expect("w1 function f", "w1 function g", "w1 run a()");
        Assert.Equal([0, 1], _env.LastAssignment("a").Functions);
    }

    [Fact]
    public void Function_OfTwoClients_IsOneByItsHash()
    {
        _env.Worker();
        var other = _env.AnotherClient();
        other.Function("g");
        _env.Graph().Call("f", "a").Wanted("a");
        other.Graph().Call("f", "b").Wanted("b");
        _env.Expect("w1 function f", "w1 run a()", "w1 run b()");
    }

    [Fact]
    public void Events_InTheSameOrder_GiveTheSameEffects()
    {
        Assert.Equal(Story(), Story());

        static string[] Story()
        {
            var env = new SchedulerEnvironment();
            TestWorker[] workers = [env.Worker(2), env.Worker(1), env.Worker(3)];
            var keys = Enumerable.Range(0, 40).Select(i => $"t{i}").ToArray();
            env.Graph().Tasks(keys).Task("sum", keys).Wanted("sum");
            workers[0].CompletesLarge("t0");
            workers[1].CompletesLarge("t1");
            workers[2].Crashes();
            workers[1].Rejoins([], ["t1"]);
            env.Pass(100);
            return env.Drain();
        }
    }
}
