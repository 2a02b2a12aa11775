"""What user code does to its process costs that call only, in libraries of every exec mode, from calls and from graphs."""

import ctypes
import os
import signal
import sys

import pytest
from cluster_processes import has_ended

from daskvine import FunctionCall, Result, TaskDied, TaskError, load_variable_from_library

SECONDS = 60
MODES = ["fork", "fork-per-call", "direct", "spawn"]


def load(value):
    return {"model": value}


def model(x):
    return load_variable_from_library("model") + x


def raise_error():
    raise KeyError("why")


def leave():
    sys.exit(7)


def exit_at_once():
    os._exit(3)


def crash():
    ctypes.string_at(0)


def recur(n=0):
    return recur(n + 1)


def run_for_ever(path):
    with open(path, "w") as file:
        file.write(f"{os.getpid()}")
    while True:
        signal.pause()


ENDS = [(raise_error, KeyError), (leave, SystemExit), (exit_at_once, TaskDied), (crash, TaskError), (recur, RecursionError)]


@pytest.fixture(params=MODES)
def library(vine, request):
    made = vine.create_library_from_functions(
        "lib", model, raise_error, leave, exit_at_once, crash, recur, run_for_ever, exec_mode=request.param, library_context_info=[load, [40], {}]
    )
    vine.install_library(made)
    yield made
    vine.remove_library("lib")


def submitted(vine, *calls):
    for call in calls:
        vine.submit(call)
    return calls


def outputs(vine, *calls):
    submitted(vine, *calls)
    for _ in calls:
        assert vine.wait(SECONDS) in calls
    return [call.output for call in calls]


def test_bad_ends_of_calls_cost_these_calls_only(vine, library):
    bad = submitted(vine, *[FunctionCall("lib", end.__name__) for end, _ in ENDS])
    good = submitted(vine, *[FunctionCall("lib", "model", i) for i in range(20)])
    for _ in (*bad, *good):
        assert vine.wait(SECONDS)
    assert [call.output for call in good] == [40 + i for i in range(20)]
    for call, (_, error) in zip(bad, ENDS):
        with pytest.raises(error):
            call.output
    assert outputs(vine, *[FunctionCall("lib", "model", i) for i in range(6)]) == [40 + i for i in range(6)]


@pytest.mark.parametrize("exec_mode", ["fork", "fork-per-call"])
@pytest.mark.parametrize(("end", "error"), ENDS, ids=[end.__name__ for end, _ in ENDS])
def test_bad_end_of_a_task_fails_its_graph_and_no_other(vine, exec_mode, end, error):
    how = {"lib_context": (load, [40]), "task_mode": "forked" if exec_mode == "fork-per-call" else "function-calls"}
    with pytest.raises(error):
        vine.get({"bad": (end,), **{f"t{i}": (model, i) for i in range(10)}}, ["bad", "t0"], **how)
    assert vine.get({f"t{i}": (model, i) for i in range(10)}, [f"t{i}" for i in range(10)], **how) == tuple(40 + i for i in range(10))


def test_call_that_never_ends_is_ended_when_it_is_cancelled(vine, library, tmp_path):
    os.mkfifo(tmp_path / "runs")
    [call] = submitted(vine, FunctionCall("lib", "run_for_ever", str(tmp_path / "runs")))
    pid = int((tmp_path / "runs").read_text())
    assert vine.cancel_by_task_id(call.id) and vine.wait(SECONDS) is call and call.result == Result.CANCELLED
    assert has_ended(pid)
    assert outputs(vine, *[FunctionCall("lib", "model", i) for i in range(4)]) == [40, 41, 42, 43]


def test_library_that_is_removed_while_a_call_runs_ends_with_it(vine, library, tmp_path):
    os.mkfifo(tmp_path / "runs")
    [call] = submitted(vine, FunctionCall("lib", "run_for_ever", str(tmp_path / "runs")))
    pid = int((tmp_path / "runs").read_text())
    vine.remove_library("lib")
    vine.cancel_by_task_id(call.id)
    assert vine.wait(SECONDS) is call and has_ended(pid)
    vine.install_library(library)
    assert outputs(vine, FunctionCall("lib", "model", 2)) == [42]


def end_parent():
    os.kill(os.getppid(), 9)
    signal.pause()


def test_call_that_ends_its_library_each_time_is_given_up(vine):
    made = vine.create_library_from_functions("fragile", model, end_parent, library_context_info=[load, [40], {}])
    vine.install_library(made)
    bad, = submitted(vine, FunctionCall("fragile", "end_parent"))
    assert vine.wait_for_task_id(bad.id, SECONDS) is bad and bad.result == Result.FORSAKEN
    good, = submitted(vine, FunctionCall("fragile", "model", 2))
    assert vine.wait(SECONDS) is good and good.output == 42
    vine.remove_library("fragile")
