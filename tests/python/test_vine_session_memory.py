"""What a manager keeps of calls that are over, while their client goes on."""

import os

import numpy as np

from daskvine import DaskVine, FunctionCall

SECONDS = 60
SIZE = 4_000_000
CALLS = 200
# Kept, they would be eight times as much.
MOST = 100_000_000


def last(array):
    return float(array[-1])


def resident(pid):
    with open(f"/proc/{pid}/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def run(vine, call):
    vine.submit(call)
    assert vine.wait(SECONDS) is call
    return call.output


def test_memory_of_a_manager_does_not_grow_with_large_arguments_of_calls_that_are_over():
    with DaskVine(workers=1, progress=False) as vine:
        vine.install_library(vine.create_library_from_functions("lib", last))
        run(vine, FunctionCall("lib", "last", np.zeros(1)))
        before = resident(vine.manager_pid)
        for number in range(CALLS):
            assert run(vine, FunctionCall("lib", "last", np.full(SIZE // 8, float(number)))) == number
        assert resident(vine.manager_pid) - before < MOST
