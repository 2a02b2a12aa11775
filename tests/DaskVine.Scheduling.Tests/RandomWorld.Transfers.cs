using DaskVine.Protocol;
using DaskVine.Protocol.Records;

namespace DaskVine.Scheduling.Tests;

/// <content>How files move in a random world, and how that fails.</content>
internal sealed partial class RandomWorld
{
    private const string ManagerAddress = "manager";

    private static readonly string[] s_parameters =
    [
        "peer-transfers", "worker-source-max-transfers", "worker-destination-max-transfers", "file-source-max-transfers",
        "temp-replica-count", "transfer-replica-per-cycle", "immediate-recovery", "clean-redundant-replicas", "shift-disk-load",
        "transient-error-interval", "wait-for-workers", "any-worker", "no-such-parameter",
    ];

    private int _unreachable;

    private SchedulerOptions DrawOptions()
    {
        _unreachable = _decisions.Below(6);
        return new SchedulerOptions
        {
            InlineBytes = ModelGraph.InlineBytes,
            DirectBytes = _decisions.OneIn(2) ? ModelGraph.InlineBytes : 64 << 10,
            BacklogUs = 3_000,
            CancelTime = TimeSpan.Zero,
            Peer = _decisions.OneIn(2) ? new PeerEndpoint(ManagerAddress, "", "", "") : null,
            Replicas = _decisions.OneIn(3) ? _decisions.Below(3) + 1 : 1,
            PeerTransfers = _decisions.Below(6) > 0,
        };
    }

    private void TuneSomething() =>
        _pending.Add(new ClientSent(Client, new Tune(s_parameters[_decisions.Below(s_parameters.Length)], _decisions.Below(4) * 1_000)));

    private void Advance(ModelWorker worker, bool mayFail)
    {
        worker.Advance(_decisions.Below(8), transfer =>
        {
            if (!CanReach(worker, transfer.Address))
                return (null, TransferFailureKind.Unreachable);
            if (mayFail && _decisions.OneIn(4))
                return (null, FailureOf(transfer));
            return (ContentAt(transfer), TransferFailureKind.NotThere);
        });
    }

    // Some pairs never reach each other, in one direction.
    private bool CanReach(ModelWorker worker, string address) =>
        _unreachable == 0 || _workers.Values.FirstOrDefault(other => other.Address == address) is not { } source || (worker.Id.Value + (2 * source.Id.Value)) % 6 >= _unreachable;

    private TransferFailureKind FailureOf(Transfer transfer)
    {
        if (_decisions.OneIn(10))
        {
            // Whoever needs it there fails.
            _graphs.ForEach(graph => graph.MayFail = true);
            return TransferFailureKind.CannotStore;
        }

        // What the manager has stays as it is.
        return transfer.Address == ManagerAddress
            ? (TransferFailureKind)(_decisions.Below(2) * 2)
            : (TransferFailureKind)_decisions.Below(4);
    }

    private string? ContentAt(Transfer transfer) => transfer.Address == ManagerAddress
        ? _staged.GetValueOrDefault(transfer.File)
        : _workers.Values.FirstOrDefault(other => other.Address == transfer.Address)?.ContentOf(transfer.File);
}
