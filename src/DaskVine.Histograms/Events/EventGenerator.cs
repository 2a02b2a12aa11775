using DaskVine.Arrow;

namespace DaskVine.Histograms;

/// <summary>
/// Makes events that look like those of a proton collider, in the columns of NanoAOD: MET_pt, MET_phi, MET_sumet; nMuon, Muon_pt, Muon_eta,
/// Muon_phi, Muon_mass, Muon_charge; the same of Electron; nJet, Jet_pt, Jet_eta, Jet_phi, Jet_mass, Jet_btag. Momenta in GeV, angles in rad.
/// The same seed and partition give the same events, anywhere.
/// </summary>
public sealed class EventGenerator
{
    private readonly ulong _seed;

    /// <param name="seed">Any number.</param>
    public EventGenerator(long seed = 1) => _seed = (ulong)seed;

    /// <summary>The events of a partition. Two partitions have nothing in common.</summary>
    public ArrowTable Generate(int events, int partition = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(events);
        var random = new GeneratorRandom(_seed, (ulong)partition);
        var (met, muons, electrons, jets) = (new GeneratedMet(events), new GeneratedLeptons(0.1057), new GeneratedLeptons(0.000511), new GeneratedJets());
        for (var i = 0; i < events; i++)
        {
            // Three in ten events have a Z boson, which decays to either flavour of leptons.
            if (random.Next() < 0.3)
                (random.Next() < 0.5 ? muons : electrons).AddZ(random);
            muons.AddOthers(random);
            electrons.AddOthers(random);
            jets.Add(random);
            met.Add(random);
            muons.End();
            electrons.End();
            jets.End();
        }

        return ArrowTable.Of(
            [.. met.Columns(), .. muons.Columns("Muon"), .. electrons.Columns("Electron"), .. jets.Columns("Jet")]);
    }

    /// <summary>Writes events as Arrow files, events-0000.arrow and so on, a file for each partition and a batch for each so many events.</summary>
    /// <param name="directory">Made if it is not there.</param>
    /// <param name="events">How many, in all files together.</param>
    /// <param name="partitions">How many files.</param>
    /// <param name="batch">How many events a batch of a file has at most; each batch is a partition when the files are opened.</param>
    /// <returns>The paths.</returns>
    /// <exception cref="IOException">The files cannot be written.</exception>
    public IReadOnlyList<string> Write(string directory, long events, int partitions, int batch = 1_000_000)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(events);
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        Directory.CreateDirectory(directory);
        var paths = Enumerable.Range(0, partitions).Select(number => Path.Combine(directory, $"events-{number:D4}.arrow")).ToArray();
        Parallel.For(0, partitions, number =>
        {
            var count = (events * (number + 1) / partitions) - (events * number / partitions);
            var batches = (int)Math.Max(1, (count + batch - 1) / batch);
            Write(paths[number], Enumerable.Range(0, batches).Select(index => Generate(
                (int)((count * (index + 1) / batches) - (count * index / batches)), (number << 16) + index)));
        });
        return paths;
    }

    // Under another name at first, so that nobody finds half a file.
    private static void Write(string path, IEnumerable<ArrowTable> batches)
    {
        var unfinished = $"{path}.part";
        using (var file = File.Create(unfinished))
        {
            ArrowFileWriter? writer = null;
            foreach (var table in batches)
            {
                writer ??= new ArrowFileWriter(table.Schema);
                foreach (var piece in writer.Write(table.Batches[0]))
                    file.Write(piece.Span);
            }

            foreach (var piece in writer!.End())
                file.Write(piece.Span);
        }

        File.Move(unfinished, path, overwrite: true);
    }
}
