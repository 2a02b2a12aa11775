"""Shuffles of dataframes and bags on real workers: by tasks unless the user says otherwise, by files never."""

import functools
import gc
import operator
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dask
import dask.bag as db
import numpy as np
import pytest
from cluster_processes import descendants, wait_for_file

from daskvine import DaskVine, DaskVineError
from daskvine.cluster import Cluster

pd = pytest.importorskip("pandas")
dd = pytest.importorskip("dask.dataframe")

PARTITIONS = 8
# A few megabytes, far more than what the manager keeps itself.
ROWS = 200_000


@pytest.fixture(scope="module")
def manager():
    """A manager that was not started through a DaskVine."""
    cluster = Cluster(workers=0, cores=1)
    cluster.open_door().close()
    yield cluster.address
    cluster.close()


@pytest.fixture
def address(manager):
    """For the first tests here, which open the only DaskVine there is."""
    gc.collect()
    assert "shuffle" not in dask.config.config
    yield manager
    dask.config.config.pop("shuffle", None)


def test_configuration_is_as_before_when_the_last_of_two_vines_closed(address):
    before = repr(dask.config.config)
    first, second = DaskVine(address, progress=False), DaskVine(address, progress=False)
    first.close()
    first.close()
    assert dask.config.get("shuffle") == "tasks"
    second.close()
    assert repr(dask.config.config) == before


def test_configuration_is_as_before_when_a_vine_was_forgotten(address):
    vine = DaskVine(address, progress=False)
    assert dask.config.get("shuffle") == "tasks"
    del vine
    gc.collect()
    assert "shuffle" not in dask.config.config


@pytest.mark.parametrize("choice", ["disk", "tasks", "p2p"])
def test_configured_choice_of_the_user_stays_before_while_and_after(address, choice):
    with dask.config.set(shuffle=choice):
        with DaskVine(address, progress=False):
            assert dask.config.get("shuffle") == choice
        assert dask.config.get("shuffle") == choice
    assert "shuffle" not in dask.config.config


@pytest.mark.parametrize("choice", ["disk", "tasks"])
def test_choice_made_while_a_vine_is_open_outlives_it(address, choice):
    with DaskVine(address, progress=False):
        dask.config.set(shuffle=choice)
    assert dask.config.get("shuffle") == choice


def test_choice_for_a_while_that_outlasts_the_vine_is_restored_with_the_next(address):
    vine = DaskVine(address, progress=False)
    with dask.config.set(shuffle="disk"):
        vine.close()
        assert dask.config.get("shuffle") == "disk"
    DaskVine(address, progress=False).close()
    assert "shuffle" not in dask.config.config


def test_choice_in_the_environment_stays(address):
    program = (
        "import dask, sys; from daskvine import DaskVine\n"
        "with DaskVine(sys.argv[1], progress=False): print(dask.config.get('shuffle'))"
    )
    environment = {**os.environ, "DASK_SHUFFLE": "disk"}
    client = subprocess.run([sys.executable, "-c", program, address], capture_output=True, text=True, timeout=60, env=environment)
    assert client.stdout == "disk\n", client.stderr


@pytest.fixture
def on_vine(vine):
    """Everything is computed on the vine, also the divisions that set_index looks for by itself."""
    with dask.config.set(scheduler=vine.get):
        yield


def numbers(rows=1000):
    random = np.random.default_rng(7)
    return pd.DataFrame({"key": random.permutation(rows), "group": random.integers(0, 13, rows), "value": np.arange(rows) / 4})


def in_order(frame):
    """Rows in an order of their own, as a shuffle promises none."""
    return frame.sort_values(list(frame.columns)).reset_index(drop=True)


def test_set_index_matches_pandas(on_vine):
    frame = numbers()
    result = dd.from_pandas(frame, npartitions=5).set_index("key").compute()
    pd.testing.assert_frame_equal(result, frame.set_index("key").sort_index())


def test_merge_matches_pandas(on_vine):
    left, right = numbers(), numbers().assign(other=lambda frame: frame.value * 3)[["key", "other"]]
    merged = dd.from_pandas(left, npartitions=5).merge(dd.from_pandas(right, npartitions=3), on="key")
    pd.testing.assert_frame_equal(in_order(merged.compute()), in_order(left.merge(right, on="key")))


def spread(group):
    return group.value.max() - group.value.min()


def test_groupby_apply_matches_pandas(on_vine):
    frame = numbers()
    result = dd.from_pandas(frame, npartitions=5).groupby("group").apply(spread, meta=("spread", "f8")).compute()
    pd.testing.assert_series_equal(result.sort_index(), frame.groupby("group").apply(spread), check_names=False)


def test_drop_duplicates_over_several_partitions_matches_pandas(on_vine):
    frame = numbers()[["group"]]
    result = dd.from_pandas(frame, npartitions=5).drop_duplicates(split_out=3).compute()
    assert sorted(result.group) == sorted(frame.group.unique())


def test_shuffle_in_several_stages_keeps_every_row_once_and_groups_together(on_vine):
    frame = numbers()
    shuffled = dd.from_pandas(frame, npartitions=9).shuffle("group", max_branch=3)
    parts = dask.compute(*shuffled.to_delayed())
    pd.testing.assert_frame_equal(in_order(pd.concat(parts)), in_order(frame))
    assert sum(part.group.nunique() for part in parts) == frame.group.nunique()


def groups_of(bag, get):
    """The groups and their members in order; a group that came in two pieces is there twice."""
    return sorted((key, sorted(members)) for key, members in bag.compute(scheduler=get))


def remainder(n):
    return n % 7


def test_bag_groupby_matches_the_synchronous_scheduler(vine):
    bag = db.from_sequence(range(200), npartitions=PARTITIONS).groupby(remainder)
    assert groups_of(bag, vine.get) == groups_of(bag, "sync")


def test_bag_groupby_of_strings_agrees_between_processes(vine):
    bag = db.from_sequence("the quick brown fox jumps over the lazy dog", npartitions=3).groupby(str)
    assert groups_of(bag, functools.partial(vine.get, task_mode="tasks")) == groups_of(bag, "sync")


def functions_of(collection):
    return {task[0] for task in collection.dask.values() if type(task) is tuple}


def test_default_is_tasks_while_a_vine_is_open(vine):
    bag = db.from_sequence(range(9), npartitions=3).groupby(remainder)
    frame = dd.from_pandas(numbers(), npartitions=3).shuffle("group")
    assert db.core.partition not in functions_of(bag)
    assert dd.shuffle.collect not in functions_of(frame)


def touch(directory, item):
    Path(directory, str(item)).touch()
    return item


def advice():
    return pytest.raises(DaskVineError, match=r'dask\.config\.set\(\{"shuffle": "tasks"\}\).* shuffle="tasks"')


def test_disk_shuffle_of_a_bag_is_refused_before_anything_runs(vine, tmp_path):
    bag = db.from_sequence(range(20), npartitions=4).map(functools.partial(touch, str(tmp_path)))
    with advice() as raised:
        bag.groupby(remainder, shuffle="disk").count().compute(scheduler=vine.get)
    assert "dask.bag.core." in str(raised.value)
    assert vine.get({"x": (operator.add, 1, 2)}, "x") == 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("temporary_directory", [None, "/tmp"])
def test_disk_shuffle_of_a_bag_in_fused_tasks_is_refused(vine, temporary_directory):
    with dask.config.set({"optimization.fuse.subgraphs": True, "temporary_directory": temporary_directory}):
        bag = db.from_sequence(range(20), npartitions=4).map(abs).groupby(remainder, shuffle="disk").map(len)
        with advice():
            bag.compute(scheduler=vine.get)


@pytest.mark.parametrize("operation", [
    lambda frame: frame.shuffle("group", shuffle="disk"),
    lambda frame: frame.merge(frame, on="key", shuffle="disk"),
    lambda frame: frame.set_index("key", divisions=[0, 500, 999], shuffle="disk"),
], ids=["shuffle", "merge", "set_index"])
@pytest.mark.parametrize("fused", [None, True])
def test_disk_shuffle_of_a_dataframe_is_refused_and_the_vine_goes_on(vine, operation, fused):
    with dask.config.set({"optimization.fuse.active": fused}):
        with advice() as raised:
            operation(dd.from_pandas(numbers(), npartitions=4)).compute(scheduler=vine.get)
    assert "dask.dataframe.shuffle." in str(raised.value)
    assert vine.get({"x": (operator.add, 1, 2)}, "x") == 3


def test_disk_shuffle_whose_files_another_scheduler_wrote_is_refused(vine):
    with dask.config.set(scheduler="sync"):
        indexed = dd.from_pandas(numbers(), npartitions=4).set_index("key", shuffle="disk", compute=True)
    with advice():
        indexed.compute(scheduler=vine.get)


def test_functions_with_the_names_of_the_disk_shuffle_are_not_refused(vine):
    assert vine.get({"x": (collect, 1), "y": (Python(), "x")}, "y") == 3


def collect(x):
    return x + 1


class Python:
    def __call__(self, x):
        return x + 1


def hold(pipe, marker):
    """Tell the test who runs this, and stay until killed; a second run finds the marker and returns."""
    if os.path.exists(marker):
        Path(marker).rename(f"{marker}-again")
        return
    Path(marker).touch()
    with open(pipe, "w") as file:
        file.write(str(os.getpid()))
    signal.pause()


def hold_a_source(frame, pipe, marker, partition_info=None):
    if partition_info["number"] == PARTITIONS // 2:
        hold(pipe, marker)
    return frame


def hold_a_group(group, pipe, marker):
    if group.group.iloc[0] == 4:
        hold(pipe, marker)
    return group.value.sum()


def totals_held_while_rows_part(frame, pipe, marker):
    held = frame.map_partitions(hold_a_source, pipe, marker, meta=frame._meta)
    return held.groupby("group").apply(lambda group: group.value.sum(), meta=("total", "f8"))


def totals_held_when_rows_have_met(frame, pipe, marker):
    return frame.groupby("group").apply(hold_a_group, pipe, marker, meta=("total", "f8"))


@pytest.mark.parametrize("totals", [totals_held_while_rows_part, totals_held_when_rows_have_met])
def test_worker_killed_in_mid_shuffle_costs_no_row_and_doubles_none(tmp_path, totals):
    pipe, marker = str(tmp_path / "pipe"), str(tmp_path / "marker")
    os.mkfifo(pipe)
    # Held open, so that what a task writes waits for the test.
    keep = os.open(pipe, os.O_RDWR)
    frame = numbers(ROWS)
    with ThreadPoolExecutor() as threads, DaskVine(workers=2, progress=False) as vine:
        shuffled = totals(dd.from_pandas(frame, npartitions=PARTITIONS), pipe, marker)
        result = threads.submit(shuffled.compute, scheduler=vine.get)
        child = int(wait_for_file(pipe))
        os.kill(next(pid for pid in vine.worker_pids if child in descendants(pid)), signal.SIGKILL)
        by_group = result.result(120)
    os.close(keep)
    assert os.path.exists(f"{marker}-again")
    pd.testing.assert_series_equal(by_group.sort_index(), frame.groupby("group").value.sum(), check_names=False)
