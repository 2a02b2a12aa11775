using System.CommandLine;
using DaskVine.Client;
using DaskVine.Examples.Adl;
using DaskVine.Histograms;

// The eight queries of the HEP analysis benchmark, on a cluster of this machine.
//
//     dotnet run --project examples/csharp/DaskVine.Examples.Adl -c Release -- --events 1000000
//     dotnet run --project examples/csharp/DaskVine.Examples.Adl -c Release -- generate --events 1000000 --output DIR
Option<long> events = new("--events") { Description = "How many events to generate", DefaultValueFactory = _ => 200_000 };
Option<int> partitions = new("--partitions") { Description = "In how many files", DefaultValueFactory = _ => 8 };
Option<long> seed = new("--seed") { Description = "Another one makes other events", DefaultValueFactory = _ => 1 };
Option<string> output = new("--output") { Description = "Directory of the files", Required = true };
Option<string?> input = new("--input") { Description = "Files of events that are there already, as in \"DIR/*.arrow\"" };
Option<string> plots = new("--plots") { Description = "Directory of the pictures", DefaultValueFactory = _ => "examples/out" };
Option<string?> json = new("--json") { Description = "File for the counts, with underflow and overflow" };
Option<int> workers = new("--workers") { Description = "How many workers to start", DefaultValueFactory = _ => 1 };
Option<int> cores = new("--cores") { Description = "Cores of each worker", DefaultValueFactory = _ => 2 };

var generate = new Command("generate", "Write generated events as Arrow files.") { events, partitions, seed, output };
generate.SetAction(parsed => Report.Guarded(() =>
{
    new EventGenerator(parsed.GetValue(seed)).Write(parsed.GetValue(output)!, parsed.GetValue(events), parsed.GetValue(partitions));
    return Task.CompletedTask;
}));

var root = new RootCommand("Runs the eight queries of the HEP analysis benchmark.") { events, partitions, seed, input, plots, json, workers, cores, generate };
root.SetAction(parsed => Report.Guarded(async () =>
{
    using var generated = parsed.GetValue(input) is null ? new GeneratedFiles() : null;
    generated?.Write(parsed.GetValue(seed), parsed.GetValue(events), parsed.GetValue(partitions));
    await using var vine = await Vine.StartLocalAsync(parsed.GetValue(workers), parsed.GetValue(cores));
    var report = new Report(parsed.GetValue(plots)!);
    foreach (var query in Queries.Of(EventFiles.Open(parsed.GetValue(input) ?? generated!.Pattern)))
        await report.AddAsync(query, vine);
    if (parsed.GetValue(json) is { } path)
        report.WriteJson(path);
}));
return await root.Parse(args).InvokeAsync();
