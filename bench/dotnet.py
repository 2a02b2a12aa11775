"""What .NET costs beside its limits: streams of Arrow, ingestion of graphs, and no-op tasks end to end, as ratios in one run.

    PYTHONPATH=interop/python python3 bench/dotnet.py [--repeat 3] [--output bench/results/dotnet.md]

- Arrow: writing and reading a million doubles, 100,000 strings and 1,000 small batches, against a copy of the same bytes.
- Graphs: 100,000 independent tasks and one that sums them, and a chain of 100,000, from the dictionary to what the manager takes, without one.
- Tasks: the first of these graphs through a manager and a worker of two cores, who share the machine with the client, against `dask.get` in
  process and `daskvine` from Python. Seven graphs follow three that warm up.

Build first: `dotnet build -c Release bench/DaskVine.Benchmarks`, and `dotnet publish -c Release src/DaskVine.Cli`.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import measure
import overhead

TASKS = 100_000
GRAPHS = 7
WARM_UPS = 3
TARGET = 100_000
PROGRAM = Path(__file__).parent / "DaskVine.Benchmarks/bin/Release/net10.0/DaskVine.Benchmarks.dll"
CASES = (("micro",), ("tasks", "dotnet"), ("tasks", "vine"), ("tasks", "dask.get"))

# A name, our benchmark, its limit.
STREAMS = (
    ("write 1 M doubles", "WriteDoubles", "CopyDoubles"),
    ("read 1 M doubles into an array", "ReadDoubles", "CopyDoubles"),
    ("view 1 M doubles in place", "ViewDoubles", "CopyDoubles"),
    ("write 100,000 strings", "WriteStrings", "CopyStrings"),
    ("read 100,000 strings, each a string of .NET", "ReadStrings", "CopyStrings"),
    ("view the bytes of 100,000 strings", "ViewStrings", "CopyStrings"),
    ("write 1,000 batches of 8 rows", "WriteBatches", "CopyBatches"),
    ("read 1,000 batches of 8 rows", "ReadBatches", "CopyBatches"),
)
INGESTION = (
    ("make the graph of independent tasks", "BuildSum"),
    ("resolve it", "ResolveSum"),
    ("resolve and encode it", "ResolveAndEncodeSum"),
    ("resolve and encode two layers of 50,000", "ResolveAndEncodeLayers"),
    ("resolve a chain", "ResolveChain"),
    ("resolve and encode a chain", "ResolveAndEncodeChain"),
)


def run_micro():
    """Median seconds of each benchmark."""
    with tempfile.TemporaryDirectory() as artifacts:
        subprocess.run(
            ["dotnet", PROGRAM, "--filter", "*ArrowBenchmarks*", "*GraphBenchmarks*", "--artifacts", artifacts], stdout=subprocess.DEVNULL, check=True,
        )
        reports = [json.loads(report.read_text(encoding="utf-8")) for report in Path(artifacts, "results").glob("*-report-brief.json")]
    measure.tell({found["Method"]: found["Statistics"]["Median"] / 1e9 for report in reports for found in report["Benchmarks"]})


def run_tasks(peer):
    """Median seconds of a graph, and CPU seconds per task of each process where they are known."""
    if peer == "dotnet":
        done = subprocess.run(["dotnet", PROGRAM, "tasks", f"{TASKS}", f"{GRAPHS}"], capture_output=True, text=True, check=True)
        sample = json.loads(done.stdout)
        cpu = {f"{process} CPU": seconds / GRAPHS / TASKS for process, seconds in sample["cpu"].items()}
        measure.tell({"seconds": statistics.median(sample["seconds"]), "best": min(sample["seconds"]), **cpu})
        return
    get, close = overhead.make_cluster(peer)
    times = []
    for number in range(WARM_UPS + GRAPHS):
        graph = overhead.sum_graph(TASKS, f"total-{number}")
        began = time.perf_counter()
        result = get(graph, f"total-{number}")
        times.append(time.perf_counter() - began)
        measure.check(result, sum(range(TASKS)), peer)
    close()
    times = times[WARM_UPS:]
    measure.tell({"seconds": statistics.median(times), "best": min(times)})


def report(samples, repeat):
    micro = {name: measure.median(samples["micro",], name) for name in samples["micro",][0]}
    tasks = {peer: {name: measure.median(found, name) for name in found[0]} for (_, *peers), found in samples.items() for peer in peers}
    lines = measure.heading("What .NET costs", repeat)
    lines += ["## Streams of Arrow", "", *measure.table(["", "µs", "a copy of the bytes, µs", "times the copy"], [
        [name, f"{micro[ours] * 1e6:,.0f}", f"{micro[limit] * 1e6:,.0f}", f"{micro[ours] / micro[limit]:.2f}"] for name, ours, limit in STREAMS
    ])]
    numbering = micro["NumberKeys"]
    lines += [f"## Graphs of {TASKS:,} tasks", "", *measure.table(["", "ns per task", "times numbering the keys"], [
        ["number the keys by a dictionary", f"{numbering / TASKS * 1e9:,.0f}", "1.0"],
        *([name, f"{micro[ours] / TASKS * 1e9:,.0f}", f"{micro[ours] / numbering:.1f}"] for name, ours in INGESTION),
    ])]
    lines += [f"## {TASKS:,} no-op tasks and their sum", "", *measure.table(
        ["", "tasks/s, median of the graphs", "best graph", "/ dask.get"],
        [[name, _rate(tasks[peer]["seconds"]), _rate(tasks[peer]["best"]), f"{tasks['dask.get']['seconds'] / tasks[peer]['seconds']:.2f}"]
         for name, peer in ((".NET client, .NET functions", "dotnet"), ("daskvine from Python", "vine"), ("dask.get in process", "dask.get"))],
    )]
    ours = tasks["dotnet"]
    cpu = ", ".join(f"{name[:-4]} {seconds * 1e6:.1f}" for name, seconds in ours.items() if name.endswith(" CPU"))
    reached = TASKS / ours["seconds"]
    return [
        *lines, f"CPU time of a task in µs, making the graph included: {cpu}.", "", "Target:", "",
        f"- at least {TARGET:,} .NET tasks/s end to end: {'reached' if reached >= TARGET else 'missed'} with {reached:,.0f}.",
    ]


def _rate(seconds):
    return f"{TASKS / seconds:,.0f}"


def main():
    options = measure.parse(__doc__, repeat=3)
    if options.measure:
        kind, *peer = options.measure
        {"micro": run_micro, "tasks": run_tasks}[kind](*peer)
        return
    if not PROGRAM.exists():
        sys.exit("Build the benchmarks first: dotnet build -c Release bench/DaskVine.Benchmarks")
    measure.finish(report(measure.in_turns(CASES, options.repeat), options.repeat), options.output)


if __name__ == "__main__":
    main()
