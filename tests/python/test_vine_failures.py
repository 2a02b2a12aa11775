"""What a user sees when a task goes wrong, with real processes."""

import operator
import os
import signal
import threading

import pytest

from daskvine import DaskVine, SerializationError, TaskDied, TaskError


@pytest.fixture(scope="module")
def vine():
    with DaskVine(workers=2, progress=False) as vine:
        yield vine


@pytest.fixture(params=["function-calls", "tasks"])
def mode(request):
    return request.param


class DetectorError(Exception):
    """Has a constructor unlike its arguments, which plain pickling does not survive."""

    def __init__(self, run, *, event):
        super().__init__(f"run {run}, event {event}")


def divide(x):
    return 1 / x


def raise_detector_error():
    raise DetectorError(165617, event=74969122)


def end_process(status):
    os._exit(status)


def kill_process(number):
    os.kill(os.getpid(), number)


def still_works(vine):
    return vine.get({"x": (operator.add, 1, 2)}, "x") == 3


def test_raised_exception_keeps_type_and_tells_traceback_key_and_worker(vine, mode):
    with pytest.raises(ZeroDivisionError) as raised:
        vine.get({"zero": 0, ("ratio", 3): (divide, "zero"), "next": (divide, ("ratio", 3))}, "next", task_mode=mode)
    assert "return 1 / x" in str(raised.value.__cause__)
    assert "('ratio', 3)" in raised.value.__notes__[0] and "on worker w" in raised.value.__notes__[0]
    assert still_works(vine)


def test_raised_exception_that_cannot_be_unpickled_is_told_in_words(vine):
    with pytest.raises((DetectorError, TaskError), match="run 165617, event 74969122"):
        vine.get({"x": (raise_detector_error,)}, "x")


def test_function_that_cannot_be_pickled_is_named_before_anything_runs(vine):
    lock = threading.Lock()

    def locked(x):
        with lock:
            return x

    with pytest.raises(SerializationError, match="locked|lock"):
        vine.get({"guarded": (locked, 1)}, "guarded")
    assert still_works(vine)


def test_result_that_cannot_be_pickled_names_type_and_key(vine, mode):
    with pytest.raises(SerializationError, match="generator") as raised:
        vine.get({"lazy": (lambda n: (i for i in range(n)), 3)}, "lazy", task_mode=mode)
    assert "lazy" in str(raised.value)


def test_exit_of_the_process_costs_that_task_only_and_tells_the_status(vine, mode):
    with pytest.raises(TaskDied, match="exit code 3") as raised:
        vine.get({"exits": (end_process, 3)}, "exits", task_mode=mode)
    assert "exits" in str(raised.value)
    assert still_works(vine)


def test_kill_of_the_process_is_tried_three_times_and_told_by_signal(vine, mode):
    with pytest.raises(TaskDied, match="SIGKILL.* 3 times"):
        vine.get({"killed": (kill_process, signal.SIGKILL)}, "killed", task_mode=mode)
    assert still_works(vine)


def test_system_exit_is_an_exception_like_any_other(vine):
    with pytest.raises(SystemExit):
        vine.get({"x": (exit_politely,)}, "x")
    assert still_works(vine)


def exit_politely():
    raise SystemExit(4)


def test_failure_among_many_tasks_stops_the_rest(vine):
    dsk = {("ratio", i): (divide, i) for i in range(2000)}
    with pytest.raises(ZeroDivisionError):
        vine.get(dsk, list(dsk))
    assert still_works(vine)


def test_cycle_is_refused_as_dask_does(vine):
    with pytest.raises(RuntimeError, match="Cycle detected"):
        vine.get({"a": (divide, "b"), "b": (divide, "a")}, "a")


def test_module_that_workers_lack_is_named(vine, tmp_path, monkeypatch):
    (tmp_path / "only_at_the_client.py").write_text("def f(x):\n    return x\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    import only_at_the_client

    with pytest.raises((ImportError, TaskError), match="only_at_the_client"):
        vine.get({"x": (only_at_the_client.f, 1)}, "x")
    assert still_works(vine)
