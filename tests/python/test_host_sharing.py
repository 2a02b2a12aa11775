"""What children of a library share with it: memory that is not copied, and a threaded BLAS that works on both sides of a fork."""

import gc
import os
import pathlib
import re
import sys

import cloudpickle
import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from host_driver import Host, value_of  # noqa: E402

import daskvine  # noqa: E402

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # the host cannot import this file

MB = 1 << 20
ITEMS = 25 * MB  # 200 MB


def proportional_bytes(pids):
    """The memory of processes together, each shared page counted once."""
    text = "".join(pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in pids)
    return sum(int(kib) * 1024 for kib in re.findall(r"^Pss:\s+(\d+) kB", text, re.MULTILINE))


def sum_of(array):
    def function():
        return float(array.sum())
    return function


def sum_of_variable():
    return float(daskvine.load_variable_from_library("array").sum())


def load_by_function(host):
    assert host.link.load(1, sum_of(np.ones(ITEMS)))


def load_by_parts(host):
    """Several of a size that the allocator keeps for the next when they are freed."""
    for number in range(1, 5):
        assert host.link.load(number, sum_of(np.ones(ITEMS // 4)))


def load_by_setup(host):
    assert host.link.set_up(lambda: {"array": np.ones(ITEMS), "others": [[n] for n in range(100_000)]}) is None
    assert host.link.load(1, sum_of_variable)


@pytest.mark.parametrize("load", [load_by_function, load_by_parts, load_by_setup], ids=["function", "parts", "setup"])
def test_arrays_of_200_mb_are_in_memory_once(tmp_path, load):
    logs = tmp_path / "logs"
    logs.mkdir()
    # As a worker sets the allocator for hosts.
    kept = {"MALLOC_MMAP_THRESHOLD_": str(128 * MB), "MALLOC_TRIM_THRESHOLD_": str(128 * MB)}
    with Host(tmp_path, "library", DASKVINE_LOGS=str(logs), **kept) as host:
        load(host)
        children = [host.fork(slot) for slot in range(2)]
        numbers = range(1, 5) if load is load_by_parts else [1]
        for child in children:
            assert sum(value_of(child.call([number])) for number in numbers) == ITEMS
            child.learn(9, gc.collect)
            value_of(child.call([9]))
        used = proportional_bytes([host.process.pid, *(child.hello[3] for child in children)])
        assert used < 300 * MB, f"{used / MB:.0f} MB"


def make_product():
    before = np.full((400, 400), 2.0)
    product = before @ before
    is_openblas = "libopenblas" in open("/proc/self/maps").read()
    return {"product": product, "threads": (is_openblas, len(os.listdir("/proc/self/task")))}


def product_again():
    threads = len(os.listdir("/proc/self/task"))
    matrix = np.full((400, 400), 2.0)
    made = daskvine.load_variable_from_library("product")
    return bool((matrix @ matrix == made).all()), float(made[0, 0]), threads, len(os.listdir("/proc/self/task"))


def test_threads_of_openblas_are_stopped_for_forks_and_start_again(tmp_path):
    log = tmp_path / "log"
    pool = min(2, os.cpu_count())  # it starts no more than there are cores
    with open(log, "w") as file, Host(tmp_path, "library", stderr=file, OPENBLAS_NUM_THREADS="2") as host:
        assert host.link.set_up(make_product) is None
        assert host.link.load(1, product_again)
        assert host.link.load(2, lambda: daskvine.load_variable_from_library("threads"))
        children = [host.fork(slot) for slot in range(3)]
        is_openblas, threads = value_of(children[0].call([2]))
        assert is_openblas, "NumPy uses another BLAS here than that of the package libopenblas0-pthread"
        assert threads == pool
        for child in children:
            child.send([5, 1, [1], b"\x90", [], "", False, False])
        assert [value_of(child.receive()) for child in children] == [(True, 1600.0, 1, pool)] * 3
        # The library makes one again, too, and forks then.
        assert host.link.load(3, b"\x80\x04cnumpy.linalg\ninv\ncnumpy\neye\nK\xc8\x85R\x85R.")
        child = host.fork(5)
        assert value_of(child.call([1])) == (True, 1600.0, 1, pool)
    assert log.read_text() == ""
