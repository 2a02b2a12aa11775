"""Real Dask graphs on a real manager and two real workers, in both task modes."""

import functools
import operator
import os

import dask
import dask.array as da
import dask.bag as db
import numpy as np
import pytest
from dask.highlevelgraph import HighLevelGraph
from dask.utils_test import GetFunctionTestMixin, inc


def where(*_):
    return os.getpid()


def test_get_graph_with_all_kinds_of_nodes_matches_dask(vine):
    dsk = {
        "x": 1, "y": (inc, "x"), "z": (operator.add, "y", (inc, "x")), "list": ["x", ["y"]], "alias": "z",
        ("t", 0): (sum, ["x", "y", 10]), "none": (dict.get, {"a": 1}, "b"), 5: (operator.mul, "z", 2.5),
    }
    keys = ["z", ["list", "alias"], ("t", 0), [["none"], 5]]
    assert vine.get(dsk, keys) == dask.get(dsk, keys)


def test_get_single_key_gives_the_bare_value(vine):
    assert vine.get({"x": (inc, 1)}, "x") == 2


def test_get_unknown_key_raises_key_error(vine):
    with pytest.raises(KeyError):
        vine.get({"x": 1}, "nope")


def test_get_high_level_graph_is_flattened(vine):
    layers = {"a": {"x": 1, "y": (inc, "x")}, "b": {"z": (operator.add, (inc, "x"), "y")}}
    assert vine.get(HighLevelGraph(layers, {"a": set(), "b": {"a"}}), "z") == 4


def test_delayed_compute_through_vine(vine):
    total = dask.delayed(sum)([dask.delayed(inc)(i) for i in range(20)])
    assert total.compute(scheduler=vine.get) == sum(range(1, 21))


def test_bag_fold_and_frequencies_match_the_synchronous_scheduler(vine):
    bag = db.from_sequence(range(200), npartitions=7).map(lambda n: n * n % 13)
    assert dict(bag.frequencies().compute(scheduler=vine.get)) == dict(bag.frequencies().compute(scheduler="sync"))
    assert bag.sum().compute(scheduler=vine.get) == bag.sum().compute(scheduler="sync")


def test_array_with_chunks_larger_than_inline_values_matches_numpy(vine):
    numbers = np.arange(600 * 400, dtype=float).reshape(600, 400)
    x = da.from_array(numbers, chunks=(150, 100))
    result = (x @ x.T).sum(axis=0).compute(scheduler=vine.get)
    np.testing.assert_allclose(result, (numbers @ numbers.T).sum(axis=0))


def test_array_whole_result_of_megabytes_comes_back_in_chunks_and_writable(vine):
    x = da.ones((2000, 2000), chunks=(500, 500)) * 3
    result = x.compute(scheduler=vine.get)
    assert result.shape == (2000, 2000) and (result == 3).all()
    result[0, 0] = 7


def test_dataframe_groupby_matches_pandas(vine):
    pd = pytest.importorskip("pandas")
    dd = pytest.importorskip("dask.dataframe")
    frame = pd.DataFrame({"k": np.arange(1000) % 7, "v": np.arange(1000.0)})
    result = dd.from_pandas(frame, npartitions=5).groupby("k").v.mean().compute(scheduler=vine.get)
    pd.testing.assert_series_equal(result.sort_index(), frame.groupby("k").v.mean())


def test_large_literal_of_the_graph_reaches_every_task(vine):
    numbers = np.arange(300_000.0)
    dsk = {"data": numbers, "total": (sum, [(np.sum, "data"), (np.max, "data")])}
    assert vine.get(dsk, "total") == numbers.sum() + numbers.max()


def test_large_argument_inside_a_task_body_travels_with_it(vine):
    numbers = np.arange(300_000.0)
    assert vine.get({"total": (np.sum, numbers)}, "total") == numbers.sum()


def test_function_calls_run_in_the_same_warm_children(vine):
    graph = {("where", i): (where, i) for i in range(50)}
    seen = {pid for _ in range(3) for pid in vine.get(graph, list(graph))}
    assert len(seen) <= 2


def test_tasks_mode_runs_every_task_in_a_process_and_directory_of_its_own(vine):
    graph = {("where", i): (lambda n: (os.getpid(), os.getcwd(), os.listdir(".")), i) for i in range(4)}
    results = vine.get(graph, list(graph), task_mode="tasks")
    assert len({pid for pid, _, _ in results}) == 4
    assert len({directory for _, directory, _ in results}) == 4
    assert all(entries == [] for _, _, entries in results)


def test_tasks_mode_passes_values_between_processes(vine):
    numbers = da.arange(200_000, chunks=50_000)
    assert numbers.sum().compute(scheduler=vine.get, task_mode="tasks") == sum(range(200_000))


def test_task_mode_misspelt_is_refused_by_name(vine):
    with pytest.raises(ValueError, match="'function-calls', 'tasks'"):
        vine.get({"x": 1}, "x", task_mode="function_calls")


def test_chain_of_ten_thousand_needs_no_recursion(vine):
    dsk = {("x", 0): 0, **{("x", i): (inc, ("x", i - 1)) for i in range(1, 10_001)}}
    assert vine.get(dsk, ("x", 10_000)) == 10_000


def test_wide_sum_of_ten_thousand(vine):
    dsk = {("x", i): (inc, i) for i in range(10_000)}
    dsk["total"] = (sum, list(dsk))
    assert vine.get(dsk, "total") == sum(range(1, 10_001))


def test_functions_and_values_of_this_module_and_changed_globals_count(vine):
    graph = {"a": (scaled, 2)}
    assert vine.get(graph, "a") == 2 * SCALE


SCALE = 21


def scaled(x):
    return x * SCALE


class TestContract(GetFunctionTestMixin):
    """Dask's own contract for `get`."""

    @pytest.fixture(autouse=True)
    def _use(self, vine):
        self.get = vine.get


class TestContractInTasksMode(GetFunctionTestMixin):
    """The same with a fresh process for every task."""

    @pytest.fixture(autouse=True)
    def _use(self, vine):
        self.get = functools.partial(vine.get, task_mode="tasks")

    def test_get_stack_limit(self):
        # A hundredth of Dask's chain: each link is a process here.
        dsk = {f"x{i + 1}": (operator.add, f"x{i}", 1) for i in range(100)}
        assert self.get({**dsk, "x0": 0}, "x100") == 100
