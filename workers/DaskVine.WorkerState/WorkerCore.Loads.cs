using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState;

/// <content>
/// What the parent of a library loads for its children. A call waits until the parent has loaded its functions, so that each is loaded once, what it
/// imports and holds is shared, and no child is forked in vain. Children that were there before are sent what is light, and replaced for what is heavy.
/// </content>
public sealed partial class WorkerCore
{
    /// <summary>Whether its library knows all functions of a call; else it waits for the first one that it does not.</summary>
    private bool IsLoaded(HeldTask task)
    {
        var library = task.Library!;
        if (!library.HasParent)
            return true;
        FunctionLoad? missing = null;
        for (var i = 0; i < task.Assign.Functions.Count; i++)
        {
            var number = task.Assign.Functions[i];
            if (!library.Loads.TryGetValue(number, out var load))
            {
                library.Loads.Add(number, load = new FunctionLoad(_functions[number]));
                if (library.State == HostState.Up)
                    Ask(library, load);
            }

            if (!load.IsKnown)
                missing ??= load;
        }

        missing?.Waiting.Add(task);
        return missing is null;
    }

    private void Ask(Library library, FunctionLoad load)
    {
        if (load.IsExcluded)
            return;
        load.IsSent = true;
        library.Asked.Enqueue(load);
        Do(new LoadFunction(library.Id, load.Function.Code!));
    }

    /// <summary>What its parent has said that it cannot load, it may with the module that it was given.</summary>
    private void AskAgain(Library library)
    {
        foreach (var load in library.Loads.Values)
        {
            if (load is not { IsExcluded: true, IsAnswered: true })
                continue;
            (load.IsExcluded, load.IsAskedAgain) = (false, true);
            // What they could not load either, or loaded each for itself.
            foreach (var child in library.Children)
                child.Functions.Remove(load.Function.Code!.Number);
            if (library.State == HostState.Up)
                Ask(library, load);
        }
    }

    private void OnFunctionLoaded(FunctionLoaded e)
    {
        if (LibraryOf(e.Library) is not { } library || !library.Asked.TryDequeue(out var load))
            return;
        // One that was forgotten meanwhile is answered in its turn.
        (load.IsAnswered, load.IsAskedAgain) = (true, false);
        if (!e.Ok)
            LeaveToChildren(library, load);
        var code = load.Function.Code!;
        if (library.IsThreads)
        {
            Share(library, load);
            Wake(load);
            return;
        }

        load.IsHeavy = e.Ok && (code.Code.Length >= _options.HeavyBytes || e.DurationUs >= _options.HeavyDuration.TotalMicroseconds);
        library.HasHeavy |= load.IsHeavy;
        Wake(load);
    }

    // What threads have in common is not sent to each, nor is any of them too old for it.
    private static void Share(Library library, FunctionLoad load)
    {
        var number = load.Function.Code!.Number;
        if (load.IsExcluded || library.Loads.GetValueOrDefault(number) != load)
            return;
        foreach (var child in library.Children)
        {
            if (child.State != HostState.None)
                child.Functions.Add(number);
        }
    }

    // Those that were forked since it was sent do not have it, nor will those that come.
    private static void LeaveToChildren(Library library, FunctionLoad load)
    {
        load.IsExcluded = true;
        load.IsSent = false;
        foreach (var child in library.Children)
            child.Functions.Remove(load.Function.Code!.Number);
    }

    private void Wake(FunctionLoad load)
    {
        HeldTask[] waiting = [.. load.Waiting];
        load.Waiting.Clear();
        foreach (var task in waiting)
        {
            if (task.State == HeldTaskState.Loading)
                MakeReady(task);
        }
    }

    /// <summary>Whether a child has, or can be sent, all functions of a call; one that idles and does not is replaced.</summary>
    private bool Suits(Child child, HeldTask task)
    {
        if (!child.Library.HasHeavy)
            return true;
        foreach (var number in task.Assign.Functions)
        {
            if (child.Functions.Contains(number) || !child.Library.Loads[number].IsHeavy || !child.Library.Loads[number].IsSent)
                continue;
            if (child is { State: HostState.Up, Calls.Count: 0 })
                KillChild(child);
            return false;
        }

        return true;
    }

    private void ForgetLoads(IReadOnlyList<int> numbers)
    {
        foreach (var library in _libraries)
        {
            var known = numbers.Where(library.Loads.Remove).ToList();
            if (known.Count > 0 && library.State == HostState.Up)
                Do(new ForgetLoaded(library.Id, known));
        }
    }
}
