"""Libraries that fork for each call, and the directories that calls have of their own."""

import os
import pathlib
import signal
import sys
import tempfile

import cloudpickle
import msgpack
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from host_driver import CALL, EXITED, FAILED, RETURNED, Host, add, value_of  # noqa: E402

import daskvine  # noqa: E402

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # the host cannot import this file


@pytest.fixture
def sandboxes(tmp_path):
    path = tmp_path / "sandboxes"
    path.mkdir()
    return path


@pytest.fixture
def per_call(tmp_path, sandboxes):
    """A library of which each call has a process and a directory."""
    with Host(tmp_path, "library", DASKVINE_SANDBOXES=str(sandboxes), TMPDIR=str(tmp_path)) as host:
        assert host.link.set_up(lambda: {"x": [], "before": tempfile.gettempdir()}, **{"exec": "fork-per-call", "sandbox": True}) is None
        yield host


def test_log_of_calls_that_is_too_long_begins_anew_with_the_next(tmp_path):
    logs = tmp_path / "logs"
    logs.mkdir()
    with Host(tmp_path, "library", DASKVINE_LOGS=str(logs)) as host:
        assert host.link.set_up(**{"exec": "fork-per-call"}) is None
        assert host.link.load(1, print)
        for text in ("x" * (17 << 20), "after"):
            child = host.fork(0)
            assert value_of(child.call([1], text)) is None
            ends_with(host, child, 0)
    assert (logs / "slot-0.out").read_text() == "after\n"


def ends_with(host, child, status):
    assert child.receive() is None
    assert host.link.receive() == [EXITED, child.hello[2], child.hello[3], status]


def test_child_of_a_call_answers_and_ends_with_0(tmp_path):
    with Host(tmp_path, "library") as host:
        assert host.link.set_up(lambda: {"x": []}, **{"exec": "fork-per-call"}) is None

        def grow():
            daskvine.load_variable_from_library("x").append(1)
            return len(daskvine.load_variable_from_library("x")), os.getcwd()
        assert host.link.load(1, grow)
        for _ in range(3):
            child = host.fork(2)
            child.learn(2, add)
            assert value_of(child.call([1])) == (1, str(tmp_path))
            ends_with(host, child, 0)


def test_child_of_a_call_runs_no_second_one(per_call):
    per_call.link.load(1, add)
    child = per_call.fork(0)
    child.send(*([CALL, call, [1], msgpack.packb([call]), [], "", False, False] for call in (1, 2)))
    assert child.receive()[:2] == [RETURNED, 1]
    ends_with(per_call, child, 0)


def test_child_of_a_call_whose_call_fails_ends_with_0(per_call):
    per_call.link.load(1, add)
    child = per_call.fork(0)
    assert child.call([1], 1, "text")[0] == FAILED
    ends_with(per_call, child, 0)


def test_child_of_a_call_ends_with_0_without_a_call(per_call, sandboxes):
    child = per_call.fork(0)
    child.socket.close()
    assert per_call.link.receive() == [EXITED, 0, child.hello[3], 0]
    assert list(sandboxes.iterdir()) == []


def look_around():
    with open("file", "w") as file:
        file.write("of this call")
    os.makedirs("a/b")
    with tempfile.NamedTemporaryFile() as temporary:
        return os.getcwd(), os.environ["PWD"], os.environ["TMPDIR"], tempfile.gettempdir(), temporary.name, sorted(os.listdir())


def test_sandbox_is_where_the_call_runs_and_is_gone_after_it(per_call, sandboxes):
    per_call.link.load(1, look_around)
    seen = []
    for slot in (0, 1):
        child = per_call.fork(slot)
        directory, working, temporary, of_python, file, names = value_of(child.call([1]))
        ends_with(per_call, child, 0)
        assert pathlib.Path(directory).parent == sandboxes and working == directory
        assert temporary == of_python == f"{directory}/.tmp" and file.startswith(temporary)
        assert names == [".tmp", "a", "file"]
        seen.append(directory)
    assert len({*seen}) == 2 and list(sandboxes.iterdir()) == []


def test_sandboxes_of_calls_beside_each_other_are_apart(per_call, sandboxes):
    per_call.link.load(1, os.getcwd)
    children = [per_call.fork(slot) for slot in range(3)]
    assert len(list(sandboxes.iterdir())) == 3
    assert len({value_of(child.call([1])) for child in children}) == 3
    assert sorted(per_call.link.receive()[1] for _ in children) == [0, 1, 2]
    assert list(sandboxes.iterdir()) == []


@pytest.mark.parametrize("crash, status", [(os.abort, -signal.SIGABRT), (lambda: os._exit(3), 3), (lambda: os.kill(os.getpid(), 9), -9)],
                         ids=["abort", "exit", "kill"])
def test_sandbox_of_a_call_that_crashes_is_removed(per_call, sandboxes, crash, status):
    def write_and_crash():
        open("file", "w").close()
        crash()
    per_call.link.load(1, write_and_crash)
    child = per_call.fork(0)
    assert len(list(sandboxes.iterdir())) == 1
    child.send([CALL, 1, [1], msgpack.packb([]), [], "", False, False])
    ends_with(per_call, child, status)
    assert list(sandboxes.iterdir()) == []


def test_sandbox_of_a_running_call_is_removed_when_the_worker_ends(tmp_path, sandboxes):
    with Host(tmp_path, "library", DASKVINE_SANDBOXES=str(sandboxes)) as host:
        assert host.link.set_up(**{"exec": "fork-per-call", "sandbox": True}) is None
        host.fork(0)
        assert len(list(sandboxes.iterdir())) == 1
    assert list(sandboxes.iterdir()) == []


def test_sandbox_that_cannot_be_made_is_an_end_of_the_child(per_call, sandboxes):
    sandboxes.rmdir()
    per_call.link.send([2, 1])
    assert per_call.link.receive() == [EXITED, 1, 0, 2]
    sandboxes.mkdir()
    per_call.fork(1)
