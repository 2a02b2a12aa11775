"""Values on their way between tasks and to the client: private to whoever has them, mapped where they are large."""

import operator
import os

import dask
import numpy as np
import pytest

from daskvine import SerializationError

# In bytes: rides inside messages; a file that is read; a file that is mapped.
SIZES = [1_000, 200_000, 16_000_000]


def make(size):
    return np.zeros(size // 8)


def overwrite(array, value):
    array[:] = value
    return float(array.sum())


def overwrite_and_give(array, value):
    array[::2] = value
    return array


def add_up(*parts):
    return [float(np.sum(part)) for part in parts]


def mapped_file(array):
    """The file that the array's memory is a mapping of, or None."""
    address = array.__array_interface__["data"][0]
    with open("/proc/self/maps") as maps:
        for line in maps:
            extent, _, _, _, _, *path = line.split(maxsplit=5)
            low, high = (int(end, 16) for end in extent.split("-"))
            if low <= address < high:
                return path[0].strip() if path and path[0].startswith("/") else None


@pytest.mark.parametrize("size", SIZES)
def test_consumer_that_writes_into_its_input_is_seen_by_nobody(vine, mode, size):
    dsk = {"it": (make, size), **{("w", n): (overwrite, "it", n) for n in range(1, 5)}}
    dsk["after"] = (add_up, "it", (len, [("w", n) for n in range(1, 5)]))
    *sums, after, original = vine.get(dsk, [("w", n) for n in range(1, 5)] + ["after", "it"], task_mode=mode)
    assert sums == [n * (size // 8) for n in range(1, 5)]
    assert after == [0, 4] and not original.any()


@pytest.mark.parametrize("size", SIZES)
def test_input_written_and_handed_on_changes_only_the_copy(vine, mode, size):
    dsk = {"it": (make, size), "changed": (overwrite_and_give, "it", 3), "both": (add_up, "it", "changed")}
    assert vine.get(dsk, "both", task_mode=mode) == [0, 3 * (size // 16 + size // 8 % 2)]


@pytest.mark.parametrize("size", SIZES)
def test_results_at_the_client_are_writable_and_its_own(vine, size):
    first, second = vine.get({"it": (make, size), "same": "it"}, ["it", "same"])
    first[:] = 1
    assert (first == 1).all() and not vine.get({"it": (make, size)}, "it").any()
    assert first is second or not second.any()


def test_literal_of_the_graph_is_not_changed_by_tasks(vine, mode):
    array = np.zeros(100_000)
    assert vine.get({"it": array, "w": (overwrite, "it", 1), "v": (overwrite, array, 2)}, ["w", "v"], task_mode=mode) == (1e5, 2e5)
    assert not array.any()


def test_large_input_is_a_mapping_of_the_file_in_the_cache(vine, mode):
    path = vine.get({"it": (make, SIZES[-1]), "path": (mapped_file, "it")}, "path", task_mode=mode)
    assert path and os.path.basename(path).startswith("file-") and path.startswith(os.path.dirname(vine.address[len("ipc://"):]))


def test_readonly_array_stays_readonly(vine):
    def frozen(size):
        array = np.zeros(size)
        array.flags.writeable = False
        return array

    dsk = {"it": (frozen, 100_000), "flag": (lambda a: a.flags.writeable, "it")}
    assert vine.get(dsk, "flag") is dask.get(dsk, "flag") is False


def test_view_of_a_large_array_costs_only_itself(vine):
    dsk = {"it": (lambda: np.arange(4_000_000.0)[5:10],), "sum": (operator.methodcaller("sum"), "it")}
    assert vine.get(dsk, "sum") == 35.0


def nested_sum(n):
    import dask.bag

    return dask.bag.range(n, npartitions=3).map(lambda x: x + 1).sum().compute()


def nested_with(vine, n):
    return dask.delayed(sum)([dask.delayed(operator.add)(i, 1) for i in range(n)]).compute(scheduler=vine.get)


def test_compute_inside_a_task_runs_in_that_process(vine, mode):
    assert vine.get({("n", n): (nested_sum, n + 100) for n in range(4)}, ("n", 3), task_mode=mode) == sum(range(1, 104))


def test_compute_through_the_vine_inside_every_slot_cannot_deadlock(vine, mode):
    dsk = {("n", n): (nested_with, vine, n + 100) for n in range(6)}
    assert vine.get(dsk, list(dsk), task_mode=mode) == tuple(sum(range(1, n + 101)) for n in range(6))


def test_data_larger_than_a_message_is_refused_by_name_and_the_vine_works_on(vine, monkeypatch):
    monkeypatch.setattr("daskvine.records.BODY_BYTES_MAX", 3_000_000)
    array = np.zeros(1_000_000)
    for dsk in ({"it": array, "n": (len, "it")}, {"n": (overwrite, array, 1)}):
        with pytest.raises(SerializationError, match=r"task '(it|n)' holds 0.01 GiB.*inside a task"):
            vine.get(dsk, "n")
    with pytest.raises(SerializationError, match="function lambda holds 0.01 GiB"):
        vine.get({"n": (lambda: array.sum(),)}, "n")
    assert vine.get({"it": (make, SIZES[-1]), "n": (len, "it")}, "n") == SIZES[-1] // 8
