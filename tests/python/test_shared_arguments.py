"""Large objects that several calls have as an argument: what is sent of them, and how long they are remembered."""

import gc
import pickle
import threading
import weakref
from array import array

import numpy as np
import pytest
from fake_manager import FakeManager

from daskvine import DaskVine, FunctionCall, PythonTask
from daskvine import records as r
from daskvine.workflow import shared_arguments

SIZE = 200_000
SECONDS = 30


def total(table, *_, **more):
    return sum(len(item) for item in [table, *more.values()] if hasattr(item, "__len__"))


def run(vine, *calls):
    for call in calls:
        vine.submit(call)
    for _ in calls:
        vine.wait(SECONDS)
    return [call.output for call in calls]


def functions_of_calls(manager):
    """How many functions each call was sent with: one that has a shared argument has more than one."""
    return [len(node[0]) for record in manager.seen if record[0] == r.SUBMIT_NODES for node in record[3]]


@pytest.fixture(autouse=True)
def library(request):
    if "fake" in request.fixturenames:
        fake = request.getfixturevalue("fake")
        fake.install_library(fake.create_library_from_functions("lib", total))


@pytest.mark.parametrize(
    "large", [np.arange(SIZE, dtype="u1"), dict.fromkeys(range(SIZE), 1), bytes(SIZE), "x" * SIZE, bytearray(SIZE), array("B", bytes(SIZE))],
    ids=lambda large: type(large).__name__,
)
@pytest.mark.parametrize("make", [lambda *args: FunctionCall("lib", "total", *args), lambda *args: PythonTask(total, *args)])
def test_large_argument_of_calls_is_sent_once_more_than_once(fake, manager, large, make):
    assert run(fake, *[make(large, i) for i in range(10)]) == [SIZE] * 10
    assert functions_of_calls(manager) == [1] + [2] * 9
    assert SIZE < manager.bytes < 2.1 * len(pickle.dumps(large, 5)) + 30_000


def test_large_argument_is_found_by_keyword_and_in_lists(fake, manager):
    table = np.arange(SIZE, dtype="u1")
    assert run(fake, *[FunctionCall("lib", "total", [table, i], more=table) for i in range(3)]) == [2 + SIZE] * 3
    assert sum(record[3] == "ndarray" for record in manager.seen if record[0] == r.FUNCTION) == 1


def test_argument_that_was_changed_is_sent_as_it_is(fake, manager):
    table = bytearray(SIZE)
    outputs = []
    for i in range(4):
        table.append(i)
        outputs += run(fake, FunctionCall("lib", "total", table))
    assert outputs == [SIZE + 1 + i for i in range(4)]
    # It came again, and was not the same.
    assert functions_of_calls(manager) == [1] * 4


@pytest.mark.parametrize("make", [lambda: np.zeros(SIZE), lambda: bytearray(SIZE), lambda: dict.fromkeys(range(SIZE))])
def test_equal_objects_are_each_calls_own(fake, manager, make):
    for _ in range(4):
        run(fake, FunctionCall("lib", "total", make()))
    run(fake, *[FunctionCall("lib", "total", make()) for _ in range(4)])
    assert functions_of_calls(manager) == [1] * 8


def test_no_object_is_kept_because_it_was_an_argument(fake):
    class Inside:
        pass

    kept = []
    for large in (lambda inside: {"inside": inside, "table": bytes(SIZE)}, lambda inside: (inside, bytes(SIZE)), lambda inside: [inside] * SIZE):
        inside = Inside()
        kept.append(weakref.ref(inside))
        table = large(inside)
        run(fake, *[PythonTask(total, argument) for argument in (table, inside) * 2])
        del inside, table
    table = np.zeros(SIZE)
    kept.append(weakref.ref(table))
    run(fake, *[FunctionCall("lib", "total", table) for _ in range(2)])
    del table
    gc.collect()
    assert [ref() for ref in kept] == [None] * 4 and not fake._tasks._calling._shared._met


def test_what_no_call_has_any_more_is_forgotten_where_there_is_no_room_for_it(fake, manager, monkeypatch):
    monkeypatch.setattr(r, "IDLE_FUNCTION_BYTES", 3 * SIZE)
    tables = [np.full(SIZE, i, dtype="u1") for i in range(10)]
    for table in tables:
        run(fake, *[FunctionCall("lib", "total", table) for _ in range(2)])
    fake.get({"a": 1}, "a")
    assert sum(len(record[1]) for record in manager.seen if record[0] == r.FORGET_FUNCTIONS) >= 7


def test_more_than_there_is_room_for_is_sent_with_each_call(run_dir, monkeypatch):
    monkeypatch.setattr(shared_arguments, "_MOST_BYTES", 3 * SIZE)
    with FakeManager(run_dir, pause=True) as manager, DaskVine(manager.address, progress=False) as vine:
        vine.install_library(vine.create_library_from_functions("lib", total))
        tables = [np.full(SIZE, i, dtype="u1") for i in range(4)]
        calls = [FunctionCall("lib", "total", table) for table in tables for _ in range(2)]
        for call in calls:
            vine.submit(call)
        manager.resume()
        for _ in calls:
            vine.wait(SECONDS)
        assert functions_of_calls(manager) == [1, 2, 1, 2, 1, 1, 1, 1]
        # They are done, so there is room again.
        run(vine, FunctionCall("lib", "total", tables[3]))
        assert functions_of_calls(manager)[-1] == 2


def test_call_that_cannot_be_sent_leaves_nothing_behind(fake):
    table = dict.fromkeys(range(SIZE), 1)
    with pytest.raises(TypeError, match="cannot be pickled"):
        fake.submit(FunctionCall("lib", "total", table, table, threading.Event()))
    assert not fake._tasks._calling._shared._met and not fake._tasks._calling._shared._shared


def test_client_may_have_arguments_sent_with_each_call(manager):
    with DaskVine(manager.address, progress=False, discover_context=False) as vine:
        vine.install_library(vine.create_library_from_functions("lib", total))
        table = np.arange(SIZE, dtype="u1")
        run(vine, *[FunctionCall("lib", "total", table) for _ in range(3)])
    assert functions_of_calls(manager) == [1] * 3
