namespace DaskVine.Scheduling.Model;

/// <summary>Things under dense ids that are reused: slot in the low 32 bits, generation above, so that an old id finds nothing.</summary>
internal sealed class SlotTable<T>
    where T : class
{
    // Null exactly where the slot is in _free.
    private readonly List<T?> _items = [];
    private readonly List<int> _generations = [];
    // All and only the slots that hold nothing.
    private readonly Stack<int> _free = new();

    public int Count => _items.Count - _free.Count;

    public IEnumerable<T> Items => _items.Where(item => item is not null)!;

    /// <summary>The id that <see cref="Add"/> gives next.</summary>
    public long NextId => _free.TryPeek(out var slot) ? ((long)_generations[slot] << 32) | (uint)slot : _items.Count;

    /// <summary>Takes a thing in that was made with <see cref="NextId"/>.</summary>
    public void Add(T item)
    {
        if (_free.TryPop(out var slot))
        {
            _items[slot] = item;
            return;
        }

        _items.Add(item);
        _generations.Add(0);
    }

    public T? Find(long id)
    {
        var slot = (int)(id & 0xFFFF_FFFF);
        return (uint)slot < (uint)_items.Count && _generations[slot] == id >> 32 ? _items[slot] : null;
    }

    public void Remove(long id)
    {
        if (Find(id) is null)
            throw new InvalidOperationException($"id {id} is not in the table");
        var slot = (int)(id & 0xFFFF_FFFF);
        _items[slot] = null;
        _generations[slot]++;
        _free.Push(slot);
    }
}
