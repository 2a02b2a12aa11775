"""Work that is done again after a worker was killed, against the results that were lost with it.

    PYTHONPATH=interop/python python3 bench/recovery.py [--repeat 3] [--output bench/results/recovery.md]

120 sources of 2 MiB, a map on each, summed by a tree with fan-in 4 (281 tasks, 560 MiB), on three workers with one core each, hard
links off. One worker is killed with SIGKILL when a number of tasks have begun that is drawn anew for each graph, and the same in all
cases; then another one starts in its place. Each task appends a line to a file when it begins and when it ends, so what ran twice is known.
`lost` = the files in the cache of the killed worker and the task that it ran. `had to` = what had to be made again, computed from the
lines and the graph alone: results that were made at the killed worker and had a reader to come, what was running there, and of what these
are made whatever was freed before. `pruned` is what DaskVine does: what was lost may need inputs that were deleted. `kept` has
prune_depth=0, `replicas` temp-replica-count 2. Targets: the right result each time; nothing runs again that did not have to, or this
bench fails; kept runs again no more than was lost.
"""

import random
import statistics
import sys
import threading
import time
from collections import Counter

import graphs
import measure
from cluster import Cluster

CASES = ("pruned", "kept", "replicas")
SIZE = 2 * measure.MIB
POLL_SECONDS = 0.001
# Lines of a worker whose reports may not have come to the manager when it was killed.
REPORTS = 30
# So long that a worker has room for some work between two looks at it.
TASK_SECONDS = 0.01


class Killer(threading.Thread):
    """Kills a worker when `begun` tasks are in the log; `lost` is what it had then, None when the graph was done before.

    `lines` is how many lines the log had when the worker was dead.
    """

    def __init__(self, cluster, name, log, begun):
        super().__init__(daemon=True)
        self.lost = self.lines = None
        self._cluster, self._name, self._log, self._begun = cluster, name, log, begun
        self._stopped = threading.Event()

    def run(self):
        while not self._stopped.wait(POLL_SECONDS):
            if len(graphs.keys_in(self._log)) >= self._begun:
                self._cluster.kill(self._name)
                self.lines = len(graphs.entries_in(self._log))
                self.lost = self._cluster.cached_files(self._name) + 1
                return

    def stop(self):
        self._stopped.set()
        self.join()


def had_to_run_again(graph, entries, lines, victim, kept):
    """The keys of tasks, as text, that a death may have run again, and those that have run again; None for no death.

    `entries` are of the log, of which the first `lines` were there when the worker was dead whose directory is `victim`.
    """
    inputs = {repr(key): [repr(each) for each in graphs.inputs_of(task)] for key, task in graph.items()}
    readers = {key: [] for key in inputs}
    for key, read in inputs.items():
        for each in read:
            readers[each].append(key)
    places, ended, again = {}, set(), set()
    at_death = None
    for number, (began, where, key) in enumerate(entries):
        if number == lines:
            at_death = set(ended)
        if not began:
            ended.add(key)
        elif key in places:
            again.add(key)
            # Until the first one ran again something may have been freed still.
            freed_by = freed_by if len(again) > 1 else set(ended)
        else:
            places[key] = where
            began_by_then = number < lines
            if not began_by_then:
                places[key] = ""
    if not again:
        return set(), again
    at_death = set(ended) if at_death is None else at_death
    # Its report may not have left the worker.
    last = {key for began, where, key in entries[max(0, lines - REPORTS):lines] if where.startswith(victim)}
    there = {
        key for key, where in places.items()
        if where and not where.startswith(victim) and key in at_death and (kept or any(each not in freed_by for each in readers[key]))
    }
    closure = set()
    pending = [
        key for key, where in places.items()
        if where.startswith(victim) and (key not in at_death or key in last or any(each not in at_death for each in readers[key]))
    ]
    while pending:
        key = pending.pop()
        if key in closure:
            continue
        closure.add(key)
        pending += [each for each in inputs[key] if each not in there]
    return closure, again


def moments(seed, count, below):
    """`count` moments in a graph of `below` tasks, the same for one seed."""
    chosen = random.Random(seed)
    return [chosen.randrange(below // 10, below * 9 // 10) for _ in range(count)]


def kill_workers(case, leaves, kills):
    """One graph without a death and `kills` with one each. Run in a process of its own."""
    keywords = {"prune_depth": 0} if case == "kept" else {}
    with Cluster(3, links=False) as cluster:
        if case == "replicas":
            cluster.tune("temp-replica-count", 2)
        tasks = len(graphs.reduction("count", leaves, SIZE, 4)[0])
        victims = list(cluster.workers)
        trials = []
        cluster.vine.get(graphs.reduction("warm-up", leaves, SIZE, 4)[0], "warm-up", **keywords)
        for number, begun in enumerate([None, *moments(1, kills, tasks)]):
            name, log = f"total-{number}", f"{cluster.directory}/log-{number}"
            graph, expected = graphs.reduction(name, leaves, SIZE, 4)
            killer = begun and Killer(cluster, victims[number % len(victims)], log, begun)
            if killer:
                killer.start()
            began = time.perf_counter()
            result = cluster.vine.get(graphs.logged(graph, log, TASK_SECONDS), name, **keywords)
            seconds = time.perf_counter() - began
            if killer:
                killer.stop()
            measure.check(result, expected, f"{case} with a death after {begun} of {tasks} tasks")
            again = sum(count - 1 for count in Counter(graphs.keys_in(log)).values())
            had_to = 0
            if killer and killer.lost is not None:
                victim = f"{cluster.directory}/{victims[number % len(victims)]}/"
                allowed, ran = had_to_run_again(graph, graphs.entries_in(log), killer.lines, victim, case == "kept")
                if ran - allowed:
                    sys.exit(f"{case}: {sorted(ran - allowed)} ran again, and did not have to, after a death at {begun} of {tasks}")
                had_to = len(allowed)
            trials.append({
                "begun": begun, "again": again, "lost": killer.lost if killer else 0, "had_to": had_to, "seconds": seconds,
            })
            if killer and killer.lost is not None:
                victims[number % len(victims)] = cluster.start_worker()
                cluster.wait_for_workers()
    calm, *killed = trials
    measure.tell({"tasks": tasks, "calm": calm, "killed": [trial for trial in killed if trial["lost"] is not None]})


def report(samples, options):
    lines = measure.heading("Work done again after a worker was killed", options.repeat)
    rows = []
    for (case,), found in samples.items():
        killed = [trial for sample in found for trial in sample["killed"]]
        again, lost = (sum(trial[name] for trial in killed) for name in ("again", "lost"))
        calm = statistics.median(sample["calm"]["seconds"] for sample in found)
        rows.append([
            case, str(found[0]["tasks"]), str(len(killed)), f"{statistics.median(trial['lost'] for trial in killed):.0f}",
            f"{statistics.median(trial['again'] for trial in killed):.0f}", str(max(trial["again"] for trial in killed)),
            f"{statistics.median(trial['had_to'] for trial in killed):.0f}", "0", f"{again / lost:.2f}", f"{sum(sample['calm']['again'] for sample in found)}", f"{calm:.2f}",
            f"{statistics.median(trial['seconds'] for trial in killed):.2f}",
        ])
    header = [
        "", "tasks", "workers killed", "lost, median", "run again, median", "most", "had to at most, median", "ran and did not have to", "again / lost", "again without a death",
        "s without a death", "s with one",
    ]
    lines += measure.table(header, rows)
    return [*lines, "Every result was right, or this report would not be there."]


def main():
    options = measure.parse(__doc__, repeat=3, leaves=(120, "sources"), kills=(4, "graphs with a death in each process"))
    if options.measure:
        kill_workers(options.measure[0], options.leaves, options.kills)
        return
    measure.finish(report(measure.in_turns([(case,) for case in CASES], options.repeat), options), options.output)


if __name__ == "__main__":
    main()
