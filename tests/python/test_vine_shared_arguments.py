"""Large objects that several calls have as an argument: on a real manager and real workers."""

import os

import numpy as np
import pytest

from daskvine import DaskVine, FunctionCall, PythonTask
from daskvine import records as r

SECONDS = 60
SIZE = 4_000_000
ROUNDS = 30


class Counted:
    """Many numbers; each process that loads them writes its id into a file."""

    def __init__(self, path, value):
        self.values = np.full(SIZE // 8, float(value))
        self.path = path

    def __setstate__(self, state):
        self.__dict__.update(state)
        with open(self.path, "a") as file:
            file.write(f"{os.getpid()}\n")


def first(table, *_):
    return float(table.values[0]), os.getpid()


def spoil(array):
    array[0] += 1
    return float(array[0])


@pytest.fixture
def vine():
    with DaskVine(workers=1, progress=False) as vine:
        vine.install_library(vine.create_library_from_functions("lib", first, spoil))
        yield vine


def run(vine, *calls):
    for call in calls:
        vine.submit(call)
    for _ in calls:
        assert vine.wait(SECONDS) in calls
    return [call.output for call in calls]


@pytest.fixture
def sent(vine, monkeypatch):
    """Bytes of payloads that the client has sent, as a list of numbers."""
    sizes = []
    channel = vine._connection._channel
    add = channel.add
    monkeypatch.setattr(channel, "add", lambda record, places=(): (sizes.extend(len(holder[at]) for holder, at in places), add(record, places)))
    return sizes


def test_object_that_many_calls_have_is_sent_and_loaded_by_one_call_and_once_by_the_library(vine, sent, tmp_path):
    loads = tmp_path / "loads"
    table = Counted(str(loads), 7)
    for _ in range(5):
        assert [value for value, _ in run(vine, *[FunctionCall("lib", "first", table, i) for i in range(20)])] == [7.0] * 20
    assert len(loads.read_text().split()) == 2
    assert sum(sent) < 2.1 * SIZE


def test_object_that_is_changed_between_two_calls_is_seen_as_it_is(vine, tmp_path):
    table = Counted(str(tmp_path / "loads"), 0)
    seen = []
    for i in range(4):
        table.values[0] = i
        seen += [value for value, _ in run(vine, *[FunctionCall("lib", "first", table) for _ in range(3)])]
    assert seen == [float(i) for i in range(4) for _ in range(3)]


def test_python_tasks_load_it_each_and_it_is_sent_twice(vine, sent, tmp_path):
    loads = tmp_path / "loads"
    table = Counted(str(loads), 7)
    assert [value for value, _ in run(vine, *[PythonTask(first, table) for _ in range(4)])] == [7.0] * 4
    assert len(loads.read_text().split()) == 4
    assert sum(sent) < 2.2 * SIZE


def test_array_that_is_made_anew_is_each_calls_own(vine):
    for _ in range(2):
        assert run(vine, *[FunctionCall("lib", "spoil", np.zeros(SIZE // 8)) for _ in range(4)]) == [1.0] * 4


def resident(pid):
    with open(f"/proc/{pid}/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def run_rounds(vine, count, path):
    for number in range(count):
        table = Counted(path, number)
        outputs = run(vine, *[FunctionCall("lib", "first", table) for _ in range(2)])
        assert [value for value, _ in outputs] == [number] * 2
    child = outputs[-1][1]
    return {"client": resident(os.getpid()), "child": resident(child)}


def test_memory_of_client_and_processes_after_many_large_arguments_is_that_of_few(vine, tmp_path, monkeypatch):
    monkeypatch.setattr(r, "IDLE_FUNCTION_BYTES", 4 * SIZE)
    path = str(tmp_path / "loads")
    # So many that some are forgotten already.
    before = run_rounds(vine, r.IDLE_FUNCTION_BYTES // SIZE + 5, path)
    after = run_rounds(vine, ROUNDS, path)
    assert all(after[role] - before[role] < ROUNDS * SIZE / 2 for role in before), (before, after)
