using System.Runtime.ExceptionServices;
using DaskVine.Protocol.Door;
using DaskVine.Scheduling;

namespace DaskVine.Manager.Tests;

/// <summary>A manager's process on a thread of its own. Whatever ended it but <see cref="Stop"/> is thrown when it is disposed.</summary>
internal sealed class RunningManager : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Thread _thread;
    private ExceptionDispatchInfo? _failure;

    public RunningManager(ManagerOptions options)
    {
        Process = new ManagerProcess(options);
        _thread = new Thread(Run) { IsBackground = true, Name = "manager" };
        _thread.Start();
    }

    public ManagerProcess Process { get; }

    public DoorAddress Address => Process.Address;

    public static RunningManager OnTcp(TimeSpan? heartbeat = null, SchedulerOptions? scheduler = null) => new(new ManagerOptions
    {
        Address = DoorAddress.Parse("tcp://127.0.0.1:0"),
        Name = "vine",
        Heartbeat = heartbeat ?? TimeSpan.FromSeconds(5),
        Scheduler = scheduler ?? new SchedulerOptions(),
    });

    public void Stop()
    {
        Process.Stop();
        Assert.True(_thread.Join(Patience), "the manager did not end");
        _failure?.Throw();
    }

    public void Dispose()
    {
        try
        {
            Stop();
        }
        finally
        {
            Process.Dispose();
        }
    }

    private void Run()
    {
        try
        {
            Process.Run();
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }
    }
}
