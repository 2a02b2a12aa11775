using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>What clients hear of single tasks, what they give to all workers, and whose versions differ.</summary>
public sealed class SchedulerReportsTests : IDisposable
{
    private readonly SchedulerEnvironment _env = new(new SchedulerOptions { BacklogTasks = 1 });

    public void Dispose() => _env.MustWantNothing();

    [Fact]
    public void Events_OfOneStep_AreOneRecord()
    {
        var worker = _env.Worker(cores: 2);
        _env.Graph().Reports(GraphReports.Tasks).Tasks("a", "b", "c").Wanted("a", "b", "c");
        _env.Expect("w1 function f", "w1 run a()", "w1 run b()", "c1 events 1 started 0 1 ended ");
        worker.Completes("a", "b");
        _env.Expect("c1 result 1.0 a", "c1 result 1.1 b", "w1 run c()", "c1 events 1 started 2 ended 0@worker-1 1@worker-1");
        worker.Completes("c");
        _env.Expect("c1 events 1 started  ended 2@worker-1", "c1 result 1.2 c");
    }

    [Fact]
    public void Events_CarryDurations()
    {
        var worker = _env.Worker();
        _env.Graph().Reports(GraphReports.Tasks).Task("a").Task("b", "a").Wanted("b");
        _env.Drain();
        worker.CompletesAfter(123, "a");
        _env.Expect("w1 run b(a)", "c1 events 1 started 1 ended 0@worker-1");
        worker.Leaves();
    }

    [Fact]
    public void Events_OfATaskThatRunsAgain_ComeOnce()
    {
        var first = _env.Worker();
        _env.Graph().Reports(GraphReports.Tasks).Task("a").Task("b", "a").Wanted("b");
        first.CompletesLarge("a");
        _env.Expect(
            "w1 function f", "w1 run a()", "c1 events 1 started 0 ended ", "w1 run b(@a)", "c1 events 1 started 1 ended 0@worker-1");
        first.Leaves();
        var second = _env.Worker();
        second.Completes("a");
        _env.Expect("w2 function f", "w2 run a() #2", "w2 run b(a) #2");
        second.Completes("b");
        _env.Expect("c1 events 1 started  ended 1@worker-2", "c1 result 1.1 b");
    }

    [Fact]
    public void Events_OfAFailingGraph_ComeBeforeItsFailure()
    {
        var worker = _env.Worker(cores: 2);
        _env.Graph().Reports(GraphReports.Tasks).Tasks("a", "b").Wanted("a", "b");
        _env.Drain();
        _env.AtOnce(() =>
        {
            worker.Completes("a");
            worker.Fails("b");
        });
        _env.Expect("c1 result 1.0 a", "c1 events 1 started  ended 0@worker-1", "c1 failed 1.1 Raised");
    }

    [Fact]
    public void Events_WithTheLastLargeResult_ComeBeforeIt()
    {
        var worker = _env.Worker();
        _env.Graph().Reports(GraphReports.Tasks).Task("a").Wanted("a");
        worker.CompletesLarge("a");
        _env.Expect("w1 function f", "w1 run a()", "c1 events 1 started 0 ended ", "w1 fetch a", "c1 events 1 started  ended 0@worker-1");
        worker.Uploads("a");
        _env.Expect("c1 send 1.0 1000000 from staging", "w1 release a", "drop a");
    }

    [Fact]
    public void Events_OfACancelledGraph_AreNotTold()
    {
        var worker = _env.Worker();
        var graph = _env.Graph().Reports(GraphReports.Tasks).Tasks("a", "b");
        graph.Wanted("a", "b");
        _env.Drain();
        _env.AtOnce(() =>
        {
            worker.Completes("a");
            graph.Cancel();
        });
        _env.Expect("c1 result 1.0 a");
    }

    [Fact]
    public void Output_OfATask_ComesBeforeItsResult()
    {
        var worker = _env.Worker();
        _env.Graph().Reports(GraphReports.Output).Tasks("a", "b").Wanted("a", "b");
        Assert.True(_env.LastAssignment("a").Capture);
        _env.Drain();
        worker.Sends(worker.CompletedOf("a") with { Output = new CallOutput("hello", "") });
        _env.Expect("c1 output 1.0 a@worker-1 'hello' ''", "c1 result 1.0 a", "w1 run b()");
        worker.Sends(worker.CompletedOf("b") with { Output = new CallOutput("", "") });
        _env.Expect("c1 result 1.1 b");
    }

    [Fact]
    public void Output_OfFailedAttempts_ComesToo()
    {
        var worker = _env.Worker();
        _env.Graph().Reports(GraphReports.Output).Options(1, retries: 1).Task("a").Wanted("a");
        _env.Drain();
        worker.Sends(FailedOf(worker, "1"));
        _env.Expect("c1 output 1.0 a@worker-1 '' '1'", "w1 run a() #2");
        worker.Sends(FailedOf(worker, "2"));
        _env.Expect("c1 output 1.0 a@worker-1 '' '2'", "c1 failed 1.0 Raised");
    }

    [Fact]
    public void Output_ThatNobodyAskedFor_IsNotTold()
    {
        var worker = _env.Worker();
        _env.Graph().Task("a").Wanted("a");
        Assert.False(_env.LastAssignment("a").Capture);
        _env.Drain();
        worker.Sends(worker.CompletedOf("a") with { Output = new CallOutput("hello", "") });
        _env.Expect("c1 result 1.0 a");
    }

    [Fact]
    public void Failure_NamesTheFunction()
    {
        var worker = _env.Worker();
        _env.Graph().Call("load", "a").Expression("b").Wanted("a", "b");
        _env.Drain();
        worker.Fails("a");
        Assert.Equal("load", _env.TakeFromClient<GraphFailed>().Function);
        _env.Graph(2).Expression("b").Wanted("b");
        _env.Drain();
        worker.Fails("b");
        Assert.Equal("", _env.TakeFromClient<GraphFailed>().Function);
    }

    [Fact]
    public void Upload_GoesToWorkersOfNowAndLater()
    {
        var first = _env.Worker();
        _env.Client.Sends(UploadOf("a.py", "1"));
        _env.Client.Sends(UploadOf("b.py", "2"));
        _env.Expect("w1 upload a.py 1", "w1 upload b.py 2");
        _env.Graph().Task("t").Wanted("t");
        _env.Drain();
        _env.Worker();
        _env.Expect("w2 upload a.py 1", "w2 upload b.py 2");
        first.Rejoins(["t"], []);
        _env.Expect("w1 upload a.py 1", "w1 upload b.py 2", "w1 function f");
    }

    [Fact]
    public void Upload_OfANameThatIsKnown_ReplacesIt()
    {
        _env.Worker();
        _env.Client.Sends(UploadOf("a.py", "1"));
        _env.Client.Sends(UploadOf("b.py", "2"));
        _env.Client.Sends(UploadOf("a.py", "1"));
        _env.Client.Sends(UploadOf("a.py", "3"));
        _env.Expect("w1 upload a.py 1", "w1 upload b.py 2", "w1 upload a.py 3");
        _env.Worker();
        _env.Expect("w2 upload b.py 2", "w2 upload a.py 3");
    }

    [Fact]
    public void Versions_ThatDiffer_AreToldOncePerDifference()
    {
        var other = _env.AnotherClient(new() { ["python"] = "3.11.2", ["numpy"] = "2.0.0", ["msgpack"] = "1.0" });
        var first = _env.Worker(versions: new() { ["python"] = "3.12.1", ["numpy"] = "2.0.1", ["pandas"] = "2.2" });
        Assert.Equal(
            "worker worker-1 has Python 3.12.1 and this client 3.11.2, numpy 2.0.1 and this client 2.0.0: "
            + "what is pickled on one side may not load on the other; use the same versions on both",
            _env.TakeFromClient<Notice>().Text);
        _env.Worker(versions: new() { ["python"] = "3.12.1", ["numpy"] = "2.0.1" });
        first.Rejoins([], []);
        _env.MustWantNothing();
        first.Sends(new Versions(new Dictionary<string, string> { ["python"] = "3.11.9", ["numpy"] = "2.0.1" }));
        _env.Expect("c2 notice versions-differ");
        other.SaysHello();
        _env.Expect("c2 notice versions-differ", "c2 notice versions-differ");
    }

    [Fact]
    public void Versions_ThatDifferInTheLastPlaceOfPythonOnly_AreFine()
    {
        _env.AnotherClient(new() { ["python"] = "3.11.2", ["daskvine"] = "1" });
        _env.Worker(versions: new() { ["python"] = "3.11.9", ["daskvine"] = "1", ["cloudpickle"] = "3" });
        _env.MustWantNothing();
        _env.Worker(versions: new() { ["daskvine"] = "2" });
        _env.Expect("c2 notice versions-differ");
    }

    private static Upload UploadOf(string name, string content) =>
        new(name, SchedulerEnvironment.Bytes(content), SchedulerEnvironment.Bytes(content));

    private static Failed FailedOf(TestWorker worker, string error)
    {
        var (task, attempt) = worker.Attempt("a");
        return new Failed(task, attempt, Failure.Of(FailureKind.Raised, "no"), new CallOutput("", error));
    }
}
