"""What a user sees when a task goes wrong, with real processes."""

import importlib
import operator
import os
import signal
import subprocess
import sys
import threading
import traceback
import warnings

import dask
import pytest
from cluster_processes import wait_for_file

from daskvine import DaskVine, SerializationError, TaskDied, TaskError


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
    assert raised.value.__notes__[0].startswith("task ('ratio', 3) (function divide) on worker w")
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
    with pytest.raises(SerializationError, match="(?s)task lazy .*generator.*Return what can be pickled"):
        vine.get({"lazy": (lambda n: (i for i in range(n)), 3)}, "lazy", task_mode=mode)


def test_exit_of_the_process_costs_that_task_only_and_tells_the_status(vine, mode):
    with pytest.raises(TaskDied, match="exit code 3") as raised:
        vine.get({"exits": (end_process, 3)}, "exits", task_mode=mode)
    assert "exits" in str(raised.value)
    assert still_works(vine)


def test_kill_of_the_process_is_tried_three_times_and_told_by_signal(vine, mode):
    with pytest.raises(TaskDied, match="SIGKILL.* 3 times"):
        vine.get({"killed": (kill_process, signal.SIGKILL)}, "killed", task_mode=mode)
    assert still_works(vine)


@pytest.mark.parametrize("error", [SystemExit(4), KeyboardInterrupt("in a task"), MemoryError("in a task"), StopIteration(3)])
def test_exceptions_of_every_kind_arrive_as_they_are_with_a_note(vine, mode, error):
    with pytest.raises(type(error)) as raised:
        vine.get({"raises": (raise_this, error)}, "raises", task_mode=mode)
    assert raised.value.args == error.args
    assert raised.value.__notes__[0].startswith("task raises (function raise_this) on worker w")
    assert "in raise_this" in str(raised.value.__cause__)
    assert still_works(vine)


def raise_this(error):
    raise error


def test_traceback_has_one_frame_of_ours_and_the_cause_only_the_users(vine, mode):
    # Dask's multiprocessing lets exceptions travel with their frames, where tblib is there.
    importlib.import_module("dask.multiprocessing")
    with pytest.raises(ZeroDivisionError) as raised:
        dask.delayed(divide)(0).compute(scheduler=vine.get, task_mode=mode)
    frames = traceback.extract_tb(raised.value.__traceback__)
    assert [frame.name for frame in frames if "daskvine" in frame.filename] == ["get"]
    assert "daskvine" not in str(raised.value.__cause__)


def test_warning_turned_into_an_error_arrives_as_that_warning(vine):
    with pytest.raises(DeprecationWarning, match="old"):
        vine.get({"x": (warn_as_error, "old")}, "x")
    assert still_works(vine)


def warn_as_error(text):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.warn(text, DeprecationWarning, stacklevel=1)


def test_recursion_without_end_is_an_error_of_that_task(vine, mode):
    with pytest.raises(RecursionError) as raised:
        vine.get({"deep": (recurse, 1)}, "deep", task_mode=mode)
    assert raised.value.__notes__[0].startswith("task deep (function recurse)")
    assert still_works(vine)


def recurse(x):
    return recurse(x + 1)


def test_calls_nested_deeply_run_as_with_dask_or_are_refused_by_key(vine, mode):
    assert vine.get({"deep": nested_calls(300)}, "deep", task_mode=mode) == 1
    with pytest.raises(RecursionError, match="task 'deep' is nested too deeply"):
        vine.get({"deep": nested_calls(2000)}, "deep", task_mode=mode)
    for depth in (400, 440, 470):
        try:
            assert vine.get({"deep": nested_calls(depth)}, "deep", task_mode=mode) == 1
        except RecursionError:
            # Where pytest's own frames, or the worker's, are too many with these: an error, and no crash.
            continue
    assert still_works(vine)


def nested_calls(depth):
    call = (abs, -1)
    for _ in range(depth - 1):
        call = (abs, call)
    return call


def test_key_that_is_empty_or_huge_is_told_all_the_same(vine):
    with pytest.raises(ZeroDivisionError) as raised:
        vine.get({"": (divide, 0)}, "")
    assert raised.value.__notes__[0].startswith("task  (function divide) on worker w")
    with pytest.raises(ZeroDivisionError) as raised:
        vine.get({"k" * 100_000: (divide, 0)}, "k" * 100_000)
    assert "kkk… (100000 characters) (function divide)" in raised.value.__notes__[0] and len(raised.value.__notes__[0]) < 1000


def test_result_nested_too_deeply_to_pickle_names_the_task(vine):
    with pytest.raises(SerializationError, match="(?s)task nested .*RecursionError.*Return what can be pickled"):
        vine.get({"nested": (nest, 100_000)}, "nested")
    assert still_works(vine)


def nest(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


def test_result_that_loads_at_the_worker_only_is_told_by_key(vine):
    with pytest.raises(SerializationError, match="the result of task 'x' cannot be unpickled here.*ModuleNotFoundError"):
        vine.get({"x": (make_foreign,)}, "x")
    assert still_works(vine)


def make_foreign():
    """An instance of a class in a module that only this task's process has."""
    import sys
    import types

    module = sys.modules["only_at_the_worker"] = types.ModuleType("only_at_the_worker")
    exec("class Foreign: pass", module.__dict__)
    return module.Foreign()


def test_interrupt_from_the_keyboard_returns_at_once_and_the_vine_works_on(tmp_path):
    """As a terminal does: the signal goes to all processes of the group."""
    pipe = str(tmp_path / "pipe")
    os.mkfifo(pipe)
    program = (
        "import os, signal, sys\n"
        "from daskvine import DaskVine\n"
        "def wait(pipe):\n"
        "    with open(pipe, 'w') as file:\n"
        "        file.write('runs')\n"
        "    signal.pause()\n"
        "with DaskVine(workers=1, progress=False) as vine:\n"
        "    try:\n"
        "        vine.get({'x': (wait, sys.argv[1])}, 'x')\n"
        "    except KeyboardInterrupt:\n"
        "        print('interrupted', vine.get({'y': (max, 1, 2)}, 'y'))\n"
    )
    keep = os.open(pipe, os.O_RDWR)
    command = [sys.executable, "-c", program, pipe]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert wait_for_file(pipe) == "runs"
        os.killpg(process.pid, signal.SIGINT)
        assert process.communicate(timeout=60) == ("interrupted 2\n", None)
    os.close(keep)
    assert process.returncode == 0


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
