using DaskVine.Protocol.Libraries;

namespace DaskVine.WorkerState;

/// <summary>One library: its process, its children by slot, and what waits for it.</summary>
internal sealed class Library
{
    public Library(int id, int? number, LibrarySpec? spec, Slot[] slots, Func<RestartDelay> delay)
    {
        (Id, Number, Spec) = (id, number, spec);
        Delay = delay();
        Children = Array.ConvertAll(slots, slot => new Child(this, slot, delay()));
        CoresPerCall = spec?.CoresPerCall ?? 1;
        MaxChildren = spec?.CallsAtOnce(slots.Length) ?? slots.Length;
    }

    /// <summary>Its number here, never given twice; 0 is the worker's own library.</summary>
    public int Id { get; }

    /// <summary>The function that is its spec; null for the worker's own.</summary>
    public int? Number { get; }

    public LibrarySpec? Spec { get; }

    /// <summary>A process that children are forked from; the others are each started by themselves.</summary>
    public bool HasParent => Spec is not { Mode: ExecMode.Direct or ExecMode.Spawn };

    /// <summary>Its children are threads of its process: what ends one of them ends all.</summary>
    public bool IsThreads => Spec is { Mode: ExecMode.Threads };

    public bool IsForOneCall => Spec is { Mode: ExecMode.ForkPerCall };

    public string Name => Spec is null ? "the worker's library" : $"library {Spec.Name}";

    /// <summary>Slots that each of its calls takes.</summary>
    public int CoresPerCall { get; }

    /// <summary>How many of its children there may be.</summary>
    public int MaxChildren { get; }

    /// <summary>Of its parent; without one it is always Up, until it is Ending.</summary>
    public HostState State { get; set; }

    /// <summary>When to start it again, while there is no process.</summary>
    public TimeSpan StartAt { get; set; }

    public RestartDelay Delay { get; }

    /// <summary>Processes in a row that ended before they were ready.</summary>
    public int NeverUp { get; set; }

    /// <summary>Nobody will name it again.</summary>
    public bool IsForgotten { get; set; }

    /// <summary>When a call of it was last sent.</summary>
    public TimeSpan LastUsed { get; set; }

    // By slot.
    public Child[] Children { get; }

    // Calls of it that can run, besides Gone ones.
    public ReadyQueue Ready { get; } = new();

    // Every function that its parent was asked to load, or will be when it is up.
    public Dictionary<int, FunctionLoad> Loads { get; } = [];

    // Of Loads, those that the parent was sent and has not answered, in that order.
    public Queue<FunctionLoad> Asked { get; } = new();

    /// <summary>What its process has not told yet: whether it can load all that the one before it had, and what a new module may have helped.</summary>
    public bool IsReloading => Asked.Count > 0 && Asked.Any(load => load.IsAnswered);

    /// <summary>Whether some function is better inherited than sent.</summary>
    public bool HasHeavy { get; set; }

    public bool IsIdle => Ready.Peek() is null && Array.TrueForAll(Children, child => child.Calls.Count == 0) && !Loads.Values.Any(load => load.IsAwaited);

    public void CheckInvariants()
    {
        Ready.CheckInvariants();
        foreach (var child in Children)
            child.CheckInvariants();
        Invariant.Holds(Asked.All(load => load.IsSent), $"{Name} was asked for what it was not sent");
        Invariant.Holds(Asked.Count == 0 || State == HostState.Up, $"{Name} was asked for functions and is {State}");
        Invariant.Holds(Ready.Ready.All(task => task.Library == this), $"{Name} has ready calls of another");
        Invariant.Holds(Loads.Values.SelectMany(load => load.Waiting).All(task => task.Library == this), $"a call waits for another library than {Name}");
    }
}

/// <summary>What the parent of a library makes of a function.</summary>
internal sealed class FunctionLoad(HeldFunction function)
{
    public HeldFunction Function { get; } = function;

    /// <summary>The present parent was sent it, so children forked from now on have it.</summary>
    public bool IsSent { get; set; }

    /// <summary>A parent has said whether it could load it, and has not ended over it since.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>A module came since a parent could not load it: calls wait for what the parent makes of it now.</summary>
    public bool IsAskedAgain { get; set; }

    /// <summary>A parent could not load it, or ended over it: it goes to children only.</summary>
    public bool IsExcluded { get; set; }

    /// <summary>Children are to have it from their parent, so that it is loaded once and what it holds is shared.</summary>
    public bool IsHeavy { get; set; }

    public bool IsKnown => (IsAnswered && !IsAskedAgain) || IsExcluded;

    // Calls that are Loading and look at it next, besides Gone ones.
    public List<HeldTask> Waiting { get; } = [];

    public bool IsAwaited => Waiting.Exists(task => task.State == HeldTaskState.Loading);
}
