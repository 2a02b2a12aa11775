"""Dask's diagnostics, which are callbacks, with graphs that run on real workers."""

import io
import operator

import dask.bag as db
import pytest
from dask.diagnostics import CacheProfiler, Profiler, ProgressBar, ResourceProfiler


DIAMOND = {"x": 1, "a": (operator.add, "x", 1), "b": (operator.mul, "x", 10), "c": (operator.add, "a", "b")}
TASKS = {"a", "b", "c"}


def test_progress_bar_of_dask_is_right_at_the_end(vine):
    out = io.StringIO()
    with ProgressBar(out=out, dt=0.01):
        dsk = {("t", i): (operator.add, i, 1) for i in range(50)}
        assert vine.get(dsk, list(dsk))[49] == 50
    assert out.getvalue().rstrip().split("\r")[-1].startswith("[" + "#" * 40 + "] | 100% Completed")


def test_profiler_lists_tasks_with_workers_and_needs_no_values(vine):
    with Profiler() as profiler:
        vine.get(DIAMOND, "c")
    assert {entry.key for entry in profiler.results} == TASKS
    assert all(entry.start_time <= entry.end_time and entry.worker_id for entry in profiler.results)


def test_resource_profiler_collects(vine):
    pytest.importorskip("psutil")
    with ResourceProfiler(dt=0.01) as profiler:
        vine.get(DIAMOND, "c")
    assert profiler.results


def test_cache_profiler_measures_the_values(vine):
    metrics = {}
    with CacheProfiler(metric=lambda value: value) as profiler:
        vine.get(DIAMOND, "c")
    for entry in profiler.results:
        metrics[entry.key] = entry.metric
        assert entry.cache_time <= entry.free_time
    assert metrics == {"a": 2, "b": 10, "c": 12}


def test_all_diagnostics_at_once_with_a_collection(vine):
    bag = db.from_sequence(range(100), npartitions=5).map(operator.neg)
    with ProgressBar(out=io.StringIO()), Profiler() as profiler, CacheProfiler() as cache:
        assert bag.sum().compute(scheduler=vine.get) == -4950
    assert len(profiler.results) == len(cache.results) > 5


def test_dask_cache_gives_right_answers(vine):
    pytest.importorskip("cachey")
    from dask.cache import Cache

    with Cache(1e6):
        assert [vine.get(DIAMOND, "c") for _ in range(3)] == [12] * 3
