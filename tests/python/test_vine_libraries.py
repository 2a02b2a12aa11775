"""Libraries and calls of their functions on a real manager and real workers."""

import os
import signal
import sys
import tarfile

import numpy as np
import pytest
from dask.callbacks import Callback

from daskvine import FunctionCall, LibraryError, PythonTask, Result, TaskDied, load_variable_from_library

SECONDS = 60


def inc(x, by=1):
    return x + by


def load(value):
    return {"model": value, "pid": os.getpid()}


def model(x):
    return load_variable_from_library("model") + x


def pids(_):
    return load_variable_from_library("pid"), os.getpid()


def variable(name):
    return os.environ.get(name)


def contents(path):
    with open(path) as file:
        return file.read()


def leave_a_trace(_):
    with open("trace", "a") as file:
        file.write("x")
    return os.getcwd(), os.getpid(), os.path.getsize("trace")


def fail(*args):
    raise KeyError(*args)


def end(code):
    os._exit(code)


def talk(x):
    print("said", x)
    return x


@pytest.fixture
def library(vine):
    """Makes a library of functions, installs it, and removes it in the end."""
    made = []

    def make(*functions, name="lib", prepare=lambda library: None, **how):
        library = vine.create_library_from_functions(name, *functions, **how)
        prepare(library)
        vine.install_library(library)
        made.append(name)
        return library

    yield make
    for name in made:
        vine.remove_library(name)


def run(vine, *calls):
    """The outputs of these calls, which run beside each other."""
    for call in calls:
        vine.submit(call)
    for _ in calls:
        assert vine.wait(SECONDS) in calls
    return [call.output for call in calls]


@pytest.mark.parametrize("exec_mode", ["fork", "fork-per-call", "direct", "spawn"])
def test_calls_share_what_their_library_has_set_up(vine, library, exec_mode):
    library(model, pids, exec_mode=exec_mode, library_context_info=[load, [40], {}])
    assert run(vine, *[FunctionCall("lib", "model", i) for i in range(20)]) == [40 + i for i in range(20)]
    seen = run(vine, *[FunctionCall("lib", "pids", i) for i in range(8)])
    if exec_mode in ("direct", "spawn"):
        assert all(library == own for library, own in seen)
    else:
        assert all(library != own for library, own in seen)
    if exec_mode == "fork-per-call":
        assert len({own for _, own in seen}) == 8


@pytest.mark.parametrize("make", [
    pytest.param(lambda *args: FunctionCall("lib", *args), id="function call"),
    pytest.param(lambda name, *args: PythonTask(globals()[name], *args), id="python task"),
])
def test_every_end_of_a_call_is_told(vine, library, make):
    library(inc, fail, end, talk)
    ended = make("end", 3)
    raised = make("fail", "why")
    said = make("talk", 5)
    for call in (ended, raised, said):
        vine.submit(call)
    for _ in range(3):
        vine.wait(SECONDS)
    assert said.output == 5 and said.successful() and said.hostname in ("w1", "w2") and said.std_output == "said 5\n"
    with pytest.raises(KeyError, match="why"):
        raised.output
    assert raised.completed() and raised.exit_code == 1
    with pytest.raises(TaskDied, match="3"):
        ended.output
    assert ended.result == Result.SIGNAL and run(vine, make("inc", 1)) == [2]


def test_library_that_cannot_be_set_up_ends_its_calls(vine, library):
    library(inc, library_context_info=[fail, ["no model here"], {}])
    call = FunctionCall("lib", "inc", 1)
    vine.submit(call)
    assert vine.wait(SECONDS) is call and call.result == Result.LIBRARY_EXIT
    with pytest.raises(LibraryError, match="library lib") as raised:
        call.output
    assert "KeyError: 'no model here'" in str(raised.value.__cause__)
    assert run(vine, PythonTask(inc, 1)) == [2]


def test_values_go_from_call_to_call_without_coming_here(vine, library):
    library(inc)
    first = FunctionCall("lib", "inc", np.zeros(300_000))
    first.enable_temp_output()
    second = FunctionCall("lib", "inc", first)
    second.enable_temp_output()
    last = PythonTask(np.sum, second)
    for call in (first, second, last):
        vine.submit(call)
    for _ in range(3):
        assert vine.wait(SECONDS).successful()
    assert last.output == 600_000
    again = PythonTask(np.sum, first)
    assert run(vine, again) == [300_000]


def test_library_has_its_files_and_variables(vine, library, tmp_path):
    (tmp_path / "table").write_text("1 2 3")

    def prepare(library):
        library.add_input(vine.declare_file(tmp_path / "table"), "data/table")
        library.set_env_var("FLAVOUR", "sweet")

    library(contents, variable, prepare=prepare)
    assert run(vine, FunctionCall("lib", "contents", "data/table"), FunctionCall("lib", "variable", "FLAVOUR")) == ["1 2 3", "sweet"]


def test_python_task_has_its_files_and_variables(vine):
    for text in ("a", "b"):
        task = PythonTask(lambda: (contents("in"), variable("FLAVOUR")))
        task.add_input(vine.declare_buffer(text), "in")
        task.set_env_var("FLAVOUR", text)
        assert run(vine, task) == [(text, text)]


def test_graph_has_the_context_of_its_library(vine):
    graph = {f"t{i}": (model, i) for i in range(10)}
    for value in (1, 1, 2):
        assert vine.get(graph, list(graph), lib_context=(load, [value]), lib_resources={"slots": 1}) == tuple(value + i for i in range(10))
    with pytest.raises(RuntimeError, match="outside of a library"):
        vine.get({"t": (model, 1)}, "t")


@pytest.mark.parametrize("exec_mode", ["fork", "fork-per-call", "direct", "spawn"])
def test_graph_runs_in_a_library_that_is_installed(vine, library, exec_mode):
    made = library(model, pids, contents, exec_mode=exec_mode, library_context_info=[load, [40], {}], prepare=lambda made: (
        made.set_function_slots(1), made.add_input(vine.declare_buffer("text"), "in")))
    graph = {**{f"t{i}": (model, i) for i in range(10)}, "pids": (pids, "t0"), "text": (contents, "in")}
    *values, (set_up, _), text = vine.get(graph, list(graph), library=made)
    assert values == [40 + i for i in range(10)] and text == "text"
    assert run(vine, FunctionCall("lib", "model", 1)) == [41]
    if exec_mode != "spawn":
        # The context was there already, or a call that comes after finds it.
        assert set_up in {pid for pid, _ in run(vine, *[FunctionCall("lib", "pids", i) for i in range(40)])}
    with pytest.raises(RuntimeError, match="outside of a library"):
        vine.get({"t": (model, 1)}, "t")


def test_graph_has_the_functions_variables_and_files_of_its_library(vine):
    graph = {"a": (lambda x: load_variable_from_library("inc")(x), 1), "b": (variable, "FLAVOUR"), "c": (contents, "in"), "d": (list, ["a", "b", "c"])}
    files = {vine.declare_buffer("text"): "in"}
    ended = []
    with Callback(posttask=lambda key, value, dsk, state, worker: ended.append(key)):
        assert vine.get(graph, "d", lib_extra_functions=[inc], env_vars={"FLAVOUR": "sour"}, extra_files=files) == [2, "sour", "text"]
    assert sorted(ended) == ["a", "b", "c", "d"]


def test_forked_tasks_leave_nothing_behind(vine):
    graph = {f"t{i}": (leave_a_trace, i) for i in range(6)}
    left = vine.get(graph, list(graph), task_mode="forked")
    assert len({pid for _, pid, _ in left}) == 6 and {size for *_, size in left} == {1}
    assert len({directory for directory, *_ in left}) == 6


@pytest.mark.parametrize("mode", ["function-calls", "forked", "tasks"])
def test_tasks_of_every_mode_have_files_and_variables(vine, mode):
    graph = {"b": (variable, "FLAVOUR"), "c": (contents, "in")}
    assert vine.get(graph, ["b", "c"], task_mode=mode, env_vars={"FLAVOUR": mode}, extra_files={vine.declare_buffer(mode): "in"}) == (mode, mode)


@pytest.fixture
def package(tmp_path):
    """A packed environment, which says in a variable that it is in use."""
    python = os.path.dirname(sys.executable)
    (tmp_path / "run_in_env").write_text(f"#!/bin/sh\nexport IN_ENVIRONMENT=yes PATH={python}:$PATH\nexec \"$@\"\n")
    (tmp_path / "run_in_env").chmod(0o755)
    with tarfile.open(tmp_path / "env.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "run_in_env", "bin/run_in_env")
    return tmp_path / "env.tar.gz"


def test_library_runs_in_its_environment(vine, library, package):
    library(variable, poncho_env=package)
    assert run(vine, FunctionCall("lib", "variable", "IN_ENVIRONMENT")) == ["yes"]
    assert vine.get({"a": (variable, "IN_ENVIRONMENT")}, "a", environment=str(package)) == "yes"
    assert vine.get({"a": (variable, "IN_ENVIRONMENT")}, "a") is None


def test_cancelled_call_ends_at_its_worker(vine, library, tmp_path):
    os.mkfifo(tmp_path / "runs")

    def stay(path):
        with open(path, "w") as file:
            file.write("running")
        signal.pause()

    library(stay)
    call = FunctionCall("lib", "stay", str(tmp_path / "runs"))
    vine.submit(call)
    assert (tmp_path / "runs").read_text() == "running"
    assert vine.cancel_by_task_id(call.id) and vine.wait(SECONDS) is call and call.result == Result.CANCELLED
    assert run(vine, *[PythonTask(inc, i) for i in range(4)]) == [1, 2, 3, 4]
