"""Functions that a library loads before it forks: where they are loaded, and what a load may do."""

import ctypes
import os
import pathlib
import signal
import sys
import threading

import cloudpickle
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from host_driver import EXITED, FAILED, FORGET, FORK, FUNCTION, LOADED, PATIENCE, UPLOAD, Host, add, value_of  # noqa: E402

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # the host cannot import this file

# What pickles by reference: the function `tell` of the module.
TELL = b"\x80\x04cuploaded_module\ntell\n."


class Counted:
    """Writes the process's number into a file each time that it is unpickled."""

    def __init__(self, path, size=0):
        self.path = str(path)
        self.data = bytes(size)

    def __setstate__(self, state):
        self.__dict__.update(state)
        with open(self.path, "a") as file:
            file.write(f"{os.getpid()}\n")


def capturing(value):
    def function():
        return type(value).__name__
    return function


@pytest.fixture
def count(tmp_path):
    """The path that a Counted writes to, and what is there as numbers."""
    path = tmp_path / "loads"
    path.touch()
    return path, lambda: [int(line) for line in path.read_text().split()]


@pytest.mark.parametrize("size", [0, 2 << 20], ids=["small", "shelved"])
def test_function_loaded_by_the_library_is_loaded_by_no_child(host, count, size):
    path, loads = count
    assert host.link.load(1, capturing(Counted(path, size)))
    for slot in range(3):
        child = host.fork(slot)
        assert [value_of(child.call([1])) for _ in range(2)] == ["Counted"] * 2
    assert loads() == [host.process.pid]


def test_function_sent_to_a_child_is_loaded_there_once(host, child, count):
    path, loads = count
    child.learn(1, capturing(Counted(path)))
    assert [value_of(child.call([1])) for _ in range(2)] == ["Counted"] * 2
    assert loads() == [child.hello[3]]


def test_function_loaded_is_unknown_to_children_from_before(host, child):
    assert host.link.load(1, add)
    assert "was never sent to this process" in child.call([1], 1)[4]
    child.learn(1, add)
    assert value_of(child.call([1], 1)) == 2


def test_function_forgotten_is_unknown_to_children_that_come(host):
    host.link.load(1, add)
    host.link.load(2, add)
    host.link.send([FORGET, [1, 77]])
    child = host.fork(0)
    assert "was never sent to this process" in child.call([1], 1)[4]
    assert value_of(child.call([2], 1)) == 2


def test_function_forgotten_is_freed_though_it_refers_to_itself(host, tmp_path):
    class Last:
        def __init__(self, path):
            self.path, self.itself = str(path), self

        def __del__(self):
            open(self.path, "w").close()
    assert host.link.load(1, capturing(Last(tmp_path / "gone")))
    host.fork(0)
    (tmp_path / "gone").unlink(missing_ok=True)  # that of the test's own, when it went
    host.link.send([FORGET, [1]])
    host.fork(1)
    assert (tmp_path / "gone").exists()


class Raising:
    def __reduce__(self):
        return exec, ("print('of the user'); raise ValueError('not to be had')",)


class Exiting:
    def __reduce__(self):
        return sys.exit, (3,)


@pytest.mark.parametrize("value, words", [(Raising(), "ValueError: not to be had"), (Exiting(), "SystemExit: 3")])
def test_function_that_cannot_be_loaded_costs_nothing_else(tmp_path, value, words):
    log = tmp_path / "log"
    with open(log, "w") as file, Host(tmp_path, "library", stdout=file, stderr=file) as host:
        assert host.link.load(1, capturing(value)) is False
        assert host.link.load(2, add)
        child = host.fork(0)
        assert value_of(child.call([2], 1)) == 2
        assert "was never sent to this process" in child.call([1])[4]
        child.learn(1, capturing(value))
        record = child.call([1])
        assert record[0] == FAILED and words in record[4]
    assert "daskvine: left to the processes that call it: function" in log.read_text() and words in log.read_text()


def test_function_that_crashes_the_library_ends_it(host):
    host.link.learn(1, b"\x80\x04cos\nabort\n(tR.")
    assert host.link.receive() is None
    assert host.process.wait(PATIENCE) == -signal.SIGABRT


def test_functions_and_forks_are_answered_in_order(host):
    pickled = cloudpickle.dumps(add)
    host.link.send([FUNCTION, 1, "add", pickled], [FORK, 0], [FUNCTION, 2, "add", pickled], [FORK, 1])
    children = sorted((host.accept() for _ in range(2)), key=lambda child: child.hello[2])
    assert [host.link.receive()[::3] for _ in range(2)] == [[LOADED, True]] * 2
    assert value_of(children[0].call([1], 1)) == 2
    assert "function number 2 was never sent" in children[0].call([2], 1)[4]
    assert value_of(children[1].call([2], 1)) == 2


def test_ends_of_children_during_a_load_are_told_behind_it(host, child):
    fifo = os.path.join(host.directory, "fifo")
    os.mkfifo(fifo)
    host.link.learn(1, b"\x80\x04cbuiltins\nlen\ncbuiltins\nlist\ncbuiltins\nopen\n(" + cloudpickle.dumps(fifo)[2:-1] + b"tR\x85R\x85R.")
    with open(fifo, "w"):  # the load is reading now
        os.kill(child.hello[3], signal.SIGKILL)
    assert host.link.receive()[:2] == [LOADED, 1]
    assert host.link.receive() == [EXITED, 3, child.hello[3], -9]


def test_ends_of_children_during_a_load_that_takes_their_signal_are_told(host, child):
    fifo = os.path.join(host.directory, "fifo")
    os.mkfifo(fifo)
    host.link.learn(1, capturing(Deaf(fifo)))
    with open(fifo, "w"):
        os.kill(child.hello[3], signal.SIGKILL)
        assert child.receive() is None
    assert host.link.receive()[::3] == [LOADED, True]
    assert host.link.receive() == [EXITED, 3, child.hello[3], -9]


class Deaf:
    def __init__(self, fifo):
        self.fifo = fifo

    def __setstate__(self, state):
        signal.set_wakeup_fd(-1)
        open(state["fifo"]).read()


def test_worker_ending_during_a_load_ends_the_library(host):
    fifo = os.path.join(host.directory, "fifo")
    os.mkfifo(fifo)
    # C code that keeps the interpreter's lock: no thread of Python could watch for the worker.
    host.link.learn(1, capturing(Blocking(fifo)))
    open(fifo).close()
    host.process.stdin.close()
    assert host.process.wait(PATIENCE) == -signal.SIGKILL


class Blocking:
    def __init__(self, fifo):
        self.fifo = fifo

    def __setstate__(self, state):
        open(state["fifo"], "w").close()
        ctypes.PyDLL(None).pause()


def write_module(directory, text):
    directory.mkdir()
    path = directory / "uploaded_module.py"
    path.write_text(f"def tell():\n    return {text!r}\n")
    return str(path)


@pytest.fixture
def installed(tmp_path):
    """A library that has a module which is uploaded too."""
    path = pathlib.Path(write_module(tmp_path / "installed", "installed")).parent
    with Host(tmp_path, "library", DASKVINE_SYS_PATH=os.pathsep.join([str(path), *filter(None, sys.path)])) as host:
        yield host


def test_upload_to_a_child_replaces_what_the_library_loaded(installed, tmp_path):
    assert installed.link.load(1, TELL)
    children = [installed.fork(slot) for slot in range(2)]
    children[0].send([UPLOAD, write_module(tmp_path / "1", "uploaded")])
    assert [value_of(child.call([1])) for child in children] == ["uploaded", "installed"]


def test_upload_to_a_child_reads_a_shelved_function_again(installed, tmp_path, count):
    path, loads = count
    assert installed.link.load(1, capturing(Counted(path, 2 << 20)))
    assert installed.link.load(2, TELL)
    children = [installed.fork(slot) for slot in range(2)]
    for child in children:
        child.send([UPLOAD, write_module(tmp_path / f"{child.hello[2]}", "uploaded")])
        assert [value_of(child.call([1])) for _ in range(2)] == ["Counted"] * 2
    assert loads() == [installed.process.pid, *(child.hello[3] for child in children)]


def test_upload_that_replaces_nothing_leaves_functions_shared(host, tmp_path, count):
    path, loads = count
    assert host.link.load(1, capturing(Counted(path)))
    child = host.fork(0)
    child.send([UPLOAD, write_module(tmp_path / "1", "uploaded")])
    assert value_of(child.call([1])) == "Counted"
    child.learn(2, TELL)
    assert value_of(child.call([2])) == "uploaded"
    assert loads() == [host.process.pid]


def test_upload_to_the_library_is_loaded_there_for_its_children(host, tmp_path, count):
    path, loads = count
    first, second = (write_module(tmp_path / text, text) for text in ("first", "second"))
    host.link.send([UPLOAD, first])
    assert host.link.load(1, TELL) and host.link.load(2, capturing(Counted(path)))
    child = host.fork(0)
    child.send([UPLOAD, first])  # as a worker sends it to each child
    assert [value_of(child.call([number])) for number in (1, 2)] == ["first", "Counted"]
    assert loads() == [host.process.pid]
    host.link.send([UPLOAD, second])
    later = host.fork(1)
    assert [value_of(later.call([number])) for number in (1, 2)] == ["second", "Counted"]
    assert loads() == [host.process.pid] * 2
    later.send([UPLOAD, first])
    assert value_of(later.call([1])) == "first"


def test_setup_that_leaves_threads_is_told_with_their_number(tmp_path):
    def setup():
        for _ in range(3):
            threading.Thread(target=threading.Event().wait).start()
    log = tmp_path / "log"
    with open(log, "w") as file, Host(tmp_path, "library", stderr=file) as host:
        assert host.link.set_up(setup) is None
        child = host.fork(0)
        child.learn(1, add)
        assert value_of(child.call([1], 1)) == 2
    assert "has left 3 threads running" in log.read_text() and 'exec_mode="spawn"' in log.read_text()


def test_load_that_leaves_threads_is_told_once_with_the_way_out(tmp_path):
    log = tmp_path / "log"
    with open(log, "w") as file, Host(tmp_path, "library", stderr=file) as host:
        for number in range(2):
            assert host.link.load(number, capturing(Threaded(number == 0)))
            host.fork(number)
        host.link.load(3, add)
    text = log.read_text()
    assert text.count("has left 1 thread running") == 1 and text.count("daskvine: ") == 1 and 'exec_mode="spawn"' in text


class Threaded:
    def __init__(self, is_on):
        self.is_on = is_on

    def __setstate__(self, state):
        if state["is_on"]:
            threading.Thread(target=threading.Event().wait).start()


def test_random_numbers_differ_between_children(host):
    def draw():
        import random

        import numpy
        return random.random(), numpy.random.random()
    assert host.link.load(1, draw)
    drawn = [value_of(host.fork(slot).call([1])) for slot in range(3)]
    assert all(len({*numbers}) == 3 for numbers in zip(*drawn))
