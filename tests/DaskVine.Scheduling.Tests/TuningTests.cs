using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <summary>What clients can set.</summary>
public sealed class TuningTests : IDisposable
{
    private readonly SchedulerEnvironment _env = new();

    public void Dispose() => _env.MustWantNothing();

    [Fact]
    public void Parameter_ThatThereIsNot_IsTold()
    {
        _env.Client.Sends(new Tune("speed", 1));
        var notice = _env.TakeFromClient<Notice>();
        Assert.Equal((Notice.NotTuned, "this manager has no parameter 'speed'"), (notice.Code, notice.Text));
    }

    [Fact]
    public void WaitForWorkers_HoldsTasksUntilSoManyAreThere()
    {
        _env.Client.Sends(new Tune("wait-for-workers", 2_000));
        _env.Worker();
        _env.Graph().Task("a").Wanted("a");
        _env.MustWantNothing();
        _env.Worker();
        _env.Expect("w1 function f", "w1 run a()");
    }
}
