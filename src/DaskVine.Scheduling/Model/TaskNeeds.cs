namespace DaskVine.Scheduling.Model;

/// <summary>What a task asks of its worker beyond a slot and its options.</summary>
/// <param name="Cores">Slots that it takes, at least one.</param>
/// <param name="Held">Files that its worker has to hold before it is sent there.</param>
internal sealed record TaskNeeds(int Cores, VineFile[] Held);
