"""Calls of functions: what the manager is told of them and their libraries, and what a program learns of their end."""

import functools
import gc
import operator
import pickle
import time

import msgpack
import pytest
from fake_manager import FakeManager

from daskvine import DaskVine, FunctionCall, LibraryError, PythonTask, RemoteTraceback, Result, SerializationError, Task, TaskDied, TaskError
from daskvine import records as r

SECONDS = 30


def inc(x, by=1):
    return x + by


def fail(reason):
    raise KeyError(reason)


@pytest.fixture
def library(fake):
    """A library that is installed, of the name "lib"."""
    made = fake.create_library_from_functions("lib", inc, fail, lambda *args: args)
    fake.install_library(made)
    return made


@pytest.fixture
def paused(run_dir):
    """A client whose calls run when its `manager` is told to resume."""
    with FakeManager(run_dir, pause=True) as manager, DaskVine(manager.address, progress=False) as vine:
        vine.manager = manager
        vine.install_library(vine.create_library_from_functions("lib", inc, fail))
        yield vine


def run(vine, call):
    vine.submit(call)
    assert vine.wait(SECONDS) is call
    return call


def code_of(manager, number):
    return next(record[4] for record in manager.seen if record[0] == r.FUNCTION and record[1] == number)


def spec(manager):
    """The library that the last call was to run in."""
    record = [record for record in manager.seen if record[0] == r.SUBMIT_NODES][-1]
    options = next(asked for asked in manager.seen if asked[0] == r.TASK_OPTIONS and asked[2] == record[3][0][4])
    return msgpack.unpackb(code_of(manager, options[10]))


def test_taskvine_program_runs_after_its_import_is_changed(manager):
    from daskvine import Manager

    m = Manager(manager.address)
    libtask = m.create_library_from_functions("test-library", inc, operator.mul, add_env=False)
    libtask.set_cores(2)
    libtask.set_memory(100)
    libtask.set_disk(100)
    libtask.set_function_slots(2)
    m.install_library(libtask)
    assert m.check_library_exists("test-library") and not m.check_library_exists("other")
    for i in range(5):
        s = FunctionCall("test-library", "mul", 10, i)
        s.set_tag("mul")
        m.submit(s)
    total = 0
    while not m.empty():
        t = m.wait(5)
        if t:
            assert t.successful() and t.completed() and t.result == "success" and t.tag == "mul" and t.hostname == "w1"
            total += t.output
    assert total == 100
    m.remove_library("test-library")
    m.close()


def test_call_is_sent_with_its_library_and_named_functions(fake, manager, library):
    call = FunctionCall("lib", "inc", 1, by=4)
    assert (call.id, call.state, call.output, call.exception, call.result) == (0, "INITIAL", None, None, None)
    assert run(fake, call).output == 5 and (call.state, call.exit_code, call.exception) == ("DONE", 0, None)
    assert call.resources_measured.wall_time == 5
    told = spec(manager)
    assert (told["name"], told["exec"], told["slots"], told["cores"], told["setup"], told["sandbox"]) == ("lib", "fork", 0, 0, None, False)
    for made in (FunctionCall(library, inc, 2), FunctionCall("lib", "<lambda>", 2, 3)):
        run(fake, made)
    assert made.output == (2, 3)
    # The library, its three functions, and nothing anew for each call.
    assert manager.kinds().count(r.FUNCTION) == 4 and manager.kinds().count(r.TASK_OPTIONS) == 1


def test_python_task_is_sent_without_a_library(fake, manager):
    task = PythonTask(lambda x: x * 2, 21)
    task.set_cores(2)
    assert run(fake, task).output == 42
    options = next(record for record in manager.seen if record[0] == r.TASK_OPTIONS)
    assert options[10:] == [None, 2]
    assert run(fake, PythonTask(functools.partial(inc, by=5), 1)).output == 6


def test_call_raises_what_its_function_raised(fake, library):
    for call in (FunctionCall("lib", "fail", "why"), PythonTask(fail, "why")):
        run(fake, call)
        assert call.completed() and not call.successful() and call.exit_code == 1 and "why" in call.result_string
        for _ in range(2):
            with pytest.raises(KeyError, match="why") as raised:
                call.output
        assert isinstance(raised.value.__cause__, RemoteTraceback) and "in fail" in str(raised.value.__cause__)
        assert call.exception is raised.value and "on worker w1" in raised.value.__notes__[0]


@pytest.mark.parametrize(
    ("kind", "result", "exception"),
    [
        (r.RAISED, Result.SUCCESS, TaskError), (r.UNLOADABLE, Result.INPUT_MISSING, TaskError), (r.DIED, Result.SIGNAL, TaskDied),
        (r.UNPICKLABLE, Result.OUTPUT_MISSING, SerializationError), (r.LOST, Result.FORSAKEN, TaskDied),
        (r.LIBRARY, Result.LIBRARY_EXIT, LibraryError), (1000, Result.UNKNOWN, TaskError),
    ],
)
def test_each_kind_of_failure_has_its_result(paused, kind, result, exception):
    call = FunctionCall("lib", "inc", 1)
    paused.submit(call)
    paused.manager.on_call = lambda client: (None, [kind, "what happened", "the traceback", None])
    paused.manager.resume()
    assert paused.wait(SECONDS) is call and call.result == result and not call.successful()
    with pytest.raises(exception, match="what happened") as raised:
        call.output
    assert type(raised.value) is exception and str(raised.value.__cause__) == "\nthe traceback"


def test_value_that_cannot_be_unpickled_here_is_told(paused):
    call = PythonTask(inc, 1)
    paused.submit(call)
    paused.manager.on_call = lambda client: (b"\x80no pickle", None)
    paused.manager.resume()
    paused.wait(SECONDS)
    assert call.result == Result.OUTPUT_TRANSFER_ERROR and not call.successful()
    with pytest.raises(SerializationError, match="the result of task 'inc' cannot be unpickled here"):
        call.output


def test_call_of_a_library_that_is_not_there_comes_back_so(fake, manager, library):
    call = run(fake, FunctionCall("other", "inc", 1))
    assert call.result == Result.MISSING_LIBRARY and call.result_string == "missing library: no library other is installed, but: lib"
    with pytest.raises(LibraryError, match="no library other is installed"):
        call.output
    assert fake.remove_library("lib") and not fake.remove_library("lib") and not fake.check_library_exists("lib")
    assert run(fake, FunctionCall("lib", "inc", 1)).result == "missing library" and r.SUBMIT_NODES not in manager.kinds()


def test_call_that_was_submitted_outlives_its_library(paused):
    call = FunctionCall("lib", "inc", 1)
    paused.submit(call)
    paused.remove_library("lib")
    paused.manager.resume()
    assert paused.wait(SECONDS).output == 2


def test_library_may_be_made_anew_under_its_name(fake, manager, library):
    other = fake.create_library_from_functions("lib", max)
    fake.install_library(library)
    with pytest.raises(ValueError, match="another library of the name lib is installed; remove_library.'lib'. comes first"):
        fake.install_library(other)
    fake.remove_library(library)
    fake.install_library(other)
    assert run(fake, FunctionCall("lib", "max", 1, 5)).output == 5


def test_function_that_is_not_in_the_library_is_refused(fake, library):
    with pytest.raises(ValueError, match=r"library lib has no function inn \(did you mean inc\?\), but: inc, fail, <lambda>"):
        fake.submit(FunctionCall("lib", "inn", 1))
    assert fake.empty()


def test_what_cannot_be_pickled_is_not_submitted(fake, library):
    call = FunctionCall("lib", "inc", (i for i in ()))
    with pytest.raises(SerializationError, match="default 1: lib.inc.: an argument of type generator cannot be pickled"):
        fake.submit(call)
    assert fake.empty() and call.id == 0
    call.set_fn_args(3)
    assert run(fake, call).output == 4
    with pytest.raises(SerializationError, match="function <function .*cannot be pickled"):
        generator = (i for i in ())
        fake.submit(PythonTask(lambda: generator))
    with pytest.raises(TypeError, match="3 cannot be called"):
        PythonTask(3)


def test_call_is_the_argument_of_another_without_coming_here(paused):
    first = PythonTask(inc, 1)
    paused.submit(first)
    second = FunctionCall("lib", "inc", first, by=first)
    paused.submit(second)
    last = PythonTask(sum, [first, second, 10])
    paused.submit(last)
    paused.manager.resume()
    done = [paused.wait(SECONDS) for _ in range(3)]
    assert done == [first, second, last] and [call.output for call in done] == [2, 4, 16]
    # Those that are over are arguments by value.
    assert run(paused, PythonTask(sum, [first, last])).output == 18


def test_call_whose_argument_failed_fails_for_it(paused):
    first = FunctionCall("lib", "fail", "why")
    paused.submit(first)
    second = FunctionCall("lib", "inc", first)
    paused.submit(second)
    paused.manager.resume()
    assert paused.wait(SECONDS) is first and paused.wait(SECONDS) is second and not second.successful()
    third = run(paused, FunctionCall("lib", "inc", first))
    assert third.result == Result.INPUT_MISSING and "the call that was to make an argument failed" in third.result_string


def test_call_that_is_no_argument_is_refused(fake, library):
    with pytest.raises(ValueError, match="has to be submitted first"):
        fake.submit(PythonTask(inc, PythonTask(inc, 1)))
    with pytest.raises(SerializationError, match="is inside of an argument"):
        fake.submit(PythonTask(inc, {"a": run(fake, PythonTask(inc, 1))}))
    with pytest.raises(TypeError, match="add the file to its library"):
        fake.submit(PythonTask(inc, fake.declare_buffer("a")))
    assert fake.empty()


def test_temporary_output_stays_with_the_workers_while_its_call_is_known(fake, manager, library):
    first = FunctionCall("lib", "inc", 1)
    first.enable_temp_output()
    assert run(fake, first).successful()
    with pytest.raises(ValueError, match="stays with the workers: it was submitted with enable_temp_output"):
        first.output
    assert run(fake, PythonTask(inc, first)).output == 3
    wanted = [node for record in manager.seen if record[0] == r.WANT for node in record[2]]
    assert 0 not in wanted and 0 not in pruned(manager)
    del first
    gc.collect()
    run(fake, PythonTask(inc, 1))
    assert 0 in pruned(manager)


def pruned(manager):
    return [node for record in manager.seen if record[0] == r.PRUNE for node in record[2]]


def test_temporary_output_of_a_call_that_failed_is_its_failure(fake, library):
    call = FunctionCall("lib", "fail", "why")
    call.enable_temp_output()
    run(fake, call)
    with pytest.raises(KeyError, match="why"):
        call.output


def test_calls_and_commands_are_waited_for_alike(fake, library):
    tasks = [Task("echo 1", tag="a"), FunctionCall("lib", "inc", 1), PythonTask(inc, 2)]
    tasks[1].set_tag("b")
    tasks[2].set_category("c")
    for task in tasks:
        fake.submit(task)
    assert fake.wait_for_tag("b", SECONDS) is tasks[1] and fake.wait_for_task_id(3, SECONDS) is tasks[2]
    assert fake.wait(SECONDS) is tasks[0] and fake.empty()


def test_cancelled_call_comes_back_so(paused):
    call = FunctionCall("lib", "inc", 1)
    paused.submit(call)
    assert paused.cancel_by_task_id(call.id)
    assert paused.wait(SECONDS) is call and call.result == Result.CANCELLED
    with pytest.raises(TaskError, match="lib.inc: cancelled: it was cancelled"):
        call.output


def test_call_that_is_held_is_sent_later_or_ends(fake, library):
    held = FunctionCall("lib", "inc", 1)
    held.set_time_start((time.time() + 0.1) * 1e6)
    bad = PythonTask(inc, (i for i in ()))
    bad.set_time_start((time.time() + 0.1) * 1e6)
    fake.submit(held)
    fake.submit(bad)
    assert {fake.wait(SECONDS), fake.wait(SECONDS)} == {held, bad}
    assert held.output == 2 and bad.result == Result.INPUT_MISSING and "it cannot be sent" in bad.result_string


def test_what_a_call_prints_is_its_standard_output(paused):
    call = FunctionCall("lib", "inc", 1)
    paused.submit(call)

    def printing(client):
        client.send([r.TASK_OUTPUT, 1, 0, "", "w1", "out\n", "err\n"])
        return pickle.dumps(None), None

    paused.manager.on_call = printing
    paused.manager.resume()
    assert paused.wait(SECONDS).std_output == "out\nerr\n"


def test_files_and_variables_of_a_call_are_its_librarys(fake):
    call = FunctionCall("lib", "inc")
    for refused in (
        lambda: call.add_input(fake.declare_buffer("a"), "a"), lambda: call.add_output(fake.declare_temp(), "a"),
        lambda: call.set_env_var("A", "1"), lambda: call.add_environment(fake.declare_buffer("a")),
    ):
        with pytest.raises(TypeError, match="lib.inc is a call"):
            refused()


def test_python_task_with_files_and_variables_has_a_process_that_has_them(fake, manager, tmp_path):
    (tmp_path / "table").write_text("1 2")
    for variable in ("1", "1", "2"):
        task = PythonTask(inc, 1)
        task.add_input(fake.declare_file(tmp_path / "table"), "table")
        task.add_environment(fake.declare_buffer("an environment"))
        task.set_env_var("A", variable)
        assert run(fake, task).output == 2
    told = spec(manager)
    assert (told["name"], told["exec"], told["sandbox"], told["env"]) == ("PythonTask", "fork-per-call", True, {"A": "2"})
    assert told["inputs"] == ["table", "environment"] and told["environment"] == "environment" and all(told["contents"])
    assert [record[3] for record in manager.seen if record[0] == r.FUNCTION].count("library PythonTask") == 2
    assert all(record[3][0][2] == [0, 1] for record in manager.seen if record[0] == r.SUBMIT_NODES)
    with pytest.raises(TypeError, match="inc is a call, which returns its output"):
        task.add_output(fake.declare_temp(), "out")
    missing = PythonTask(inc, 1)
    missing.add_input(fake.declare_file(tmp_path / "no"), "no")
    assert run(fake, missing).result_string == f"input missing: nothing is at {tmp_path}/no"


def test_calls_ask_for_what_tasks_ask_for(fake, manager, library):
    call = FunctionCall("lib", "inc", 1)
    call.set_priority(2)
    call.set_retries(3)
    call.set_gpus(1)
    call.add_feature("near")
    run(fake, call)
    options = next(record for record in manager.seen if record[0] == r.TASK_OPTIONS)
    assert options[3:10] == [2000, 3, [], False, {"gpus": 1000, "near": 1}, [], False] and options[11] == 1


def test_large_function_of_a_task_is_forgotten_with_it_where_there_is_no_room_for_it(fake, manager, monkeypatch):
    monkeypatch.setattr(r, "IDLE_FUNCTION_BYTES", 99_000)
    data = b"x" * 100_000
    assert run(fake, PythonTask(lambda: len(data))).output == 100_000
    fake.get({"a": 1}, "a")
    assert manager.kinds().count(r.FORGET_FUNCTIONS) == 1
