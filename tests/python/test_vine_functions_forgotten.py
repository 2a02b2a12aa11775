"""Functions that hold much data go with the last graph that uses them, everywhere."""

import os
import threading

import numpy as np
import pytest
from cluster_processes import wait_for_file

from daskvine import DaskVine, records as r

# Bytes that one closure holds; rounds of them that memory could not hide.
SIZE = 4_000_000
ROUNDS = 80


@pytest.fixture
def vine():
    with DaskVine(workers=1, progress=False) as vine:
        yield vine


def closure_over(array):
    return lambda n: (float(array[n]), os.getpid())


class Counted:
    """Many numbers; each process that loads them writes its number into a file."""

    def __init__(self, path, values=None):
        self.values = np.ones(SIZE // 8) if values is None else values
        self.path = path

    def __getitem__(self, index):
        return self.values[index]

    def __setstate__(self, state):
        self.__dict__.update(state)
        with open(self.path, "a") as file:
            file.write(f"{os.getpid()}\n")


def resident(pid):
    with open(f"/proc/{pid}/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def run_rounds(vine, count):
    for number in range(count):
        value, child = vine.get({"it": (closure_over(np.full(SIZE // 8, float(number))), 5)}, "it")
        assert value == number
    return {"manager": resident(vine.manager_pid), "worker": resident(*vine.worker_pids), "child": resident(child)}


def test_memory_after_many_large_closures_is_that_of_few(vine):
    # So many that some are forgotten already.
    before = run_rounds(vine, r.IDLE_FUNCTION_BYTES // SIZE + 5)
    after = run_rounds(vine, ROUNDS)
    # Kept, they would be ROUNDS × SIZE in each process, and twice that in the child.
    assert all(after[role] - before[role] < ROUNDS * SIZE / 2 for role in before), (before, after)


def test_large_closure_of_an_earlier_graph_is_not_sent_or_loaded_again(vine, tmp_path):
    loads = tmp_path / "loads"
    function = closure_over(Counted(str(loads)))
    assert [vine.get({"it": (function, 0)}, "it")[0] for _ in range(3)] == [1.0] * 3
    assert len(loads.read_text().split()) == 1


def test_large_closure_used_again_gives_the_same(vine):
    function = closure_over(np.arange(SIZE // 8.0))
    assert [vine.get({"it": (function, 7)}, "it")[0] for _ in range(3)] == [7.0] * 3


def test_large_closure_of_two_graphs_at_once_stays_for_the_second(vine, tmp_path):
    gate, come = str(tmp_path / "gate"), str(tmp_path / "come")
    os.mkfifo(gate), os.mkfifo(come)
    function = closure_over(np.arange(SIZE // 8.0))

    def wait():
        with open(come, "w") as file:
            file.write("here")
        with open(gate) as file:
            return len(file.read())

    results = []
    first = threading.Thread(target=lambda: results.append(vine.get({"wait": (wait,), "it": (function, "wait")}, "it")))
    first.start()
    assert wait_for_file(come) == "here"
    second = threading.Thread(target=lambda: results.append(vine.get({"it": (function, 9)}, "it")))
    second.start()
    with open(gate, "w") as file:
        file.write("abc")
    first.join(30), second.join(30)
    assert sorted(value for value, _ in results) == [3.0, 9.0]
