using System.Diagnostics;
using System.Text.Json;
using DaskVine.Client;
using DaskVine.Histograms;

namespace DaskVine.Examples.Adl;

/// <summary>Runs queries, and tells what came out: a plot in the terminal, a picture, and all counts as JSON.</summary>
internal sealed class Report(string plots)
{
    private readonly List<object> _counts = [];

    /// <summary>Does something; what a user can meet is one line on standard error.</summary>
    public static async Task<int> Guarded(Func<Task> action)
    {
        try
        {
            await action();
            return 0;
        }
        catch (Exception e) when (e is VineException or HistogramException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 2;
        }
    }

    public async Task AddAsync(Query query, Vine vine)
    {
        var clock = Stopwatch.StartNew();
        var hist = await query.Hist.ComputeAsync(scheduler: vine.Get);
        var seconds = clock.Elapsed.TotalSeconds;
        Console.WriteLine($"\nQuery {query.Number}: {query.Text}, {seconds:F3} s");
        Directory.CreateDirectory(plots);
        foreach (var (name, part) in Query.Parts(query.Number, hist))
        {
            part.Plot();
            File.WriteAllText(Path.Combine(plots, $"adl_{name}.svg"), part.ToSvg($"Query {name}: {query.Text}"));
            _counts.Add(new { name, seconds, counts = part.Values(flow: true) });
        }
    }

    public void WriteJson(string path) => File.WriteAllText(path, JsonSerializer.Serialize(_counts));
}
