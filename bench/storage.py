"""Peak storage in the workers' caches, with intermediates deleted when nobody needs them any more and with all of them kept.

    PYTHONPATH=interop/python python3 bench/storage.py [--repeat 3] [--output bench/results/storage.md]

300 sources of 4 MiB, a map on each, summed by a tree with fan-in 8, on two workers with one core each; a thread of the client adds
up the files in the caches every few milliseconds. `pruned` is what DaskVine does, `kept` has prune_depth=0, `limited` has workers
with --disk, which together may hold a small part of all results. What they evict and somebody needs is made again: `made` tells of it.

`tight` is one worker whose disk is 1.1 times the live set, `below` one with 0.9 times: the most bytes that have to be there at the same
time when tasks run one after the other in their order. Each task notes that it began, so that it is known how many ran more than once.
Targets: pruned holds a small part of what is made; limited gives the right result within the limit; tight makes at most 1.3 times the
bytes of the graph; below ends, with the result or with an error that names --disk.
"""

import threading
import time
from collections import Counter

import graphs
import measure
from cluster import Cluster

from daskvine import DaskVineError

CASES = ("pruned", "kept", "limited", "tight", "below")
# Disk of a case with one worker, in live sets.
LIVE_SETS = {"tight": 1.1, "below": 0.9}
FAN_IN = 8
# What a file of the cache has beside the array: more than its header.
HEADER = 1024
SIZE = 4 * measure.MIB
POLL_SECONDS = 0.004


class Peak(threading.Thread):
    """Watches caches until `stop`: `all` and `largest` are the most bytes in all of them and in one, `polls` how often it looked."""

    def __init__(self, cluster):
        super().__init__(daemon=True)
        self.all = self.largest = self.polls = 0
        self._cluster = cluster
        self._stopped = threading.Event()

    def run(self):
        while not self._stopped.wait(POLL_SECONDS):
            held = [self._cluster.cache_bytes(name) for name in self._cluster.workers]
            self.all = max(self.all, self._cluster.cache_bytes())
            self.largest = max(self.largest, *held)
            self.polls += 1

    def stop(self):
        self._stopped.set()
        self.join()


def live_set(graph, wanted):
    """The most results that are needed at the same time when tasks run one by one, depth first from `wanted`."""
    readers = Counter(key for task in graph.values() for key in graphs.inputs_of(task))
    left, live, most = dict(readers), 0, 0
    pending = [(wanted, False)]
    while pending:
        key, ready = pending.pop()
        inputs = graphs.inputs_of(graph[key])
        if not ready:
            pending += [(key, True), *((each, False) for each in reversed(inputs))]
            continue
        live += 1
        most = max(most, live)
        for each in inputs:
            left[each] -= 1
            live -= left[each] == 0
    return most


def watch_storage(case, leaves, limit):
    """Peak bytes, and what they were made of. Run in a process of its own."""
    graph, expected = graphs.reduction("total", leaves, SIZE, FAN_IN)
    live = live_set(graph, "total") * (SIZE + HEADER)
    disk = round(LIVE_SETS[case] * live) if case in LIVE_SETS else limit if case == "limited" else 0
    with Cluster(1 if case in LIVE_SETS else 2, options=["--disk", str(disk)] if disk else []) as cluster:
        before = cluster.vine.movements()
        log = f"{cluster.directory}/began"
        peak = Peak(cluster)
        peak.start()
        began = time.perf_counter()
        failure = ""
        try:
            result = cluster.vine.get(graphs.logged(graph, log), "total", **({"prune_depth": 0} if case == "kept" else {}))
            measure.check(result, expected, case)
        except DaskVineError as error:
            if case != "below" or "--disk" not in str(error):
                raise
            failure = str(error)
        seconds = time.perf_counter() - began
        peak.stop()
        told = cluster.vine.movements().since(before)
        again = sum(count > 1 for count in Counter(graphs.keys_in(log)).values())
    # The results of the graph; what was made twice counts as more.
    measure.tell({
        "peak": peak.all, "largest": peak.largest, "polls": peak.polls, "made": told.made, "once": (len(graph) - 1) * SIZE,
        "seconds": seconds, "again": again, "disk": disk, "ended": not failure,
    })


def report(samples, options):
    lines = measure.heading("Peak storage in the workers' caches", options.repeat)
    middle = {case: {name: measure.median(found, name) for name in found[0]} for (case,), found in samples.items()}
    rows = []
    for case in CASES:
        found = middle[case]
        rows.append([
            case, measure.mib(found["once"]), measure.mib(found["made"]),
            measure.mib(found["peak"]), f"{found['peak'] / found['once']:.3f}", measure.mib(found["largest"]),
            f"{found['peak'] / middle['kept']['peak']:.3f}", f"{found['seconds']:.2f}", f"{found['polls']:.0f}",
            measure.mib(found["disk"]) if found["disk"] else "no limit", f"{found['made'] / found['once']:.2f}", f"{found['again']:.0f}",
            "result" if found["ended"] else "error",
        ])
    header = [
        "", "results, MiB", "made, MiB", "peak, MiB", "peak / results", "peak of one worker, MiB", "of kept's peak", "s", "polls",
        "--disk, MiB", "made / results", "tasks that ran more than once", "ended with",
    ]
    lines += measure.table(header, rows)
    most = middle["limited"]["largest"] / (options.limit * measure.MIB)
    share = 2 * options.limit * measure.MIB / middle["kept"]["once"]
    return [*lines, f"Limited: {options.limit} MiB for each of two workers, {share:.2f} of the results. "
            f"One cache was at {most:.2f} of its limit at most."]


def main():
    options = measure.parse(__doc__, repeat=3, leaves=(300, "sources"), limit=(200, "MiB of cache for each limited worker"))
    if options.measure:
        watch_storage(options.measure[0], options.leaves, options.limit * measure.MIB)
        return
    measure.finish(report(measure.in_turns([(case,) for case in CASES], options.repeat), options), options.output)


if __name__ == "__main__":
    main()
