using DaskVine.Simulation.Clients;
using DaskVine.Simulation.Network;
using DaskVine.Simulation.Workers;

namespace DaskVine.Simulation;

/// <summary>Injects the faults of a world, each kind at its own mean interval.</summary>
internal sealed class Faults(World world)
{
    private readonly Chance _chance = world.Chance.Fork();

    public void Begin()
    {
        var options = world.Options;
        Every(options.WorkerDeaths, "worker death", () => OnWorker(worker => worker.Die()));
        Every(options.WorkerGoodbyes, "goodbye", () => OnWorker(worker => worker.Leave()));
        Every(options.LibraryDeaths, "library death", () => OnWorker(worker => worker.KillLibrary()));
        Every(options.LinkResets, "link reset", () => OnWorker(worker => Reset(worker, door: false)));
        Every(options.DoorBreaks, "door break", () => OnWorker(worker => Reset(worker, door: true)));
        Every(options.Gaps, "gap", () => OnWorker(LoseSome));
        Every(options.Partitions, "partition", () => OnWorker(Separate));
        Every(options.BrokenTransfers, "broken transfer", BreakTransfer);
        Every(options.DamagedFiles, "damaged file", () => OnWorker(Damage));
        Every(options.ClientResets, "client reset", () => OnClient(Reset));
        Every(options.ClientDeaths, "client death", () => OnClient(client => client.Die()));
    }

    private void Every(TimeSpan? mean, string kind, Func<bool> inject)
    {
        if (mean is not { } interval)
            return;
        world.Clock.After(_chance.Exponential(interval), () =>
        {
            if (!world.FaultsGoOn)
                return;
            if (inject())
                world.Totals.CountFault(kind);
            Every(mean, kind, inject);
        });
    }

    private bool OnWorker(Action<SimulatedWorker> harm) => OnWorker(worker =>
    {
        harm(worker);
        return true;
    });

    private bool OnWorker(Func<SimulatedWorker, bool> harm) => world.Workers.Count > 0 && harm(_chance.Pick(world.Workers));

    private bool OnClient(Action<SimulatedClient> harm)
    {
        var clients = world.Clients.Where(client => !client.Gone && !client.HasEnded).ToList();
        if (clients.Count == 0)
            return false;
        harm(_chance.Pick(clients));
        return true;
    }

    private bool BreakTransfer()
    {
        // Who reads from elsewhere tries again by himself.
        var flows = world.Network.Flows.Where(flow => flow.From != world.SharedFiles.Node && flow.From != world.WebFiles.Node).ToList();
        if (flows.Count == 0)
            return false;
        world.Network.Break(_chance.Pick(flows));
        return true;
    }

    private bool Damage(SimulatedWorker worker)
    {
        if (worker.Cache.Files.Count == 0)
            return false;
        worker.Cache.Damage(_chance.Pick(worker.Cache.Files.ToList()), vanish: _chance.Happens(0.5));
        return true;
    }

    private static void Reset(SimulatedWorker worker, bool door)
    {
        worker.Connection.LoseAll();
        worker.LoseLink(door);
    }

    private static void Reset(SimulatedClient client)
    {
        client.Connection.LoseAll();
        client.Relink();
    }

    // The next messages are lost. Whoever gets one after them sees the gap; if none comes, a heartbeat tells.
    private void LoseSome(SimulatedWorker worker)
    {
        var wire = _chance.Happens(0.5) ? worker.Connection.Up : worker.Connection.Down;
        wire.LoseNext = _chance.Between(1, 3);
        world.Clock.After(TimeSpan.FromSeconds(1), () => wire.LoseNext = 0);
    }

    // Nothing passes for a while. Whoever was given up meanwhile is told so when he speaks; others have to see it by themselves.
    private void Separate(SimulatedWorker worker)
    {
        worker.Connection.LoseAll();
        worker.Connection.Cut = true;
        var givenUpAfter = world.Options.Heartbeat * 8;
        var length = givenUpAfter * 2 * _chance.Unit();
        world.Clock.After(length, () =>
        {
            worker.Connection.Cut = false;
            if (length < givenUpAfter || _chance.Happens(0.5))
                worker.LoseLink(door: false);
        });
    }
}
