"""What is asked for tasks: what reaches the manager, and what workers make of it."""

import operator
import os

import dask
import dask.array as da
import numpy as np
import pytest
from cluster_processes import start_worker
from dask.highlevelgraph import HighLevelGraph, MaterializedLayer
from fake_manager import FakeManager

from daskvine import DaskVine, records as r
from daskvine.annotations import TaskOptions


def inc(x):
    return x + 1


class Layered:
    """A Dask graph of two layers, of which the first one is annotated."""

    def __init__(self, **annotations):
        first = MaterializedLayer({("x", i): (inc, -1 - i) for i in range(3)}, annotations=annotations)
        second = MaterializedLayer({"s": (sum, [("x", i) for i in range(3)])})
        self.graph = HighLevelGraph({"x": first, "s": second}, {"x": set(), "s": {"x"}})


def sent(manager):
    """``(option fields by number, options of each node by key)`` of the last graph."""
    graph = manager.seen[-1][1]
    records = [record for record in manager.seen if len(record) > 1 and record[1] == graph]
    options = {record[2]: record[3:9] for record in records if record[0] == r.TASK_OPTIONS}
    nodes = {node[3]: node[4] for record in records if record[0] == r.SUBMIT_NODES for node in record[3]}
    return options, nodes


@pytest.fixture
def manager(run_dir):
    with FakeManager(run_dir) as manager:
        yield manager


@pytest.fixture
def fake(manager):
    with DaskVine(manager.address, progress=False) as vine:
        yield vine


NONE = [0, 0, [], False, {}, []]


def test_options_absent_nothing_is_sent(fake, manager):
    fake.get(Layered(color="red").graph, "s")
    assert sent(manager) == ({}, {"('x', 0)": 0, "('x', 1)": 0, "('x', 2)": 0, "s": 0})


@pytest.mark.parametrize(
    ("annotations", "fields"),
    [
        ({"priority": 2}, [2000, 0, [], False, {}, []]),
        ({"priority": -0.5}, [-500, 0, [], False, {}, []]),
        ({"priority": np.float32(1.5)}, [1500, 0, [], False, {}, []]),
        ({"retries": 3}, [0, 3, [], False, {}, []]),
        ({"retries": np.int64(2)}, [0, 2, [], False, {}, []]),
        ({"workers": "w1"}, [0, 0, ["w1"], False, {}, []]),
        ({"workers": ["w2", "w1", "w2"], "allow_other_workers": True}, [0, 0, ["w1", "w2"], True, {}, []]),
        ({"resources": {"GPU": 1, "memory": 0.25, "none": 0}}, [0, 0, [], False, {"GPU": 1000, "memory": 250}, []]),
        ({"resources": {"GPU": 0.0001}}, [0, 0, [], False, {"GPU": 1}, []]),
        ({"priority": 1, "color": "red"}, [1000, 0, [], False, {}, []]),
    ],
)
def test_options_of_a_layer_go_to_its_tasks_as_one_record(fake, manager, annotations, fields):
    assert fake.get(Layered(**annotations).graph, "s") == -3
    assert sent(manager) == ({1: fields}, {"('x', 0)": 1, "('x', 1)": 1, "('x', 2)": 1, "s": 0})


@pytest.mark.parametrize(
    "annotations", [{"priority": 0}, {"workers": []}, {"resources": {}}, {"retries": 0, "allow_other_workers": False}]
)
def test_options_that_ask_for_nothing_are_none(fake, manager, annotations):
    fake.get(Layered(**annotations).graph, "s")
    assert set(sent(manager)[1].values()) == {0}


def test_options_may_be_functions_of_the_key(fake, manager):
    fake.get(Layered(priority=lambda key: key[1] % 2).graph, "s")
    assert sent(manager) == ({1: [1000, *NONE[1:]]}, {"('x', 0)": 0, "('x', 1)": 1, "('x', 2)": 0, "s": 0})


def test_options_spelt_out_by_key_as_in_shuffles_of_older_dask(fake, manager):
    fake.get(Layered(priority={"__expanded_annotations__": None, "('x', 1)": 1}).graph, "s", priority=3)
    assert sent(manager) == (
        {1: [3000, *NONE[1:]], 2: [1000, *NONE[1:]]}, {"('x', 0)": 1, "('x', 1)": 2, "('x', 2)": 1, "s": 1}
    )


def test_options_by_keyword_hold_for_what_annotations_leave_open(fake, manager):
    fake.get(Layered(priority=5).graph, "s", priority=1, retries=2, workers=None)
    assert sent(manager) == (
        {1: [5000, 2, *NONE[2:]], 2: [1000, 2, *NONE[2:]]}, {"('x', 0)": 1, "('x', 1)": 1, "('x', 2)": 1, "s": 2}
    )


def test_options_annotated_around_get_hold_where_nothing_nearer_does(fake, manager):
    with dask.annotate(priority=7, retries=7, color="red"):
        fake.get({"x": (inc, -1)}, "x", retries=2)
    assert sent(manager) == ({1: [7000, 2, *NONE[2:]]}, {"x": 1})


def test_options_are_for_tasks_not_for_literals(fake, manager):
    fake.get({"x": 1, "y": (inc, "x")}, "y", priority=1)
    assert sent(manager)[1] == {"x": 0, "y": 1}


def test_options_of_delayed_arrive_through_compute(fake, manager):
    with dask.annotate(retries=4):
        risky = dask.delayed(inc)(-1, dask_key_name="risky")
    safe = dask.delayed(inc)(-2, dask_key_name="safe")
    assert dask.compute(risky, safe, scheduler=fake.get) == (0, -1)
    options, nodes = sent(manager)
    assert options == {1: [0, 4, *NONE[2:]]} and nodes["risky"] == 1 and nodes["safe"] == 0


def test_options_of_a_collection_handed_to_get_arrive(fake, manager):
    with dask.annotate(retries=4):
        risky = dask.delayed(inc)(-1, dask_key_name="risky")
    assert fake.get(risky, "risky") == 0
    assert sent(manager) == ({1: [0, 4, *NONE[2:]]}, {"risky": 1})


def test_options_of_arrays_arrive_where_dask_keeps_them(fake, manager):
    with dask.annotate(priority=3):
        x = (da.ones(4, chunks=2) + 1).sum()
    # Dask's fusion of tasks drops annotations.
    with dask.config.set({"optimization.fuse.active": False}):
        assert x.compute(scheduler=fake.get) == 8
    assert sent(manager)[0] == {1: [3000, *NONE[1:]]}
    with dask.annotate(priority=2):
        assert x.compute(scheduler=fake.get, retries=1) == 8
    options, nodes = sent(manager)
    assert options == {1: [2000, 1, *NONE[2:]]} and 0 not in nodes.values()


def test_options_and_locks_are_one_record_and_each_graph_has_its_own():
    options = TaskOptions({"a": {"priority": 1}}, {})
    assert [options.number("a", ("lock",)), options.number("b", ("lock",)), options.number("a", ("lock",))] == [1, 2, 1]
    assert options.number("b", ()) == 0
    assert options.records(9) == [
        [r.TASK_OPTIONS, 9, 1, 1000, 0, [], False, {}, ["lock"], False, None, 0], [r.TASK_OPTIONS, 9, 2, 0, 0, [], False, {}, ["lock"], False, None, 0]
    ]
    assert options.records(9) == []


def test_options_records_come_before_the_nodes_that_use_them(fake, manager):
    dsk = {("x", i): (inc, -1 - i) for i in range(1000)}
    assert sum(fake.get(dsk, list(dsk), priority=lambda key: key[1] // 100)) == -499500
    known = set()
    for record in manager.seen:
        if record[0] == r.TASK_OPTIONS:
            known.add(record[2])
        elif record[0] == r.SUBMIT_NODES:
            assert {node[4] for node in record[3]} <= known | {0}
    assert len(known) == 9


@pytest.mark.parametrize(
    ("asked", "error", "form"),
    [
        ({"priority": "high"}, TypeError, "a number"),
        ({"priority": True}, TypeError, "a number"),
        ({"priority": float("nan")}, ValueError, "a number"),
        ({"priority": 1e300}, ValueError, "a number"),
        ({"retries": -1}, ValueError, "a whole number from 0"),
        ({"retries": 1.5}, ValueError, "a whole number from 0"),
        ({"retries": "2"}, TypeError, "a whole number from 0"),
        ({"retries": {"x": 1}}, TypeError, "a whole number from 0"),
        ({"resources": ["GPU"]}, TypeError, '{"GPU": 1}'),
        ({"resources": {"GPU": -1}}, ValueError, '{"GPU": 1}'),
        ({"resources": {"GPU": "one"}}, TypeError, '{"GPU": 1}'),
        ({"resources": {1: 1}}, TypeError, '{"GPU": 1}'),
        ({"workers": 3}, TypeError, "the name of a worker"),
        ({"workers": ["w1", 2]}, TypeError, "the name of a worker"),
        ({"allow_other_workers": 1}, TypeError, "True or False"),
    ],
)
def test_options_unfit_are_refused_by_name_task_and_form(fake, asked, error, form):
    (name, value), = asked.items()
    with pytest.raises(error) as by_keyword:
        fake.get({"x": (inc, 1)}, "x", **asked)
    with pytest.raises(error) as by_annotation:
        fake.get(Layered(**{name: lambda key: value}).graph, "s")
    for caught, whose in ((by_keyword, "every task"), (by_annotation, "task ('x', 0)")):
        assert f"{name}={value!r}" in str(caught.value) and whose in str(caught.value) and form in str(caught.value)
    assert fake.get({"x": (inc, 1)}, "x") == 2


def test_function_of_the_key_that_raises_is_named_with_the_task(fake):
    with pytest.raises(ZeroDivisionError) as raised:
        fake.get({"it": (inc, 1)}, "it", priority=lambda key: 1 / 0)
    assert raised.value.__notes__ == ["raised by the function given as priority, for task 'it'"]


# With real workers.


def fail_first(path, times):
    """Raises the first `times` times, counting its runs in a file."""
    with open(path, "a") as file:
        file.write("x")
    if os.path.getsize(path) <= times:
        raise OSError(f"run {os.path.getsize(path)}")
    return os.path.getsize(path)


def note(path, text):
    with open(path, "a") as file:
        file.write(text)


@pytest.fixture(scope="module")
def vine():
    with DaskVine(workers=1, progress=False) as vine:
        yield vine


def test_retries_run_a_task_that_raises_again(vine, tmp_path):
    dsk = {"x": (fail_first, str(tmp_path / "few"), 2)}
    assert vine.get(dsk, "x", retries=2) == 3
    dsk = {"x": (fail_first, str(tmp_path / "many"), 2)}
    with pytest.raises(OSError, match="run 2"):
        vine.get(dsk, "x", retries=1)


def test_priority_decides_who_runs_first(vine, tmp_path):
    order = str(tmp_path / "order")
    dsk = {("note", i): (note, order, str(i)) for i in range(8)}
    # The gate holds the only slot until the manager knows all of them.
    dsk = {"gate": (inc, 0), **{key: (lambda gate, task=task: task[0](*task[1:]), "gate") for key, task in dsk.items()}}
    vine.get(dsk, [key for key in dsk if key != "gate"], priority=lambda key: key[1] if key != "gate" else 0)
    with open(order) as file:
        assert file.read() == "76543210"


def test_workers_and_resources_place_tasks_by_name():
    with DaskVine(port=0, progress=False) as vine:
        plain = start_worker(vine.address, "--cores", "1", "--worker-name", "plain")
        strong = start_worker(vine.address, "--cores", "1", "--worker-name", "strong", "--resources", "GPU=1")
        with plain, strong:
            dsk = {("where", i): (os.getppid,) for i in range(6)}
            keys = list(dsk)
            on_plain, = {*vine.get(dsk, keys, workers="plain")}
            assert {*vine.get(dsk, keys, resources={"GPU": 1})}.isdisjoint({on_plain})
            assert {*vine.get(dsk, keys, workers=["gone", "plain"])} == {on_plain}
            assert len(vine.get(dsk, keys, workers="gone", allow_other_workers=True)) == 6
            plain.stdin.close()
            strong.stdin.close()
