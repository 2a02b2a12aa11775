"""Many libraries, versions of one, and how often each is set up."""

import os
import select
import signal
import time
from pathlib import Path

import pytest
from cluster_processes import descendants, has_ended

from daskvine import DaskVine, FunctionCall, LibraryError, PythonTask, TaskError, load_variable_from_library

SECONDS = 60
MODES = ["fork", "fork-per-call", "direct", "spawn"]
# Libraries of one worker beside its own.
MOST = 16


def load(value, path=None, ballast=b""):
    if path is not None:
        with open(path, "a") as file:
            file.write(f"{os.getpid()}\n")
    return {"model": value}


def model(x):
    return load_variable_from_library("model") + x


def parent(_):
    return os.getppid()


def meet(directory, count, seconds):
    """How many calls are here at once; each that comes stays until as many have met, or for so long."""
    here, met = Path(directory, "here"), Path(directory, "met")
    mine = here / f"{os.getpid()}"
    mine.touch()
    end = time.monotonic() + seconds
    most = 0
    while not met.exists() and time.monotonic() < end:
        most = max(most, len(os.listdir(here)))
        if most >= count:
            met.touch()
    mine.unlink()
    return most


def install(vine, name, *functions, value=40, path=None, prepare=lambda library: None, **how):
    library = vine.create_library_from_functions(name, *functions, library_context_info=[load, [value, path], {}], **how)
    prepare(library)
    vine.install_library(library)
    return library


def outputs(vine, *calls):
    for call in calls:
        vine.submit(call)
    for _ in calls:
        assert vine.wait(SECONDS) in calls
    return [call.output for call in calls]


def alive(pid):
    return Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("exec_mode", MODES)
def test_versions_of_a_library_are_told_apart(vine, exec_mode):
    for value in (10, 20, 10):
        install(vine, "versions", model, value=value, exec_mode=exec_mode)
        early = FunctionCall("versions", "model", 1)
        vine.submit(early)
        vine.remove_library("versions")
        install(vine, "versions", model, value=value + 5, exec_mode=exec_mode)
        late = FunctionCall("versions", "model", 1)
        vine.submit(late)
        assert {vine.wait(SECONDS), vine.wait(SECONDS)} == {early, late}
        assert (early.output, late.output) == (value + 1, value + 6)
        vine.remove_library("versions")
    gone = FunctionCall("versions", "model", 1)
    vine.submit(gone)
    assert vine.wait(SECONDS) is gone
    with pytest.raises(LibraryError, match="versions"):
        gone.output


@pytest.mark.parametrize("ballast", [b"", bytes(1 << 20)], ids=["small", "large"])
def test_context_is_built_once_in_each_worker_however_it_is_used(tmp_path, ballast):
    loads = tmp_path / "loads"
    with DaskVine(workers=2, progress=False) as vine:
        graph = {f"t{i}": (model, i) for i in range(100)}
        for _ in range(2):
            assert vine.get(graph, list(graph), lib_context=(load, [40, str(loads), ballast])) == tuple(40 + i for i in range(100))
        of_graphs = loads.read_text().split()
        assert 1 <= len(of_graphs) == len(set(of_graphs)) <= 2
        install(vine, "lib", model, path=str(loads))
        assert outputs(vine, *[FunctionCall("lib", "model", i) for i in range(200)]) == [40 + i for i in range(200)]
        assert len(loads.read_text().split()) <= len(of_graphs) + 2


def test_more_libraries_than_there_may_be_take_turns():
    with DaskVine(workers=1, progress=False) as vine:
        for number in range(MOST + 4):
            install(vine, f"lib{number}", model, parent, value=number)
        parents = []
        for number in range(MOST + 4):
            assert outputs(vine, FunctionCall(f"lib{number}", "model", 1)) == [number + 1]
            parents += outputs(vine, FunctionCall(f"lib{number}", "parent", 0))
        # What was idle for longest has ended.
        assert len(set(parents)) == MOST + 4 and not alive(parents[0]) and alive(parents[-1])
        assert sum(map(alive, parents)) <= MOST
        again = [FunctionCall(f"lib{number}", "model", 2) for number in range(MOST + 4)]
        assert outputs(vine, *again) == [number + 2 for number in range(MOST + 4)]


def test_idle_library_makes_room_for_another_by_its_memory():
    with DaskVine(workers=1, progress=False) as vine:
        worker_megabytes = int(Path(f"/proc/{vine.worker_pids[0]}/cmdline").read_text().split("\0--memory\0")[1].split("\0")[0]) >> 20
        pids = {}
        for name in ("a", "b"):
            install(vine, name, model, parent, value=1, prepare=lambda library: library.set_memory(worker_megabytes * 2 // 3))
            [pids[name]] = outputs(vine, FunctionCall(name, "parent", 0))
        assert not alive(pids["a"]) and alive(pids["b"])
        both = [FunctionCall(name, "model", i) for i in range(3) for name in ("a", "b")]
        assert outputs(vine, *both) == [1, 1, 2, 2, 3, 3]


def tell(x, path):
    """The first that runs says so, and stays; what runs again finds nobody to tell."""
    try:
        told = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return model(x)
    os.write(told, str(os.getpid()).encode())
    signal.pause()


def test_calls_come_back_from_a_worker_that_is_killed(tmp_path):
    pipe = str(tmp_path / "runs")
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with DaskVine(workers=2, progress=False) as vine:
        install(vine, "lib", tell, model)
        calls = [FunctionCall("lib", "model", i) for i in range(60)]
        calls[20] = FunctionCall("lib", "tell", 20, pipe)
        for call in calls:
            vine.submit(call)
        assert select.select([reader], [], [], SECONDS)[0]
        pid = int(os.read(reader, 100))
        os.close(reader)
        [worker] = [worker for worker in vine.worker_pids if pid in descendants(worker)]
        started = descendants(worker)
        os.kill(worker, signal.SIGKILL)
        for _ in calls:
            assert vine.wait(SECONDS) in calls
        assert [call.output for call in calls] == [40 + i for i in range(60)]
        assert all(has_ended(process) for process in started)


def test_functions_without_a_module_are_in_libraries(vine):
    names = {}
    exec("def made(x):\n    return helper(x) + 1\ndef helper(x):\n    return x * 2", names)
    twice = lambda x: 2 * x  # noqa: E731
    twice.__name__ = "twice"
    install(vine, "made", names["made"], twice)
    assert outputs(vine, FunctionCall("made", "made", 4), FunctionCall("made", "twice", 4)) == [9, 8]
    vine.remove_library("made")


@pytest.mark.parametrize("exec_mode", MODES)
def test_function_finds_its_module_once_it_is_uploaded(vine, tmp_path, exec_mode, monkeypatch):
    name = f"late_{exec_mode.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text("def triple(x):\n    return 3 * x\n")
    monkeypatch.syspath_prepend(tmp_path)
    triple = __import__(name).triple
    install(vine, name, triple, model, exec_mode=exec_mode)
    early = FunctionCall(name, "triple", 2)
    vine.submit(early)
    assert vine.wait(SECONDS) is early
    with pytest.raises(TaskError, match=f"ModuleNotFoundError: No module named '{name}'"):
        early.output
    vine.upload_file(tmp_path / f"{name}.py")
    assert outputs(vine, *[FunctionCall(name, "triple", i) for i in range(6)]) == [0, 3, 6, 9, 12, 15]
    vine.remove_library(name)


@pytest.mark.parametrize("exec_mode", MODES)
def test_setup_has_the_modules_that_were_uploaded(vine, tmp_path, exec_mode):
    name = f"needed_{exec_mode.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text("VALUE = 5\n")
    vine.upload_file(tmp_path / f"{name}.py")

    def load_from(module):
        return {"model": __import__(module).VALUE}

    library = vine.create_library_from_functions("needs", model, exec_mode=exec_mode, library_context_info=[load_from, [name], {}])
    vine.install_library(library)
    assert outputs(vine, FunctionCall("needs", "model", 1)) == [6]
    vine.remove_library("needs")


@pytest.mark.parametrize("slots", [1, 2])
def test_function_slots_bound_the_calls_at_a_worker(tmp_path, slots):
    (tmp_path / "here").mkdir()
    with DaskVine(workers=1, cores=3, progress=False) as vine:
        install(vine, "lib", meet, prepare=lambda library: library.set_function_slots(slots))
        assert max(outputs(vine, *[FunctionCall("lib", "meet", str(tmp_path), slots + 1, 0.3) for _ in range(4)])) <= slots
        # The other cores are for others meanwhile.
        arguments = str(tmp_path), slots + 1, SECONDS / 2
        mixed = [FunctionCall("lib", "meet", *arguments) for _ in range(2)] + [PythonTask(meet, *arguments)]
        assert max(outputs(vine, *mixed)) > slots
