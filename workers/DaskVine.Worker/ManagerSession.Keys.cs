namespace DaskVine.Worker;

/// <content>What keys have to do with it.</content>
internal sealed partial class ManagerSession
{
    // One may come of a manager that ends; several in a row mean that the keys do not fit.
    private const int MaxBrokenHandshakes = 3;

    private int _brokenHandshakes;

    /// <summary>Why a manager that says whether it is secured cannot be served with the keys that are here; null when it can.</summary>
    private string? UnfitKeys(bool managerIsSecured)
    {
        if (managerIsSecured && _keys is null)
        {
            return $"the manager at {options.ManagerAddress} is secured and this worker has no keys: name their directory with --keys DIR "
                + $"or DASKVINE_KEYS ('daskvine keys DIR --export worker OUT' makes one)";
        }

        // A Unix socket is guarded by its directory, so there the manager decides. Elsewhere, whoever says so may be anybody.
        if (!managerIsSecured && _keys is not null && options.ManagerAddress.Path is null)
        {
            return $"the manager at {options.ManagerAddress} is not secured and this worker has keys ({options.Keys!.Directory}): "
                + "start the manager with --keys, or this worker without --keys and DASKVINE_KEYS";
        }

        return null;
    }

    private void OnConnectionFailed(ConnectionFailure failure)
    {
        var directory = options.Keys!.Directory;
        if (failure == ConnectionFailure.KeyRefused)
        {
            owner.OnGivenUp(
                $"the manager at {options.ManagerAddress} refuses the key of this worker ({_keys!.Own.PublicKey[..8]}… in {directory}): "
                + "it is not authorized as a worker there, or was revoked");
        }
        else if (failure == ConnectionFailure.HandshakeBroken && ++_brokenHandshakes >= MaxBrokenHandshakes)
        {
            owner.OnGivenUp(
                $"the manager at {options.ManagerAddress} breaks encrypted connections off: the key in {directory}/manager.public "
                + "is another manager's");
        }
        else
        {
            Lose("the encrypted connection to it ended");
        }
    }
}
