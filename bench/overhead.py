"""Overhead per task and time to a first result, as ratios between schedulers in one run.

    PYTHONPATH=interop/python python3 bench/overhead.py [--repeat 5] [--output bench/results/overhead.md]

Graphs of no-op tasks: `sum` = 10,000 tasks and one that sums them, `tree` = 1024 leaves and 1023 two-input additions. Every
measurement is a process of its own, with a small graph run before, and the peers take turns, so that a drift of the machine's speed
hits all alike. `start` = from making the cluster to the result of a one-task graph.
"""

import operator
import os
import statistics
import time

import measure

PEERS = ("dask.get", "vine", "distributed")
GRAPHS = ("sum", "tree")


def noop(value):
    return value


def sum_graph(count, name):
    """`count` no-op tasks and their sum; the key is `name`, and no other graph's: a scheduler may still know their results."""
    graph = {(f"leaf-{name}", i): (noop, i) for i in range(count)}
    graph[name] = (sum, list(graph))
    return graph


def tree_graph(leaves):
    """A binary tree of additions over `leaves` no-op tasks; the key is "total"."""
    graph = {("node", 0, i): (noop, i) for i in range(leaves)}
    level, width = 0, leaves
    while width > 1:
        for i in range(width // 2):
            graph["node", level + 1, i] = (operator.add, ("node", level, 2 * i), ("node", level, 2 * i + 1))
        level, width = level + 1, width // 2
    graph["total"] = ("node", level, 0)
    return graph


def make_graph(name):
    graph = sum_graph(10_000, "total") if name == "sum" else tree_graph(1024)
    return graph, sum(range(10_000)) if name == "sum" else sum(range(1024))


def make_cluster(peer):
    """A scheduler's `get` and what closes it."""
    if peer == "dask.get":
        import dask

        return dask.get, lambda: None
    if peer == "vine":
        from daskvine import DaskVine

        vine = DaskVine(progress=False)
        return vine.get, vine.close
    from distributed import Client, LocalCluster

    cluster = LocalCluster(n_workers=os.cpu_count(), threads_per_worker=1, dashboard_address=None)
    client = Client(cluster)
    return client.get, lambda: (client.close(), cluster.close())


def time_graph(peer, graph_name):
    """Seconds from making the cluster to a first result, and of the graph. Run in a process of its own."""
    began = time.perf_counter()
    get, close = make_cluster(peer)
    get({"first": (noop, 1)}, "first")
    start = time.perf_counter() - began
    get(sum_graph(200, "warm-up"), "warm-up")
    graph, expected = make_graph(graph_name)
    began = time.perf_counter()
    result = get(graph, "total")
    seconds = time.perf_counter() - began
    close()
    measure.check(result, expected, f"{peer} on {graph_name}")
    measure.tell({"start": start, "seconds": seconds, "rate": len(graph) / seconds})


def report(samples, repeat):
    rates = {case: measure.median(found, "rate") for case, found in samples.items()}
    starts = {
        peer: statistics.median(sample["start"] for graph in GRAPHS for sample in samples[peer, graph]) for peer in PEERS
    }
    rows = []
    for peer in PEERS:
        cells = []
        for graph in GRAPHS:
            rate = rates[peer, graph]
            cells += [f"{rate:,.0f}", f"{rate / rates['dask.get', graph]:.2f}", f"{rate / rates['distributed', graph]:.1f}"]
        rows.append([peer, *cells, f"{starts[peer]:.3f}"])
    header = [
        "", "sum of 10,000, tasks/s", "/ dask.get", "/ distributed", "tree of 1024, tasks/s", "/ dask.get", "/ distributed", "start, s",
    ]
    lines = [*measure.heading("Overhead per task", repeat), *measure.table(header, rows)]
    return [*lines, f"First result: DaskVine takes {starts['vine'] / starts['distributed']:.2f} of LocalCluster's time."]


def main():
    options = measure.parse(__doc__, repeat=5)
    if options.measure:
        time_graph(*options.measure)
        return
    samples = measure.in_turns([(peer, graph) for peer in PEERS for graph in GRAPHS], options.repeat)
    measure.finish(report(samples, options.repeat), options.output)


if __name__ == "__main__":
    main()
