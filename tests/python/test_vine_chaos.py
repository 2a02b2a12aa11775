"""Workers, libraries and children are killed while a graph with large intermediates runs; the right answer arrives all the same."""

import os
import signal
import threading
from pathlib import Path

import numpy as np
import pytest
from cluster_processes import start_worker

from daskvine import DaskVine

SOURCES = 120
# A task is given up after three deaths of its worker, so fewer workers than that are killed in one graph.
VICTIMS = ["child", "worker", "child", "library", "child", "worker", "child", "library"]


def source(pipe, number):
    """A large array; tells the test, through the pipe, that it runs here."""
    with open(pipe, "w") as file:
        file.write(f"{number} {os.getpid()} {os.getppid()} {worker_of(os.getppid())}\n")
    return np.full(20_000, float(number))


def worker_of(library):
    """Its parent, or 0 when it was killed a moment ago."""
    try:
        return int(Path(f"/proc/{library}/stat").read_text().rpartition(")")[2].split()[1])
    except FileNotFoundError:
        return 0


def add(*arrays):
    return sum(arrays)


def tree(pipe):
    graph = {("source", i): (source, pipe, i) for i in range(SOURCES)}
    level, count = list(graph), 0
    while len(level) > 1:
        parents = {}
        for i in range(0, len(level), 4):
            parents["sum", count] = (add, *level[i:i + 4])
            count += 1
        graph |= parents
        level = list(parents)
    return graph, level[0]


class Killer:
    """Kills what the next task that reports runs in, one victim per task, and starts a worker for each that it killed."""

    def __init__(self, pipe, address):
        self._address = address
        self._reports = os.fdopen(os.open(pipe, os.O_RDWR))
        self.killed = []
        self.workers = [start_worker(address, "--cores", "1") for _ in range(3)]
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        victims, seen = list(VICTIMS), set()
        while victims:
            number, *pids = self._reports.readline().split()
            if number in seen or number == "end":
                if number == "end":
                    return
                continue
            seen.add(number)
            self._kill(victims.pop(0), [int(pid) for pid in pids])
        # Tasks must not wait for a reader.
        while self._reports.readline() != "end\n":
            pass

    def _kill(self, victim, pids):
        pid = pids[("child", "library", "worker").index(victim)]
        if pid <= 1:
            # Orphans of a library that was killed a moment ago have none, or init for a parent.
            return
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            # It went with one that was killed before.
            return
        self.killed.append(victim)
        if victim == "worker":
            self.workers.append(start_worker(self._address, "--cores", "1"))

    def end(self, pipe):
        with open(pipe, "w") as file:
            file.write("end\n")
        self._thread.join()
        self._reports.close()
        for worker in self.workers:
            worker.stdin.close()
        for worker in self.workers:
            worker.wait(30)
            worker.stdout.close()


@pytest.mark.parametrize("round_number", range(3))
def test_processes_killed_in_mid_graph_cost_no_result(tmp_path, round_number):
    pipe = str(tmp_path / "reports")
    os.mkfifo(pipe)
    with DaskVine(port=0, progress=False) as vine:
        killer = Killer(pipe, vine.address)
        try:
            graph, total = tree(pipe)
            result = vine.get(graph, total)
        finally:
            killer.end(pipe)
    assert result.shape == (20_000,) and (result == sum(range(SOURCES))).all()
    assert len(killer.killed) >= len(VICTIMS) // 2
