"""Dask's callbacks with graphs that run on real workers, and with reports in every order."""

import contextlib
import operator
import os
import signal
import threading

import dask
import pytest
from dask.callbacks import Callback, add_callbacks
from dask.diagnostics import Profiler
from fake_manager import FakeManager

from daskvine import DaskVine, records as r

DIAMOND = {"x": 1, "a": (operator.add, "x", 1), "b": (operator.mul, "x", 10), "alias": "a", "c": (operator.add, "alias", "b")}
TASKS = {"a", "b", "c"}
STATE_ENTRIES = {
    "dependencies", "dependents", "waiting", "waiting_data", "cache", "ready", "running", "finished", "released",
}


class Recorder(Callback):
    """Notes every call, with what the state's sizes were."""

    def __init__(self):
        self.calls = []

    def named(self, name):
        return [rest for call, *rest in self.calls if call == name]

    def _start(self, dsk):
        self.calls.append(("start", set(dsk)))

    def _start_state(self, dsk, state):
        assert {*state} >= STATE_ENTRIES
        self.calls.append(("start_state", sizes(state)))

    def _pretask(self, key, dsk, state):
        assert key in state["running"] and key not in state["ready"] and key not in state["waiting"]
        self.calls.append(("pretask", key))

    def _posttask(self, key, result, dsk, state, worker):
        assert key in state["finished"]
        self.calls.append(("posttask", key, result, worker))

    def _finish(self, dsk, state, errored):
        self.calls.append(("finish", errored, sizes(state)))


def sizes(state):
    return {name: len(state[name]) for name in ("ready", "waiting", "running", "finished") if state}


def one_by_zero():
    return 1 / 0


def interrupt():
    raise KeyboardInterrupt


def test_callbacks_hear_of_every_task_with_value_worker_and_state(vine):
    with Recorder() as recorder:
        assert vine.get(DIAMOND, "c") == 12
    assert recorder.named("start") == [[set(DIAMOND)]]
    assert recorder.named("start_state") == [[{"ready": 2, "waiting": 1, "running": 0, "finished": 0}]]
    assert {key for key, in recorder.named("pretask")} == TASKS
    assert {key: value for key, value, _ in recorder.named("posttask")} == {"a": 2, "b": 10, "c": 12}
    assert all(worker for _, _, worker in recorder.named("posttask"))
    assert recorder.named("finish") == [[False, {"ready": 0, "waiting": 0, "running": 0, "finished": 3}]]
    for key in TASKS:
        names = [call[0] for call in recorder.calls if call[1:2] == (key,)]
        assert names == ["pretask", "posttask"]


def test_callbacks_of_the_keyword_take_the_place_of_active_ones(vine):
    chosen, active = Recorder(), Recorder()
    with active:
        for callbacks in (chosen, chosen._callback, [chosen]):
            assert vine.get(DIAMOND, "c", callbacks=callbacks) == 12
        assert vine.get(DIAMOND, "c", callbacks=[]) == 12
    assert len(chosen.named("finish")) == 3 and not active.calls


def test_callbacks_that_are_neither_callback_nor_tuple_are_refused(vine):
    with pytest.raises(TypeError, match="Callback"):
        vine.get(DIAMOND, "c", callbacks=[print])


def test_callbacks_with_bare_functions_may_leave_some_out(vine):
    ended = []
    with add_callbacks((None, None, None, lambda key, result, *_: ended.append((key, result)), None)):
        dask.delayed(operator.add)(1, 2, dask_key_name="three").compute(scheduler=vine.get)
    assert ended == [("three", 3)]


def test_callbacks_start_may_change_the_graph_of_this_run_only(vine):
    graph = {"a": (one_by_zero,), "b": (operator.add, "a", 1)}
    before = dict(graph)
    with Callback(start=lambda dsk: dsk.update(a=41)):
        assert vine.get(graph, "b") == 42
    assert graph == before


def test_callbacks_cache_of_results_is_right_and_saves_the_tasks(vine):
    """What dask.cache.Cache does, whose own package Debian does not have."""
    kept = {}
    ran = []

    def use_kept(dsk):
        dsk.update({key: kept[key] for key in kept.keys() & dsk.keys()})

    def keep(key, value, dsk, state, worker):
        assert state["dependencies"][key] <= state["dependents"].keys()
        kept[key] = value

    with Callback(start=use_kept, pretask=lambda key, dsk, state: ran.append(key), posttask=keep):
        assert vine.get(DIAMOND, "c") == 12
        assert kept == {"a": 2, "b": 10, "c": 12}
        del kept["c"]
        ran.clear()
        assert vine.get(DIAMOND, ["c", "a"]) == (12, 2)
    assert ran == ["c"]


@pytest.mark.parametrize(("task", "error"), [(one_by_zero, ZeroDivisionError), (interrupt, KeyboardInterrupt)])
def test_finish_is_told_of_a_failure(vine, task, error):
    with Recorder() as recorder, pytest.raises(error):
        vine.get({"x": (task,), "y": (operator.add, "x", 1)}, "y")
    assert [errored for errored, _ in recorder.named("finish")] == [True]
    assert not Callback.active


def test_finish_is_told_of_an_interrupt_of_the_client(run_dir):
    def interrupt_client(client, graph):
        os.kill(os.getpid(), signal.SIGINT)

    with FakeManager(run_dir, on_sealed=interrupt_client) as manager, DaskVine(manager.address, progress=False) as vine:
        with Recorder() as recorder, pytest.raises(KeyboardInterrupt):
            vine.get(DIAMOND, "c")
        assert recorder.named("finish")[0][0] is True
        assert manager.cancelled.wait(10)
    assert not Callback.active


@pytest.mark.parametrize("which", ["start", "start_state", "pretask", "posttask", "finish"])
def test_callback_that_raises_ends_the_graph_and_the_others_finish(vine, which):
    def fail(*_):
        raise ValueError(which)

    first, last = Recorder(), Recorder()
    with pytest.raises(ValueError, match=which):
        vine.get(DIAMOND, "c", callbacks=[first, Callback(**{which: fail}), last])
    # One that comes after a start that raised has not started.
    assert [len(recorder.named("finish")) for recorder in (first, last)] == [1, which != "start"]
    assert first.named("finish")[0][0] is (which != "finish")
    assert vine.get(DIAMOND, "c") == 12


def test_finish_is_called_for_a_graph_that_cannot_be_sent(vine):
    with Recorder() as recorder, pytest.raises(RuntimeError, match="Cycle"):
        vine.get({"a": (abs, "b"), "b": (abs, "a")}, "a")
    assert recorder.named("finish") == [[True, {}]]


def test_callbacks_do_not_hear_of_graphs_computed_by_callbacks(vine):
    inner = {"x": (operator.add, 1, 2)}

    def compute_more(key, result, *_):
        assert not Callback.active
        assert vine.get(inner, "x") == dask.get(inner, "x") == 3
        with inner_recorder:
            assert vine.get(inner, "x") == 3

    inner_recorder = Recorder()
    with Recorder() as outer, Callback(posttask=compute_more):
        vine.get(DIAMOND, "c")
        assert len(Callback.active) == 2
    assert {key for key, in outer.named("pretask")} == TASKS
    assert {key for key, in inner_recorder.named("pretask")} == {"x"}
    assert not Callback.active


def test_callbacks_of_two_threads_do_not_mix_and_all_are_put_back(vine):
    """The first graph begins first and ends first, which dask.local does not survive."""
    first_has_begun, second_has_begun, first_has_ended = (threading.Event() for _ in range(3))
    recorders = {}

    def first():
        def go_on(key, dsk, state):
            first_has_begun.set()
            assert second_has_begun.wait(30)

        with Recorder() as recorders["first"], Callback(pretask=go_on):
            assert vine.get({"f": (operator.add, 1, 1)}, "f") == 2
            first_has_ended.set()

    def second():
        def go_on(key, dsk, state):
            second_has_begun.set()
            assert first_has_ended.wait(30)

        assert first_has_begun.wait(30)
        with Recorder() as recorders["second"], Callback(pretask=go_on):
            assert vine.get({"s": (operator.add, 2, 2)}, "s") == 4

    outermost = Callback(start=lambda dsk: None)
    with outermost:
        threads = [threading.Thread(target=work) for work in (first, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert Callback.active == {outermost._callback}
    assert {name: recorder.named("pretask") for name, recorder in recorders.items()} == {"first": [["f"]], "second": [["s"]]}


def tell(*reports):
    """Answers a sealed graph with reports of tasks, `None` standing for its results."""

    def answer(client, graph):
        for report in reports:
            if report is None:
                client.run(graph)
            else:
                client.send([r.TASK_EVENTS, graph, *report])

    return answer


BEGUN = [[0], []]
ENDED = [[], [[0, "w1", 5]]]


@pytest.mark.parametrize(
    "reports",
    [
        [BEGUN, ENDED, None],
        [BEGUN, None, ENDED],
        [None, BEGUN, ENDED],
        [[[0], [[0, "w1", 5]]], None],
        [ENDED, None],
        [BEGUN, BEGUN, ENDED, BEGUN, ENDED, None],
    ],
)
def test_posttask_waits_for_end_and_value_in_whatever_order(run_dir, reports):
    with FakeManager(run_dir, on_sealed=tell(*reports)) as manager, DaskVine(manager.address, progress=False) as vine:
        with Recorder() as recorder:
            assert vine.get({"a": (operator.add, 1, 1)}, "a") == 2
    assert recorder.calls[2:4] == [("pretask", "a"), ("posttask", "a", 2, "w1")]
    assert [call[0] for call in recorder.calls] == ["start", "start_state", "pretask", "posttask", "finish"]


@pytest.mark.parametrize(
    ("callback", "reports", "wanted"),
    [
        (contextlib.nullcontext(), 0, [2]),
        (Callback(), r.REPORT_TASKS, [2]),
        (Profiler(), r.REPORT_TASKS, [2]),
        (Callback(posttask=lambda *_: None), r.REPORT_TASKS, [2, 1]),
    ],
)
def test_reports_and_values_come_only_where_a_callback_needs_them(run_dir, callback, reports, wanted):
    def answer(client, graph):
        if reports:
            client.send([r.TASK_EVENTS, graph, [1, 2], [[1, "w1", 5], [2, "w1", 5]]])
        client.run(graph)

    with FakeManager(run_dir, on_sealed=answer) as manager, DaskVine(manager.address, progress=False) as vine:
        with callback:
            assert vine.get({"x": 1, "a": (operator.add, "x", 1), "b": (operator.add, "a", 1)}, "b") == 3
        records = {record[0]: record for record in manager.seen}
    assert records[r.OPEN_GRAPH][4] == reports
    assert records[r.SEAL_GRAPH][3] == wanted
