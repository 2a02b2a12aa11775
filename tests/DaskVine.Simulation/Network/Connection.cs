using DaskVine.Protocol.Records;
using DaskVine.Simulation.Manager;

namespace DaskVine.Simulation.Network;

/// <summary>A process's way to the manager: a wire for each direction, and its connection at the door.</summary>
internal sealed class Connection
{
    private readonly World _world;
    private readonly Chance _chance;

    public Connection(World world, string role, string instance, Action<WireMessage> arrive)
    {
        _world = world;
        _chance = world.Chance.Fork();
        Role = role;
        Instance = instance;
        Up = new Wire(world, _chance.Fork(), message => world.Manager.Take(this, message));
        Down = new Wire(world, _chance.Fork(), arrive);
    }

    public string Role { get; }

    public string Instance { get; }

    /// <summary>To the manager.</summary>
    public Wire Up { get; }

    /// <summary>From the manager.</summary>
    public Wire Down { get; }

    public long Token { get; private set; }

    public bool IsWorker => Role == Hello.WorkerRole;

    public bool Cut
    {
        set => Up.Cut = Down.Cut = value;
    }

    public void OpenDoor() => Token = _world.Manager.OpenDoor();

    /// <summary>The manager sees it after what was sent before.</summary>
    public void CloseDoor()
    {
        var token = Token;
        var seen = _world.Clock.Now + (_world.Options.Delay * (1 + _chance.Unit()));
        _world.Clock.At(seen > Up.LastArrival ? seen : Up.LastArrival, () => _world.Manager.CloseDoor(token));
    }

    public void LoseAll()
    {
        Up.LoseAll();
        Down.LoseAll();
    }
}
