"""Overhead per task and time to a first result, as ratios between schedulers in one run.

    PYTHONPATH=interop/python python3 bench/overhead.py [--repeat 5] [--output bench/results/overhead.md]

Graphs of no-op tasks: `sum` = 10,000 tasks and one that sums them, `tree` = 1024 leaves and 1023 two-input additions. Every
measurement is a process of its own, with a small graph run before, and the peers take turns, so that a drift of the machine's speed
hits all alike. `start` = from making the cluster to the result of a one-task graph.
"""

import argparse
import json
import operator
import os
import platform
import statistics
import subprocess
import sys
import time
from datetime import date

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


def measure(peer, graph_name):
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
    if result != expected:
        sys.exit(f"{peer} gave {result} for {graph_name}, which is {expected}")
    print(json.dumps({"start": start, "seconds": seconds, "tasks": len(graph)}))


def measure_apart(peer, graph_name):
    command = [sys.executable, __file__, "--measure", peer, graph_name]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if done.returncode:
        sys.exit(f"{peer} on {graph_name} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def collect(repeat):
    """Medians by (peer, graph): tasks per second, and start seconds by peer."""
    samples = {(peer, graph): [] for peer in PEERS for graph in GRAPHS}
    for _ in range(repeat):
        for peer, graph in samples:
            samples[peer, graph].append(measure_apart(peer, graph))
            print(f"{peer:>24} {graph:>5} {samples[peer, graph][-1]}", file=sys.stderr)
    rates = {at: statistics.median(s["tasks"] / s["seconds"] for s in found) for at, found in samples.items()}
    starts = {
        peer: statistics.median(s["start"] for graph in GRAPHS for s in samples[peer, graph]) for peer in PEERS
    }
    return rates, starts


def report(rates, starts, repeat):
    lines = [
        "# Overhead per task",
        "",
        f"`PYTHONPATH=interop/python python3 bench/overhead.py --repeat {repeat}`, {date.today()}, {os.cpu_count()} cores, "
        f"{platform.platform()}, Python {platform.python_version()}; medians of {repeat} fresh processes.",
        "",
        "| | sum of 10,000, tasks/s | / dask.get | / distributed | tree of 1024, tasks/s | / dask.get | / distributed | start, s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for peer in PEERS:
        cells = []
        for graph in GRAPHS:
            rate = rates[peer, graph]
            cells += [f"{rate:,.0f}", f"{rate / rates['dask.get', graph]:.2f}", f"{rate / rates['distributed', graph]:.1f}"]
        lines.append(f"| {peer} | {' | '.join(cells)} | {starts[peer]:.3f} |")
    lines += ["", f"First result: DaskVine takes {starts['vine'] / starts['distributed']:.2f} of LocalCluster's time."]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=5, help="processes per peer and graph")
    parser.add_argument("--output", help="file for the table, beside standard output")
    parser.add_argument("--measure", nargs=2, metavar=("PEER", "GRAPH"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(*options.measure)
        return
    table = report(*collect(options.repeat), options.repeat)
    print(table)
    if options.output:
        with open(options.output, "w", encoding="utf-8") as file:
            file.write(table)


if __name__ == "__main__":
    main()
