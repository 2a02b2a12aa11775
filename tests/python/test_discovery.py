"""Large objects that several tasks have as an argument: sent once, and one for all calls of a process."""

import pickle
from array import array

import numpy as np
import pytest
from dask.utils import SerializableLock
from fake_manager import FakeManager

from daskvine import DaskVine, bodies
from daskvine import records as r

SIZE = 200_000
TABLE = np.arange(SIZE, dtype="u1")


def total(table, i):
    return int(table[i]) + len(table)


def many(large, count=10):
    return {f"t{i}": (total, large, i) for i in range(count)}


@pytest.mark.parametrize(
    "large", [TABLE, dict.fromkeys(range(SIZE), 1), bytes(SIZE), bytearray(SIZE), array("B", bytes(SIZE))], ids=lambda large: type(large).__name__
)
def test_large_argument_is_sent_once_more_than_once(fake, manager, large):
    graph = many(large)
    assert fake.get(graph, list(graph)) == tuple(total(large, i) for i in range(10))
    records = [node for record in manager.seen if record[0] == r.SUBMIT_NODES for node in record[3]]
    assert sum(len(functions) == 2 for functions, *_ in records) == 9
    assert SIZE < manager.bytes < 2.1 * len(pickle.dumps(large, 5)) + 10_000


def test_first_task_and_single_ones_have_it_in_their_body(fake, manager):
    graph = {f"t{i}": (total, np.zeros(SIZE), i) for i in range(4)}
    fake.get(graph, list(graph))
    assert all(len(node[0]) == 1 for record in manager.seen if record[0] == r.SUBMIT_NODES for node in record[3])
    assert r.FORGET_FUNCTIONS not in manager.kinds()


def test_small_argument_is_sent_with_each_task(fake, manager):
    graph = many(np.zeros(1000))
    fake.get(graph, list(graph))
    assert manager.kinds().count(r.FUNCTION) == 1


def test_large_argument_of_nested_calls_is_found(fake, manager):
    graph = {f"t{i}": (max, (total, TABLE, i), (total, TABLE, 0)) for i in range(3)}
    assert fake.get(graph, list(graph)) == tuple(total(TABLE, i) for i in range(3))
    assert sum(record[3] == "ndarray" for record in manager.seen if record[0] == r.FUNCTION) == 1


@pytest.mark.parametrize(("room", "sent"), [(0, 2), (1 << 30, 0)])
def test_it_outlives_its_graph_where_there_is_room(fake, manager, monkeypatch, room, sent):
    monkeypatch.setattr(r, "IDLE_FUNCTION_BYTES", room)
    for _ in range(2):
        fake.get(many(TABLE), ["t1", "t2", "t3"])
    fake.get({"a": 1}, "a")
    assert manager.kinds().count(r.FORGET_FUNCTIONS) == sent


def test_it_can_be_switched_off(run_dir):
    graph = many(TABLE)
    with FakeManager(run_dir) as manager:
        with DaskVine(manager.address, progress=False, discover_context=False) as vine:
            vine.get(graph, list(graph))
            assert manager.kinds().count(r.FUNCTION) == 1
            vine.get(graph, list(graph), discover_context=True)
            assert manager.kinds().count(r.FUNCTION) == 2
            vine.get(graph, list(graph))
            assert manager.kinds().count(r.FUNCTION) == 2


def test_lock_in_a_large_object_still_holds(fake, manager):
    class Guarded:
        def __init__(self):
            self.data = np.zeros(SIZE)
            self.lock = SerializableLock("the-lock")

    guarded = Guarded()
    graph = {f"t{i}": (isinstance, guarded, object) for i in range(3)}
    fake.get(graph, list(graph))
    locks = [record[8] for record in manager.seen if record[0] == r.TASK_OPTIONS]
    assert locks == [["SerializableLock:the-lock"]]


def test_objects_that_have_no_room_together_are_sent_with_each_task(fake, manager, monkeypatch):
    monkeypatch.setattr(bodies, "_DISCOVERED_MOST", 3 * SIZE)
    tables = [np.full(SIZE, i, "u1") for i in range(4)]
    graph = {f"t{i}{j}": (total, table, j) for i, table in enumerate(tables) for j in range(3)}
    assert fake.get(graph, list(graph)) == tuple(SIZE + i for i in range(4) for _ in range(3))
    assert [record[3] for record in manager.seen if record[0] == r.FUNCTION].count("ndarray") == 2
