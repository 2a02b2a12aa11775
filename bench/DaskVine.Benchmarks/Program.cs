using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using DaskVine.Benchmarks;
using Perfolizer.Horology;

if (args is [TaskRate.Command, var tasks, var graphs])
{
    await TaskRate.RunAsync(int.Parse(tasks, CultureInfo.InvariantCulture), int.Parse(graphs, CultureInfo.InvariantCulture)).ConfigureAwait(false);
    return 0;
}

// In this process: no project has to be generated and restored.
var job = Job.Default
    .WithToolchain(InProcessEmitToolchain.Instance)
    .WithWarmupCount(4)
    .WithIterationCount(9)
    .WithIterationTime(TimeInterval.FromMilliseconds(200));
var config = DefaultConfig.Instance.AddJob(job).AddExporter(JsonExporter.Brief).AddColumn(StatisticColumn.Median);
var summaries = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
return summaries.Any(summary => summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success)) ? 1 : 0;
