namespace DaskVine.Scheduling.Model;

/// <summary>What a client asked for some tasks of a graph.</summary>
/// <param name="Priority">In thousandths, the higher first; any but the lowest number there is.</param>
/// <param name="Retries">How often a task is run again after it raised.</param>
/// <param name="Preferred">Names of the workers that are to run it if they have room.</param>
/// <param name="Demand">What it cannot run without; null when any worker may run it at any time.</param>
/// <param name="Checkpoint">Its result goes to the manager as soon as it is there.</param>
/// <param name="Library">The function that describes the library which runs it; null for the worker's own.</param>
/// <param name="Needs">What it asks of its worker beyond a slot, if anything.</param>
/// <param name="LimitedBy">The same library when a worker runs few of its calls at a time; the demand is for its slots then.</param>
internal sealed record VineTaskOptions(
    long Priority, int Retries, string[] Preferred, Demand? Demand, bool Checkpoint = false, VineFunction? Library = null, TaskNeeds? Needs = null,
    VineLibrary? LimitedBy = null)
{
    public static readonly VineTaskOptions None = new(0, 0, [], null);
}
