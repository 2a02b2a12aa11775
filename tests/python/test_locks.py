"""Dask's own locks: one lock per process that unpickles it, which the manager makes one for all workers."""

import os
import threading

import dask
import dask.array as da
import numpy as np
import pytest
from dask.utils import SerializableLock

from daskvine import DaskVine
from daskvine.encode import Encoder
from daskvine.graph import resolve
from daskvine.locks import inherited

WRITES = 12


@pytest.fixture(scope="module")
def vine():
    with DaskVine(workers=2, cores=2, progress=False) as vine:
        yield vine


class FileTarget:
    """A target for da.store that fails when two write into it at the same time."""

    def __init__(self, path):
        self.path = path

    def __setitem__(self, index, block):
        busy = os.open(self.path + ".busy", os.O_CREAT | os.O_EXCL)
        for _ in range(20):
            np.sort(np.random.default_rng(0).random(20_000))
        with open(self.path, "a") as file:
            file.write(f"{index} {block.sum()}\n")
        os.close(busy)
        os.unlink(self.path + ".busy")


def locks_of(dsk, key):
    encoder = Encoder(dsk, lambda function, code: 1)
    return {found: payload[2] for found, _, payload in inherited(resolve(dsk, [key], encoder.scan, {}))}[key]


def hold(lock, *_):
    return lock.token


LOCK = SerializableLock("l")


@pytest.mark.parametrize(
    "dsk",
    [
        {"it": (hold, LOCK)},
        {"it": (hold, [LOCK, 1])},
        {"it": (len, [(hold, LOCK)])},
        {"it": (dict, [["k", {"lock": LOCK}]])},
        {"it": (lambda: LOCK.token,)},
        {"it": (hold, "lock"), "lock": LOCK},
        {"it": (hold, "name"), "name": "lock", "lock": [LOCK]},
    ],
    ids=["argument", "list", "nested call", "dictionary", "closure", "literal of the graph", "alias of a literal"],
)
def test_scan_finds_locks_wherever_they_are(dsk):
    assert locks_of(dsk, "it") == ("SerializableLock:l",)


def test_scan_finds_several_locks_each_once():
    other = SerializableLock("m")
    assert locks_of({"it": (hold, LOCK, other, LOCK)}, "it") == ("SerializableLock:l", "SerializableLock:m")


def test_scan_of_other_computations_finds_none():
    assert locks_of({"it": (hold, "SerializableLock", {"a": b"SerializableLock"})}, "it") == ()


def test_scan_names_a_lock_of_threads_by_its_identity():
    one, other = threading.Lock(), threading.RLock()
    first, again, two = (locks_of({"it": (hold, *locks)}, "it") for locks in ([one], [[one, 5]], [other, one]))
    assert first == again and set(two) > set(first) and len(two) == 2


@pytest.mark.parametrize("lock", [True, SerializableLock(), threading.Lock(), threading.RLock()], ids=lambda lock: type(lock).__name__)
def test_store_with_a_lock_writes_one_block_at_a_time_on_all_workers(vine, tmp_path, lock):
    target = FileTarget(str(tmp_path / "target"))
    x = da.ones((WRITES * 10, 10), chunks=(10, 10))
    da.store(x, target, lock=lock, scheduler=vine.get)
    assert len((tmp_path / "target").read_text().splitlines()) == WRITES


def test_tasks_of_two_graphs_with_the_same_lock_take_turns(vine, tmp_path):
    target = FileTarget(str(tmp_path / "target"))
    lock = SerializableLock()

    def write(number):
        with lock:
            target[number] = np.ones(number)

    def run():
        vine.get({("w", i): (write, i + 100) for i in range(WRITES)}, [("w", i) for i in range(WRITES)])

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len((tmp_path / "target").read_text().splitlines()) == 2 * WRITES


def test_array_read_under_a_lock_has_the_right_values(vine):
    numbers = np.arange(400.0).reshape(20, 20)
    with dask.config.set(scheduler=vine.get):
        assert (da.from_array(numbers, chunks=5, lock=True, asarray=False) * 2).sum().compute() == numbers.sum() * 2
