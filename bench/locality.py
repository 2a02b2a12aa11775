"""Bytes moved per byte made, placement by files against random placement, in one run.

    PYTHONPATH=interop/python python3 bench/locality.py [--repeat 3] [--output bench/results/locality.md]

Four workers with one core each, hard links off, so that what a worker needs of another one is sent. `mb` = 200 sources of 1 MiB, a
map on each, a tree with fan-in 8; `shuffle` = 40 rows of 1 MiB cut in 40 parts each, and 40 columns of 40 parts; `tree` = 256 arrays
of 1 MiB summed in twos. `files` is what DaskVine does, `random` its parameter "any-worker": a task goes to any worker with room.
`blocks` shows what could be had by a placement that knows the whole graph: the first quarter of the leaves, and what is made of it, is
bound to the first worker, and so on (workers=).
With --output, the bytes between every two processes are drawn beside it: NAME-mb-files.svg and so on. Target: files moves far less
than random.
"""

import time
from pathlib import Path

import graphs
import measure
from cluster import Cluster

from daskvine.movements import Movements

GRAPHS = ("mb", "shuffle", "tree")
PLACEMENTS = ("files", "random", "blocks")
LEAVES = {"mb": 200, "shuffle": 40, "tree": 256}
FAN_IN = {"mb": 8, "tree": 2}
WORKERS = 4


def make_graph(graph, name, leaves):
    """A graph, and what its key `name` stands for."""
    if graph == "shuffle":
        return graphs.exchange(name, leaves, measure.MIB)
    return graphs.reduction(name, leaves, measure.MIB, FAN_IN[graph], mapped=graph == "mb")


def home_in(graph, leaves):
    """The function that tells the worker of a key, by the first leaf that it is made of."""
    def home(key):
        if type(key) is str:
            return "w1"
        first = key[2] * FAN_IN[graph] ** key[1] if key[0].startswith("sum") else key[1]
        return f"w{first * WORKERS // leaves + 1}"

    return home


def count_bytes(graph, placement, scale):
    """What was moved for one graph on a warm cluster. Run in a process of its own."""
    leaves = max(WORKERS, round(LEAVES[graph] * scale))
    keywords = {"workers": home_in(graph, leaves)} if placement == "blocks" else {}
    with Cluster(WORKERS, links=False) as cluster:
        if placement == "random":
            cluster.tune("any-worker", 1)
        # The durations of the functions are known from here on.
        cluster.vine.get(make_graph(graph, "warm-up", leaves)[0], "warm-up", **keywords)
        before = cluster.vine.movements()
        dsk, expected = make_graph(graph, "total", leaves)
        began = time.perf_counter()
        result = cluster.vine.get(dsk, "total", **keywords)
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
    header = [
        "graph", "placement", "made, MiB", "moved, MiB", "moved / made", "of random's", "largest pair, MiB",
        "through the manager, MiB", "s",
    ]
    lines += measure.table(header, rows)
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
