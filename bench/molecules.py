"""Molecular dynamics of many small replicas: some 1,600 short functions with small arrays between them, by how much calls keep.

    PYTHONPATH=interop/python python3 bench/molecules.py [--repeat 3] [--output bench/results/molecules.md]

Replicas of 64 Lennard-Jones particles move for some steps, then exchange temperatures with a neighbour (`apps/replicas.py`). `L1`: a
process per task; `L2`: function calls, which keep interpreter and code; `dask.get`: one process without a cluster. Two workers with one
core each, nothing is warm when the clock starts.
"""

import hashlib
import os
import statistics
import tempfile
import time
from pathlib import Path

import measure
import pictures
from apps import counting, replicas
from cluster import Cluster

CASES = ("dask.get", "L1", "L2")
LABELS = {"dask.get": "dask.get,\none process", "L1": "L1: a process\nper task", "L2": "L2: function\ncalls"}
MODES = {"L1": "tasks", "L2": "function-calls"}
FUNCTIONS = ("start", "advance", "exchange", "side", "energies")
WORKERS = 2


def run_case(case, count, rounds):
    """One run. Run in a process of its own."""
    graph = replicas.graph(count, rounds)
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        counts = Path(directory, "counts")
        counting.begin(counts)
        if case == "dask.get":
            import dask

            began = time.perf_counter()
            found = dask.get(graph, "energies")
            seconds = time.perf_counter() - began
        else:
            with Cluster(WORKERS, warm=False) as cluster:
                began = time.perf_counter()
                found = cluster.vine.get(graph, "energies", task_mode=MODES[case])
                seconds = time.perf_counter() - began
        told = counting.Told(counts)
    inside = told.inside(FUNCTIONS)
    cores = WORKERS if case in MODES else 1
    measure.tell({
        "seconds": seconds, "tasks": len(graph), "ran": len(inside), "digest": hashlib.sha256(found.tobytes()).hexdigest()[:16],
        "interpreters": told.count("interpreter"), "median": statistics.median(told.tasks(FUNCTIONS)), "share": sum(inside) / (seconds * cores),
    })


def report(samples, repeat, count):
    samples = {case: found for (case,), found in samples.items()}
    first = samples["dask.get"][0]
    for case, found in samples.items():
        for sample in found:
            measure.check(sample["digest"], first["digest"], case)
            measure.check(sample["ran"], first["tasks"], f"{case}: the number of functions that ran")
    lines = measure.heading("Molecular dynamics of many small replicas", repeat)
    lines += [
        f"{first['tasks']:,} tasks for {count} replicas of {replicas.PARTICLES} particles. All cases gave the same energies (digest "
        f"`{first['digest']}`).",
        "",
        "![Seconds by what is kept](molecules.svg)",
        "",
    ]
    names = ("seconds", "interpreters", "median", "share")
    middle = {case: {name: measure.median(found, name) for name in names} for case, found in samples.items()}
    rows = [
        [
            LABELS[case].replace("\n", " "), f"{row['seconds']:.2f}", f"{middle['L1']['seconds'] / row['seconds']:.1f}", f"{row['interpreters']:.0f}",
            f"{1000 * row['median']:.1f}", f"{100 * row['share']:.0f} %",
        ]
        for case, row in middle.items()
    ]
    lines += measure.table(["", "s", "times faster than L1", "interpreters started", "a task: median, ms", "inside the functions"], rows)
    return [
        *lines,
        "A task's time is that inside its function, or from the start of its interpreter, where it has one of its own. The last column is the part "
        "of the cores' time that was spent inside the functions of the application.",
    ]


def draw(samples, output):
    """Bars beside the report."""
    here = [(LABELS[case], measure.median(found, "seconds")) for (case,), found in samples.items()]
    picture = pictures.bars("Molecular dynamics: what calls keep", [(f"on {WORKERS} cores", here)])
    Path(output).with_suffix(".svg").write_text(picture + "\n", encoding="utf-8")


def main():
    options = measure.parse(__doc__, repeat=3, replicas=(16, "replicas"), rounds=(40, "rounds of steps and exchanges"))
    # As many processes as cores; threads of their own would only be in each other's way.
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
    if options.measure:
        run_case(options.measure[0], options.replicas, options.rounds)
        return
    samples = measure.in_turns([(case,) for case in CASES], options.repeat)
    measure.finish(report(samples, options.repeat, options.replicas), options.output)
    if options.output:
        draw(samples, options.output)


if __name__ == "__main__":
    main()
