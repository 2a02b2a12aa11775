namespace DaskVine.WorkerState;

/// <summary>Files that stay under the name of their content when the manager does not need them any more.</summary>
internal sealed class NamedFiles
{
    private const int MaxLength = 200;

    // Every name under which a file is kept.
    private readonly Dictionary<string, Entry> _names = [];

    // Those that no file of the manager's is bound to, the one that was used longest ago first.
    private readonly LinkedList<string> _unused = [];

    /// <summary>Of all of them together.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether a name can be one of a file: others are as good as none.</summary>
    public static bool IsValid(string name) =>
        name.Length is > 0 and <= MaxLength && name[0] != '.' && name.AsSpan().IndexOfAny('/', '\0') < 0;

    /// <summary>A file is kept under a name from now on; nothing changes when one is already.</summary>
    public void Add(string name, long size)
    {
        if (_names.ContainsKey(name))
            return;
        _names.Add(name, new Entry(size) { Unused = _unused.AddLast(name) });
        Bytes += size;
    }

    public bool Contains(string name) => _names.ContainsKey(name);

    public long BytesOf(IEnumerable<string> names) => names.Distinct().Sum(name => _names[name].Size);

    /// <summary>A file of the manager's has this content.</summary>
    public void Bind(string name)
    {
        var entry = _names[name];
        entry.Users++;
        if (entry.Unused is { } node)
            _unused.Remove(node);
        entry.Unused = null;
    }

    public void Unbind(string name)
    {
        if (_names.TryGetValue(name, out var entry) && --entry.Users == 0)
            entry.Unused = _unused.AddLast(name);
    }

    /// <summary>It is not kept any more.</summary>
    public void Remove(string name)
    {
        if (!_names.Remove(name, out var entry))
            return;
        Bytes -= entry.Size;
        if (entry.Unused is { } node)
            _unused.Remove(node);
    }

    /// <summary>The name that was used longest ago and is not used now, or null.</summary>
    public string? OldestUnused => _unused.First?.Value;

    public void CheckInvariants(IEnumerable<string> bound)
    {
        var users = bound.CountBy(name => name).ToDictionary();
        foreach (var (name, entry) in _names)
        {
            Invariant.Holds(entry.Users == users.GetValueOrDefault(name), $"{name} has {entry.Users} users, not {users.GetValueOrDefault(name)}");
            Invariant.Holds((entry.Users == 0) == (entry.Unused is not null), $"{name} is used and queued as unused, or neither");
        }

        Invariant.Holds(users.Keys.All(_names.ContainsKey), "a file is bound to a name that is not kept");
        Invariant.Holds(_unused.Count == _names.Values.Count(entry => entry.Users == 0), "names that are not kept are queued as unused");
        Invariant.Holds(Bytes == _names.Values.Sum(entry => entry.Size), "the bytes of named files are miscounted");
    }

    private sealed class Entry(long size)
    {
        public long Size { get; } = size;

        public int Users { get; set; }

        /// <summary>Its place among the unused; null while there are users.</summary>
        public LinkedListNode<string>? Unused { get; set; }
    }
}
