"""Bytes moved per byte made, placement by files against random placement, in one run.

    PYTHONPATH=interop/python python3 bench/locality.py [--repeat 3] [--output bench/results/locality.md]

Four workers with one core each, hard links off, so that what a worker needs of another one is sent. `mb` = 200 sources of 1 MiB, a
map on each, a tree with fan-in 8; `shuffle` = 40 rows of 1 MiB cut in 40 parts each, and 40 columns of 40 parts; `tree` = 256 arrays
of 1 MiB summed in twos. `files` is what DaskVine does, `random` its parameter "any-worker": a task goes to any worker with room.
With --output, the bytes between every two processes are drawn beside it: NAME-mb-files.svg and so on. Target: files moves far less than random.
"""

import time
from pathlib import Path

import graphs
import measure
from cluster import Cluster

from daskvine.movements import Movements

GRAPHS = ("mb", "shuffle", "tree")
PLACEMENTS = ("files", "random")


def make_graph(graph, name, scale):
    """A graph, and what its key `name` stands for; `scale` 1 is the size that is reported."""
    if graph == "mb":
        return graphs.reduction(name, round(200 * scale), measure.MIB, 8)
    if graph == "shuffle":
        return graphs.exchange(name, max(2, round(40 * scale)), measure.MIB)
    return graphs.reduction(name, round(256 * scale), measure.MIB, 2, mapped=False)


def count_bytes(graph, placement, scale):
    """What was moved for one graph on a warm cluster. Run in a process of its own."""
    with Cluster(4, links=False) as cluster:
        if placement == "random":
            cluster.tune("any-worker", 1)
        # The durations of the functions are known from here on.
        cluster.vine.get(make_graph(graph, "warm-up", scale)[0], "warm-up")
        before = cluster.vine.movements()
        dsk, expected = make_graph(graph, "total", scale)
        began = time.perf_counter()
        result = cluster.vine.get(dsk, "total")
        seconds = time.perf_counter() - began
        measure.check(result, expected, f"{graph} with {placement}")
        told = cluster.vine.movements().since(before)
    pairs = [[start, end, *counts] for (start, end), counts in told.pairs.items()]
    measure.tell({
        "seconds": seconds, "made": told.made, "moved": told.moved, "largest": told.largest, "manager": told.through_manager,
        "linked": told.linked, "pairs": pairs,
    })


def report(samples, repeat):
    lines = measure.heading("Bytes moved: placement by files and at random", repeat)
    rows = []
    for graph in GRAPHS:
        moved = {placement: measure.median(samples[graph, placement], "moved") for placement in PLACEMENTS}
        for placement in PLACEMENTS:
            found = samples[graph, placement]
            middle = {name: measure.median(found, name) for name in ("made", "largest", "manager", "seconds")}
            rows.append([
                graph, placement, measure.mib(middle["made"]), measure.mib(moved[placement]), f"{moved[placement] / middle['made']:.3f}",
                f"{moved[placement] / moved['random']:.2f}", measure.mib(middle["largest"]), measure.mib(middle["manager"]),
                f"{middle['seconds']:.2f}",
            ])
    lines += measure.table(
        ["graph", "placement", "made, MiB", "moved, MiB", "moved / made", "of random's", "largest pair, MiB", "through the manager, MiB", "s"], rows
    )
    linked = max(sample["linked"] for found in samples.values() for sample in found)
    return [*lines, f"Bytes linked: {linked} (links are off). The pictures are of the run with the median of bytes moved."]


def draw(samples, output):
    """An SVG file of the matrix for each case, beside the report."""
    for (graph, placement), found in samples.items():
        middle = sorted(found, key=lambda sample: sample["moved"])[len(found) // 2]
        movements = Movements(middle["made"], {(start, end): tuple(counts) for start, end, *counts in middle["pairs"]})
        picture = movements.to_svg(f"{graph}, {placement}: bytes from row to column")
        Path(output).with_name(f"{Path(output).stem}-{graph}-{placement}.svg").write_text(picture + "\n", encoding="utf-8")


def main():
    options = measure.parse(__doc__, repeat=3, scale=(1.0, "size of the graphs"))
    if options.measure:
        count_bytes(*options.measure, options.scale)
        return
    samples = measure.in_turns([(graph, placement) for graph in GRAPHS for placement in PLACEMENTS], options.repeat)
    measure.finish(report(samples, options.repeat), options.output)
    if options.output:
        draw(samples, options.output)


if __name__ == "__main__":
    main()
