"""One analysis of many short tasks in four ways, from a process per task with all data through the manager to calls that share a context.

    PYTHONPATH=interop/python python3 bench/progression.py [--repeat 1] [--output bench/results/progression.md]

The graph (`apps/analysis.py`) makes partitions of events, selects, fills histograms for five systematic variations with a table of
corrections that is an argument of each of these tasks, and adds all histograms up by a tree with fan-in 8. Two workers with one core
each, hard links off, so that what a worker needs of another one is sent; nothing is warm when the clock starts.

 1. process per task, every result through the manager
 2. process per task, results stay with the workers
 3. function calls: interpreters stay, what each child needs it loads itself
 4. function calls with discovered context: functions, modules and the table are loaded once and shared

With --output, bars beside the four of the paper, the distribution of the tasks' times and the bytes between processes are drawn beside it.
Targets: the last in 1/13 of the first one's time, and there 80 % of the cores' time inside the user's functions.
"""

import hashlib
import statistics
import tempfile
import time
from pathlib import Path

import measure
import pictures
from apps import analysis, counting
from cluster import Cluster

from daskvine.movements import Movements

STEPS = {
    "1": ("data through\nthe manager,\na process per task", {"worker_transfers": False, "task_mode": "tasks", "discover_context": False}),
    "2": ("data on\nthe workers,\na process per task", {"task_mode": "tasks", "discover_context": False}),
    "3": ("function calls", {"task_mode": "function-calls", "discover_context": False}),
    "4": ("function calls,\ndiscovered context", {"task_mode": "function-calls"}),
}
# Seconds of DV3, some 17,500 tasks, on a cluster: SC24, "Reshaping High Energy Physics Applications for Near-Interactive Execution Using TaskVine".
PAPER = [
    ("Work Queue,\nHadoop", 3545.0), ("Work Queue,\nVAST", 3378.0), ("TaskVine,\na process per task", 730.0), ("TaskVine,\nfunction calls", 272.0),
]
FUNCTIONS = ("make", "select", "fill", "accumulate")
WORKERS = 2
# Partitions and events of the tiny sizes.
SMALL, SMALL_EVENTS = 1, 2000


def run_step(step, partitions, events):
    """One run on a cold cluster. Run in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        counts = Path(directory, "counts")
        counting.begin(counts)
        graph = analysis.graph(partitions, events)
        with Cluster(WORKERS, links=False, warm=False) as cluster:
            began = time.perf_counter()
            histograms = cluster.vine.get(graph, "histograms", **STEPS[step][1])
            seconds = time.perf_counter() - began
            moved = cluster.vine.movements()
        told = counting.Told(counts)
    inside = told.inside(FUNCTIONS)
    measure.tell({
        "seconds": seconds, "tasks": len(graph), "ran": len(inside), "digest": digest(histograms), "share": sum(inside) / (seconds * WORKERS),
        "times": [round(value, 5) for value in told.tasks(FUNCTIONS)], "interpreters": told.count("interpreter"),
        "pandas": told.count("pandas"), "tables": told.count("table"), "manager": moved.through_manager, "largest": moved.largest,
        "between_workers": largest_between_workers(moved), "made": moved.made, "pairs": [[*pair, *counts] for pair, counts in moved.pairs.items()],
    })


def largest_between_workers(moved):
    """The most bytes from one worker to one other."""
    return max((size for pair, (size, _, _) in moved.pairs.items() if "manager" not in pair), default=0)


def digest(histograms):
    """A name for exactly these numbers."""
    found = hashlib.sha256()
    for name in sorted(histograms):
        found.update(repr(name).encode())
        for numbers in histograms[name]:
            found.update(numbers.tobytes())
    return found.hexdigest()[:16]


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def report(samples, repeat, events):
    samples = {step: found for (step,), found in samples.items()}
    first = samples["1"][0]
    for found in samples.values():
        for sample in found:
            measure.check(sample["digest"], first["digest"], "a step")
            measure.check(sample["ran"], first["tasks"], "the number of functions that ran")
    table = analysis.Corrections().size
    lines = measure.heading("The progression: one analysis in four ways", repeat)
    lines += [
        f"{first['tasks']:,} tasks on partitions of {events:,} events, {WORKERS} workers with one core each, a table of {measure.mib(table)} MiB as "
        f"an argument of most tasks. All steps gave the same numbers (digest `{first['digest']}`).",
        "",
        "![The four steps here and in the paper](progression.svg)",
        "",
        "The paper's four are not the same four: Work Queue, which has all data go through its manager and starts a process per task, on two file "
        "systems; TaskVine with a process per task; TaskVine with function calls. What compares is the way from the first to the last.",
        "",
    ]
    middle = {step: measure.median(found, "seconds") for step, found in samples.items()}
    rows = []
    for step, found in samples.items():
        times = _typical(found)["times"]
        rows.append([
            f"{step}. {STEPS[step][0]}".replace("\n", " "), f"{middle[step]:.1f}", f"{middle['1'] / middle[step]:.1f}",
            *(measure.mib(measure.median(found, name)) for name in ("manager", "largest", "between_workers")),
            *(f"{measure.median(found, name):,.0f}" for name in ("interpreters", "pandas", "tables")),
            f"{1000 * statistics.median(times):.1f}", f"{1000 * percentile(times, 0.95):.1f}", f"{100 * measure.median(found, 'share'):.0f} %",
        ])
    lines += measure.table([
        "step", "s", "times faster", "through the manager, MiB", "largest pair, MiB", "largest pair of workers, MiB", "interpreters started",
        "imports of pandas", "loads of the table", "a task: median, ms", "p95, ms", "inside the functions",
    ], rows)
    ratio, share = middle["1"] / middle["4"], measure.median(samples["4"], "share")
    return [
        *lines,
        "Bytes are those of results; arguments that are part of the graph are not among them. A task's time is that inside its function, or from "
        "the start of its interpreter, where it has one of its own. Starts, imports and loads are counted in the processes themselves. The last "
        "column is the part of the cores' time that was spent inside the functions of the application.",
        "",
        "![How long the tasks take](progression-times.svg)",
        "",
        "Bytes between every two processes, from row to column, in the first step and in the second:",
        "",
        "![Bytes in the first step](progression-bytes-1.svg) ![Bytes in the second step](progression-bytes-2.svg)",
        "",
        f"Targets: 13 times faster from first to last: {'reached' if ratio >= 13 else 'missed'} with {ratio:.1f}; at least 80 % of the cores' time "
        f"in the user's functions at the end: {'reached' if share >= 0.8 else 'missed'} with {100 * share:.0f} %.",
    ]


def _typical(found):
    """The sample with the median of seconds."""
    return sorted(found, key=lambda sample: sample["seconds"])[len(found) // 2]


def draw(samples, output):
    """The bars and the distributions, beside the report."""
    tasks = next(iter(samples.values()))[0]["tasks"]
    here = [(STEPS[step][0], measure.median(found, "seconds")) for (step,), found in samples.items()]
    panels = [(f"here: {tasks:,} tasks on {WORKERS} cores", here), ("the paper: DV3, some 17,500 tasks on a cluster", PAPER)]
    Path(output).with_suffix(".svg").write_text(pictures.bars("The progression", panels) + "\n", encoding="utf-8")
    times = {f"{step}. {STEPS[step][0]}": _typical(found)["times"] for (step,), found in samples.items()}
    axis = "from the start of its interpreter, or of its function where interpreters stay"
    picture = pictures.distributions("How long the tasks take", axis, times)
    beside(output, "times").write_text(picture + "\n", encoding="utf-8")
    for step in ("1", "2"):
        sample = _typical(samples[step,])
        moved = Movements(sample["made"], {(start, end): tuple(counts) for start, end, *counts in sample["pairs"]})
        label = STEPS[step][0].partition(",")[0].replace("\n", " ")
        beside(output, f"bytes-{step}").write_text(moved.to_svg(f"{step}. {label}: bytes") + "\n", encoding="utf-8")


def beside(output, what):
    """The path of a picture."""
    return Path(output).with_name(f"{Path(output).stem}-{what}.svg")


def main():
    options = measure.parse(
        __doc__, repeat=1, partitions=(260, "partitions of events"), events=(analysis.EVENTS, "events in each"),
        small=(0, "1: tiny sizes, to see that it runs"),
    )
    partitions, events = (SMALL, SMALL_EVENTS) if options.small else (options.partitions, options.events)
    if options.measure:
        run_step(options.measure[0], partitions, events)
        return
    samples = measure.in_turns([(step,) for step in STEPS], options.repeat)
    measure.finish(report(samples, options.repeat, events), options.output)
    if options.output:
        draw(samples, options.output)


if __name__ == "__main__":
    main()
