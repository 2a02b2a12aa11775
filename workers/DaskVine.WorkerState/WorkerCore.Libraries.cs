using DaskVine.Protocol;
using DaskVine.Protocol.Libraries;
using DaskVine.Protocol.Records;

namespace DaskVine.WorkerState;

/// <content>
/// Libraries. A process goes None → Starting → Up → None, and is Ending in between when it is told to; children as in WorkerCore.Hosts.cs. The worker's own
/// is always there, with a child in each slot; the others come with their first call, and go when their spec is forgotten or others need room.
/// </content>
public sealed partial class WorkerCore
{
    // The worker's own first; the others from their first call until they are gone, in that order.
    private readonly List<Library> _libraries = [];

    // Of _libraries, those that calls can name: neither the first nor forgotten.
    private readonly Dictionary<int, Library> _librariesByNumber = [];
    private int _lastLibrary;

    private Library OwnLibrary => _libraries[0];

    private Child ChildOf(HostId host) => LibraryOf(host.Library)!.Children[host.Slot];

    // What is told of one that is gone was on its way.
    private Library? LibraryOf(int id) => id == 0 ? OwnLibrary : _libraries.Find(library => library.Id == id);

    /// <summary>Sets the library of a call; returns what is wrong with it, or null.</summary>
    private string? FindLibrary(HeldTask task)
    {
        if (task.Assign.Mode != TaskMode.FunctionCalls)
            return null;
        if (task.Assign.Library is not { } number)
        {
            task.Library = OwnLibrary;
            return null;
        }

        if (!_librariesByNumber.TryGetValue(number, out var library))
        {
            if (!_functions.TryGetValue(number, out var function))
                return $"library number {number} was not sent to the worker before a call of it";
            try
            {
                library = new Library(++_lastLibrary, number, LibrarySpec.Read(function.Code!.Code.Span), _slots, NewDelay);
            }
            catch (ProtocolException e)
            {
                return e.Message;
            }

            _libraries.Add(library);
            _librariesByNumber.Add(number, library);
        }

        if (library.CoresPerCall > _slots.Length)
            return $"each call of {library.Name} takes {library.CoresPerCall} cores of a worker that has {_slots.Length}";
        task.Library = library;
        return library.Spec!.Inputs.Count <= task.Assign.Inputs.Count
            ? null
            : $"a call of {library.Name} comes with {task.Assign.Inputs.Count} inputs, and its library alone has {library.Spec.Inputs.Count}";
    }

    private void StartProcesses()
    {
        for (var i = 0; i < _libraries.Count; i++)
        {
            var library = _libraries[i];
            if (library.State == HostState.None && _now >= library.StartAt && (i == 0 || (WaitingFor(library) is not null && HasRoomFor(library))))
                Start(library);
            if (library.State == HostState.Up)
                StartChildren(library);
        }
    }

    private void Start(Library library)
    {
        if (!library.HasParent)
        {
            library.State = HostState.Up;
            return;
        }

        library.State = HostState.Starting;
        Do(new StartLibrary(library.Id, library.Spec, library.Spec is null ? null : InputsOf(library), Modules()));
    }

    private void StartChildren(Library library)
    {
        if (library.IsReloading)
            return;
        var missing = library.Id == 0 ? _slots.Length : Wanted(library);
        if (missing <= 0)
            MoveChild(library);
        for (var i = 0; i < library.Children.Length && missing > 0; i++)
        {
            // What is set up anew each time begins with the last slot, since others fill the first ones first.
            var child = library.Children[library.HasParent ? i : library.Children.Length - 1 - i];
            if (child.State != HostState.None || _now < child.ForkAt || (library.Id > 0 && !child.Slot.IsFree))
                continue;
            missing--;
            child.State = HostState.Starting;
            if (!library.HasParent)
            {
                Do(new StartChild(child.Id, library.Spec!, InputsOf(library), Modules()));
                continue;
            }

            foreach (var (number, load) in library.Loads)
            {
                if (load.IsSent)
                    child.Functions.Add(number);
            }

            Do(new ForkChild(child.Slot.Number, library.Id));
        }
    }

    // Beyond the children that it has.
    private static int Wanted(Library library)
    {
        var there = 0;
        var idle = 0;
        foreach (var child in library.Children)
        {
            there += child.State == HostState.None ? 0 : 1;
            idle += child is { State: HostState.Starting or HostState.Up, Slot.IsFree: true } ? 1 : 0;
        }

        return Math.Min(library.MaxChildren - there, library.Ready.CountUpTo(library.MaxChildren) - idle);
    }

    /// <summary>Has a process forked in another slot, when there may be no more of them and others use the slot of one that idles.</summary>
    private void MoveChild(Library library)
    {
        if (library.Id == 0 || !library.HasParent || library.IsThreads || library.Ready.Peek() is null || !Array.Exists(_slots, slot => slot.IsFree))
            return;
        Child? idle = null;
        foreach (var child in library.Children)
        {
            if (child.State is HostState.Starting or HostState.Ending || (child.State == HostState.Up && child.Slot.IsFree))
                return;
            if (child is { State: HostState.Up, Calls.Count: 0 })
                idle = child;
        }

        if (idle is not null)
            KillChild(idle);
    }

    private UploadedModule[]? Modules() => _modules.Count == 0 ? null : [.. _modules];

    // The first call that waits for it, whose last inputs are the library's.
    private static HeldTask? WaitingFor(Library library) =>
        library.Ready.Peek() ?? library.Loads.Values.SelectMany(load => load.Waiting).FirstOrDefault(task => task.State == HeldTaskState.Loading);

    private static IReadOnlyList<TaskInput> InputsOf(Library library)
    {
        if (library.Spec is not { Inputs.Count: > 0 and var count } || WaitingFor(library) is not { } task)
            return [];
        return [.. task.Assign.Inputs.Skip(task.Assign.Inputs.Count - count)];
    }

    /// <summary>Ends idle libraries, the one that was not used for longest first, while there are too many or they take too much memory.</summary>
    private bool HasRoomFor(Library library)
    {
        var others = _libraries.Where(other => other.Id > 0 && other != library && other.State != HostState.None).ToList();
        var memory = others.Sum(other => other.Spec!.Memory) + library.Spec!.Memory;
        bool IsTooMuch() => others.Count >= _options.MostLibraries || (_options.Memory > 0 && memory > _options.Memory);
        foreach (var idle in others.Where(other => other.State == HostState.Up && other.IsIdle).OrderBy(other => other.LastUsed).ToList())
        {
            if (!IsTooMuch())
                break;
            others.Remove(idle);
            memory -= idle.Spec!.Memory;
            End(idle);
        }

        // Alone, anything may run.
        return !IsTooMuch() || others.Count == 0;
    }

    private void End(Library library)
    {
        foreach (var child in library.Children)
        {
            if (!library.HasParent && child.State is HostState.Starting or HostState.Up)
                KillChild(child);
        }

        if (!library.HasParent)
        {
            library.State = HostState.None;
            DropIfForgotten(library);
            return;
        }

        library.State = HostState.Ending;
        // What it still answers counts no more.
        library.Asked.Clear();
        Do(new EndLibrary(library.Id));
    }

    private void OnLibraryUp(LibraryUp e)
    {
        var library = LibraryOf(e.Library)!;
        if (library.State == HostState.Ending)
            return;
        Invariant.Holds(library.State == HostState.Starting, $"{library.Name} came up and was {library.State}");
        library.State = HostState.Up;
        library.NeverUp = 0;
        foreach (var load in library.Loads.Values)
            Ask(library, load);
        TellVersions(e.Versions);
    }

    private void OnLibraryGone(LibraryGone e)
    {
        var library = LibraryOf(e.Library)!;
        Invariant.Holds(library.State != HostState.None, $"{library.Name} ended and there was none");
        var ended = library.State == HostState.Ending;
        library.NeverUp = library.State == HostState.Starting ? library.NeverUp + 1 : 0;
        library.State = HostState.None;
        library.StartAt = ended ? _now : _now + library.Delay.Next();
        // What it was loading when it died goes to children from now on, which can be spared.
        var blamed = !ended && library.Asked.TryPeek(out var first) ? first : null;
        library.Asked.Clear();
        foreach (var load in library.Loads.Values)
            load.IsSent = false;
        LoseChildren(library, e, isNoFault: ended || blamed is not null);

        if (blamed is not null)
        {
            (blamed.IsExcluded, blamed.IsAnswered, blamed.IsAskedAgain) = (true, false, false);
            Wake(blamed);
        }

        if (library.NeverUp >= MostStarts(library))
            FailWaitingCalls(library, library.NeverUp, ExitText.Ended(e.Status), e.Log);
        DropIfForgotten(library);
    }

    /// <param name="isNoFault">None of their calls is to blame for the end.</param>
    private void LoseChildren(Library library, LibraryGone e, bool isNoFault)
    {
        List<HeldTask> calls = [];
        foreach (var child in library.Children)
        {
            var lost = child.Lose();
            child.ForkAt = _now;
            if (library.IsThreads || isNoFault)
            {
                calls.AddRange(lost);
                continue;
            }

            if (lost.Length > 0)
                ChargeEnd(library, lost[0], e);
            RunAgain([.. lost.Skip(1)], suspect: false);
        }

        if (library.IsThreads && !isNoFault && calls.Count == 1)
            ChargeDeath(calls[0], e.Status, e.Log);
        else
            RunAgain([.. calls], suspect: !isNoFault);
    }

    /// <summary>A library ended while it ran this call, among others perhaps: one that does so again and again is given up.</summary>
    private void ChargeEnd(Library library, HeldTask task, LibraryGone e)
    {
        if (task.Cancelled || ++task.LibraryEnds < _options.LibraryEndLimit)
        {
            RunAgain(task);
            return;
        }

        FreeHeld(task);
        DropOutputOf(task);
        Fail(task, new Failure(
            FailureKind.Lost, $"{library.Name} {ExitText.Ended(e.Status)} each of the {task.LibraryEnds} times that it ran", e.Log, null));
    }

    private int MostStarts(Library library) => library.Spec?.Retries + 1 ?? _options.LibraryFailureLimit;

    private void FailWaitingCalls(Library library, int starts, string ended, string log)
    {
        var (kind, whose) = library.Id == 0 ? (FailureKind.Died, "the worker's library process") : (FailureKind.Library, $"the process of {library.Name}");
        var times = starts == 1 ? "" : $", {starts} times in a row";
        var why = log.Length == 0 || library.Id == 0 ? "" : $": {log.Split('\n')[0]}";
        var failure = new Failure(kind, $"{whose} {ended} before it was ready{times}{why}", log, null);
        foreach (var task in _tasks.Values.Where(t => t.Library == library && t.State is not (HeldTaskState.Ended or HeldTaskState.Sent)).ToArray())
        {
            task.MissingFiles = 0;
            Fail(task, failure);
        }
    }

    /// <summary>The manager will not name it again; nothing of it is held.</summary>
    private void Forget(Library library)
    {
        library.IsForgotten = true;
        _librariesByNumber.Remove(library.Number!.Value);
        if (library.State is HostState.Starting or HostState.Up)
            End(library);
        else
            DropIfForgotten(library);
    }

    private void DropIfForgotten(Library library)
    {
        if (library.IsForgotten && library.State == HostState.None && Array.TrueForAll(library.Children, child => child.State == HostState.None))
            _libraries.Remove(library);
    }

    private void CheckLibraries()
    {
        foreach (var library in _libraries)
            library.CheckInvariants();
        Invariant.Holds(_librariesByNumber.All(l => l.Value.Number == l.Key && _libraries.Contains(l.Value)), "a library is known under another number");
        Invariant.Holds(_slots.All(slot => slot.Busy is null || _libraries.Contains(slot.Busy.Library)), "a slot is busy for a library that is gone");
        Invariant.Holds(
            _libraries.Sum(l => l.Loads.Values.Sum(load => load.Waiting.Count(t => t.State == HeldTaskState.Loading)))
                == _tasks.Values.Count(t => t.State == HeldTaskState.Loading),
            "calls that wait for functions are not those that libraries know of");
    }
}
