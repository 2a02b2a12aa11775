using DaskVine.Protocol;
using DaskVine.Protocol.Libraries;
using DaskVine.Protocol.Records;
using DaskVine.Scheduling.Model;

namespace DaskVine.Scheduling;

/// <summary>Functions: one for all clients that sent the same bytes, kept as long as one of them has it.</summary>
public sealed partial class Scheduler
{
    // Numbers are not given twice: a worker may still have an old function under its own.
    private int _functionsSoFar;

    private void OnFunctionDefined(VineClient client, FunctionCode code)
    {
        var hash = Convert.ToHexString(code.Hash.Span);
        if (!_functionsByHash.TryGetValue(hash, out var function))
        {
            // Copied, as it stays for long, and the message that it came in is not to stay with it.
            function = new VineFunction(
                code with { Number = _functionsSoFar++, Hash = code.Hash.ToArray(), Code = code.Code.ToArray() }, _options.UnknownDurationUs);
            _functionsByHash.Add(hash, function);
        }

        function.Users++;
        if (client.Functions.Remove(code.Number, out var before))
            before.Users--;
        client.Functions.Add(code.Number, function);
        if (before is { Users: 0 })
            Forget([before]);
    }

    /// <summary>Learns how many of its calls a worker runs beside each other; returns what is wrong with its spec, or null.</summary>
    private string? ReadLibrary(VineFunction library)
    {
        if (library.IsReadAsLibrary)
            return null;
        try
        {
            var spec = LibrarySpec.Read(library.Code.Code.Span);
            library.ReadAsLibrary(spec.IsLimited ? new VineLibrary(library, spec with { Setup = null }, _options) : null);
            return null;
        }
        catch (ProtocolException e)
        {
            return e.Message;
        }
    }

    private void ForgetFunctions(VineClient client, IReadOnlyList<int> numbers)
    {
        var forgotten = new List<VineFunction>();
        foreach (var number in numbers)
        {
            if (client.Functions.Remove(number, out var function) && --function.Users == 0)
                forgotten.Add(function);
        }

        Forget(forgotten);
    }

    private void Forget(List<VineFunction> functions)
    {
        var byWorker = new SortedDictionary<long, (VineWorker Worker, List<int> Numbers)>();
        foreach (var function in functions)
        {
            _functionsByHash.Remove(Convert.ToHexString(function.Code.Hash.Span));
            foreach (var worker in function.Holders)
            {
                worker.Functions.Remove(function);
                if (!byWorker.TryGetValue(worker.Id.Value, out var told))
                    byWorker.Add(worker.Id.Value, told = (worker, []));
                told.Numbers.Add(function.Number);
            }

            function.Holders.Clear();
        }

        foreach (var (worker, numbers) in byWorker.Values)
            Emit(new ToWorker(worker.Id, new ForgetFunctions(numbers)));
    }

    private void SendFunctions(VineTask task, VineWorker worker)
    {
        if (task.Options.Library is { } library)
            SendFunction(library, worker);
        foreach (var function in task.Functions)
            SendFunction(function, worker);
    }

    private void SendFunction(VineFunction function, VineWorker worker)
    {
        if (!worker.Functions.Add(function))
            return;
        function.Holders.Add(worker);
        Emit(new ToWorker(worker.Id, function.Code));
    }

    private static void LoseFunctions(VineWorker worker)
    {
        foreach (var function in worker.Functions)
            function.Holders.Remove(worker);
        worker.Functions.Clear();
    }

    private void CheckFunctions()
    {
        var had = _clients.Values.SelectMany(client => client.Functions.Values).ToLookup(function => function);
        Require(had.All(function => function.Key.Users == function.Count()), "a function counts the numbers that stand for it");
        Require(
            had.Select(function => function.Key).ToHashSet().SetEquals(_functionsByHash.Values), "the functions are those that clients have");
        foreach (var worker in _workers.Values)
            Require(worker.Functions.All(function => function.Holders.Contains(worker)), $"functions of {worker.Id} name it as a holder");
        Require(
            _functionsByHash.Values.All(function => function.Holders.All(worker => IsConnected(worker) && worker.Functions.Contains(function))),
            "holders of a function are connected and know it");
    }
}
