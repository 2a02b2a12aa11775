using DaskVine.Protocol;
using DaskVine.Simulation.Network;

namespace DaskVine.Simulation.Workers;

/// <summary>A worker's cache directory: files, what calls have written, what is kept under names, parts of files.</summary>
internal sealed class SimulatedCache(World world, string owner)
{
    // Whole files, and among them those that are read elsewhere and take no room.
    private readonly Dictionary<FileId, StoredFile> _files = [];
    private readonly HashSet<FileId> _elsewhere = [];
    private readonly Dictionary<long, StoredFile> _outputs = [];
    private readonly Dictionary<string, StoredFile> _named = [];
    private readonly Dictionary<FileId, long> _parts = [];
    // Files that are gone and that nobody has been told of.
    private readonly HashSet<FileId> _vanished = [];

    public IReadOnlyCollection<FileId> Files => _files.Keys;

    public int OutputCount => _outputs.Count;

    public int PartCount => _parts.Count;

    /// <summary>What its files take: of several with one name the content once.</summary>
    public long Bytes { get; private set; }

    public StoredFile? Find(FileId file) => _files.GetValueOrDefault(file);

    /// <summary>A whole file, or null.</summary>
    public StoredFile? Open(FileId file) => _files.TryGetValue(file, out var found) && found.IsWhole ? found : null;

    public StoredFile? Named(string name) => _named.GetValueOrDefault(name);

    public void Put(FileId file, StoredFile content, bool elsewhere = false)
    {
        Remove(file);
        _vanished.Remove(file);
        _files.Add(file, content);
        if (elsewhere)
            _elsewhere.Add(file);
        else
            Account(_named.ContainsValue(content) ? 0 : content.Size);
    }

    public void Delete(FileId file)
    {
        if (!_vanished.Remove(file) && !Remove(file))
            throw new PropertyBrokenException("effects", $"{owner} deletes the file of {world.Book.NameOf(file)}, which it does not have")
            { Nodes = [world.Book.NameOf(file)] };
    }

    /// <summary>It is not what it was, and the worker knows.</summary>
    public bool Remove(FileId file)
    {
        if (!_files.Remove(file, out var content))
            return false;
        if (!_elsewhere.Remove(file) && !_named.ContainsValue(content))
            Account(-content.Size);
        return true;
    }

    /// <summary>Somebody deletes a file or cuts it off, and the worker does not know.</summary>
    public void Damage(FileId file, bool vanish)
    {
        var content = _files[file];
        if (_elsewhere.Contains(file) || _named.ContainsValue(content))
            return;
        Remove(file);
        if (vanish)
            _vanished.Add(file);
        else
            Put(file, content with { Bytes = content.Bytes[..(content.Bytes.Length / 2)], Size = content.Size / 2, IsWhole = false });
    }

    public void Write(long call, StoredFile output) => _outputs[call] = output;

    public StoredFile? TakeOutput(long call) => _outputs.Remove(call, out var output) ? output : null;

    /// <summary>Bytes that have come of a file before.</summary>
    public long PartOf(FileId file) => _parts.GetValueOrDefault(file);

    public void KeepPart(FileId file, long bytes) => _parts[file] = bytes;

    public void DropPart(FileId file) => _parts.Remove(file);

    public void Name(FileId file, string name)
    {
        if (_named.TryAdd(name, _files[file]))
            return;
        // It is the same content, which does not count twice.
        Remove(file);
        _files.Add(file, _named[name]);
    }

    public void DeleteNamed(string name)
    {
        if (_named.Remove(name, out var content) && !_files.ContainsValue(content))
            Account(-content.Size);
    }

    public void Clear()
    {
        foreach (var file in _files.Keys.ToList())
            Remove(file);
        _parts.Clear();
    }

    /// <summary>The process has ended, and its directory is gone.</summary>
    public void Discard() => Account(-Bytes);

    private void Account(long bytes)
    {
        Bytes += bytes;
        world.StoredBytes += bytes;
        world.Totals.PeakStored = Math.Max(world.Totals.PeakStored, world.StoredBytes);
    }
}
