"""Seconds for a graph of large values on a warm cluster of two workers, as ratios between schedulers in one run.

    PYTHONPATH=interop/python python3 bench/mb_graph.py [--repeat 5] [--output bench/results/mb_graph.md]

200 sources of 1 MiB of doubles, a map on each, summed by a tree with fan-in 8: 431 tasks. Two workers with one core each, two graphs
before those that are timed. "vine" is DaskVine(workers=2); "in memory": workers that were started by hand with --memory-cache, so that their
files are in /dev/shm; "no links": workers that send each other files instead of linking them. Target: vine needs at most half the time of distributed.
"""

import statistics
import time

import graphs
import measure

PEERS = ("vine", "vine, in memory", "vine, no links", "distributed", "dask.threaded")
WARM_UP = 2


def make_cluster(peer):
    """A scheduler's `get` and what closes it."""
    if peer == "dask.threaded":
        import dask.threaded

        return lambda graph, key: dask.threaded.get(graph, key, num_workers=2), lambda: None
    if peer == "distributed":
        from distributed import Client, LocalCluster

        cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
        client = Client(cluster)
        return client.get, lambda: (client.close(), cluster.close())
    if peer == "vine":
        from daskvine import DaskVine

        vine = DaskVine(workers=2, progress=False)
        return vine.get, vine.close
    from cluster import Cluster

    in_memory = peer == "vine, in memory"
    cluster = Cluster(2, links=in_memory, options=["--memory-cache", "2G"] if in_memory else [])
    return cluster.vine.get, cluster.close


def time_graphs(peer, leaves, timed):
    """The median of seconds for one graph. Run in a process of its own."""
    get, close = make_cluster(peer)
    took = []
    for number in range(WARM_UP + timed):
        graph, expected = graphs.reduction(f"total-{number}", leaves, measure.MIB, 8)
        began = time.perf_counter()
        result = get(graph, f"total-{number}")
        took.append(time.perf_counter() - began)
        measure.check(result, expected, peer)
    close()
    measure.tell({"seconds": statistics.median(took[WARM_UP:]), "tasks": len(graph)})


def report(samples, repeat):
    seconds = {peer: measure.median(found, "seconds") for (peer,), found in samples.items()}
    tasks = next(iter(samples.values()))[0]["tasks"]
    lines = measure.heading(f"A graph of {tasks} tasks and values of 1 MiB", repeat)
    rows = [
        [peer, f"{seconds[peer]:.3f}", f"{tasks / seconds[peer]:,.0f}", f"{seconds[peer] / seconds['distributed']:.2f}"]
        for peer in PEERS
    ]
    lines += measure.table(["", "s per graph", "tasks/s", "of distributed's time"], rows)
    ratio = seconds["vine"] / seconds["distributed"]
    return [*lines, f"Target: at most 0.50 of distributed's time; {'reached' if ratio <= 0.5 else 'missed'} with {ratio:.2f}."]


def main():
    options = measure.parse(__doc__, repeat=5, leaves=(200, "sources"), timed=(5, "graphs that are timed in each process"))
    if options.measure:
        time_graphs(options.measure[0], options.leaves, options.timed)
        return
    measure.finish(report(measure.in_turns([(peer,) for peer in PEERS], options.repeat), options.repeat), options.output)


if __name__ == "__main__":
    main()
