"""Calls that wait for the few slots of their library, and all the work that does not wait for them."""

import os
import select
import time

import pytest

from daskvine import DaskVine, FunctionCall

SECONDS = 60
LONG_SECONDS = 0.3


def stay(seconds, here, gate):
    """Lasts so long; or tells who runs it, and stays until the gate opens."""
    if here is None:
        time.sleep(seconds)
        return os.getpid()
    with open(here, "w") as told:
        told.write(f"{os.getpid()}\n")
    os.close(os.open(gate, os.O_RDONLY))
    return os.getpid()


def double(x):
    return 2 * x


class Gate:
    """Where calls stay: `here` is told who came, `opens` lets everybody pass."""

    def __init__(self, directory):
        self.here, self.gate = str(directory / "here"), str(directory / "gate")
        for path in (self.here, self.gate):
            os.mkfifo(path)
        self._told = os.open(self.here, os.O_RDWR)
        self._opened = None

    def call(self, library):
        return FunctionCall(library, "stay", 0, self.here, self.gate)

    def who_came(self, seconds=SECONDS):
        """The processes that have come since the last time; waits for one."""
        return os.read(self._told, 4096).decode().split() if select.select([self._told], [], [], seconds)[0] else []

    def opens(self):
        self._opened = os.open(self.gate, os.O_RDWR)

    def close(self):
        for opened in (self._told, self._opened):
            if opened is not None:
                os.close(opened)


@pytest.fixture
def gate(tmp_path):
    gate = Gate(tmp_path)
    yield gate
    gate.close()


def install(vine, name, slots=None, **how):
    library = vine.create_library_from_functions(name, stay, **how)
    if slots:
        library.set_function_slots(slots)
    vine.install_library(library)


def submit(vine, calls):
    for call in calls:
        vine.submit(call)
    return calls


def outputs(vine, calls):
    for _ in calls:
        assert vine.wait(SECONDS) in calls
    return [call.output for call in calls]


def lasts_long(vine, library):
    """From then on the manager knows that calls are long."""
    outputs(vine, submit(vine, [FunctionCall(library, "stay", LONG_SECONDS, None, None)]))


def plain_graph(vine, count=50):
    return vine.get({f"x{i}": (double, i) for i in range(count)}, [f"x{i}" for i in range(count)])


@pytest.mark.parametrize(["slots", "exec_mode"], [(1, "fork"), (1, "spawn"), (None, "direct")])
@pytest.mark.parametrize("is_known", [True, False], ids=["known-length", "unknown-length"])
def test_calls_that_wait_for_a_slot_hold_up_nothing_else(gate, slots, exec_mode, is_known):
    with DaskVine(workers=1, cores=2, progress=False) as vine:
        install(vine, "lib", slots, exec_mode=exec_mode)
        if is_known:
            lasts_long(vine, "lib")
        calls = submit(vine, [gate.call("lib") for _ in range(30)])
        assert len(gate.who_came()) == 1
        for _ in range(3):
            assert plain_graph(vine) == tuple(2 * i for i in range(50))
        assert gate.who_came(seconds=0) == [] and vine.wait(0) is None
        gate.opens()
        assert len(outputs(vine, calls)) == 30


def test_calls_of_one_slot_run_at_every_worker(gate):
    with DaskVine(workers=2, cores=2, progress=False) as vine:
        install(vine, "lib", 1)
        lasts_long(vine, "lib")
        calls = submit(vine, [gate.call("lib") for _ in range(6)])
        came = []
        while len(came) < 2:
            came += gate.who_came()
        assert plain_graph(vine) == tuple(2 * i for i in range(50))
        assert gate.who_came(seconds=0) == [] and len(set(came)) == 2
        gate.opens()
        assert set(map(str, outputs(vine, calls))) == set(came)


def test_two_libraries_of_one_slot_run_beside_each_other(gate):
    with DaskVine(workers=1, cores=3, progress=False) as vine:
        for name in ("a", "b"):
            install(vine, name, 1)
            lasts_long(vine, name)
        calls = submit(vine, [gate.call(name) for name in ("a", "b") for _ in range(5)])
        came = []
        while len(came) < 2:
            came += gate.who_came()
        assert plain_graph(vine) == tuple(2 * i for i in range(50))
        assert gate.who_came(seconds=0) == []
        gate.opens()
        assert len(outputs(vine, calls)) == 10
