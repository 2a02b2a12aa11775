"""What calls write in the library host: into which log it goes, what of it is told, and what a crash leaves behind."""

import ctypes
import logging
import os
import pathlib
import subprocess
import sys
import threading
import warnings

import cloudpickle
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from host_driver import EXITED, FAILED, RETURNED, Host, value_of  # noqa: E402

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # the host cannot import this file

LIMIT = 64 * 1024


@pytest.fixture
def logs(tmp_path):
    path = tmp_path / "logs"
    path.mkdir()
    return path


@pytest.fixture
def host(tmp_path, logs):
    with Host(tmp_path, "library", DASKVINE_LOGS=str(logs), PYTHONWARNINGS="") as host:
        yield host


@pytest.fixture
def child(host):
    return host.fork(3)


def output_of(child, function, *arguments):
    """What a call of the function is told to have written."""
    child.learn(1, function)
    record = child.call([1], *arguments, capture=True)
    assert record[0] in (RETURNED, FAILED), record
    return record[-1]


def write_everywhere():
    print("print")
    sys.stderr.write("unfinished")
    os.write(1, b"descriptor\n")
    subprocess.run(["echo", "program"], check=True)
    ctypes.CDLL(None).printf(b"of C, unfinished")


def test_output_of_every_sort_is_told(child):
    assert output_of(child, write_everywhere) == ["print\ndescriptor\nprogram\nof C, unfinished", "unfinished"]


def test_output_is_of_its_call_only_and_in_the_log_in_any_case(child, logs):
    child.learn(2, print)
    assert child.call([2], "untold")[-1] is None
    assert output_of(child, print, "told") == ["told\n", ""]
    assert output_of(child, len, "") == ["", ""]
    assert child.call([2], "untold")[-1] is None
    assert (logs / "slot-3.out").read_text() == "untold\ntold\nuntold\n"


def test_output_of_each_child_is_in_logs_of_its_own(host, logs):
    for slot in (0, 7):
        output_of(host.fork(slot), print, slot)
    assert [(logs / f"slot-{slot}.out").read_text() for slot in (0, 7)] == ["0\n", "7\n"]


def test_output_of_a_failed_call_is_told(child):
    def fail():
        print("before")
        return 1 / 0
    assert output_of(child, fail) == ["before\n", ""]


def test_output_of_a_result_that_cannot_be_pickled_is_told(child):
    def lock():
        print("before")
        return threading.Lock()
    assert output_of(child, lock) == ["before\n", ""]


def test_output_of_a_thread_is_told(child):
    def in_thread():
        thread = threading.Thread(target=print, args=("thread",))
        thread.start()
        thread.join()
    assert output_of(child, in_thread)[0] == "thread\n"


def test_output_that_is_no_text_is_replaced(child):
    assert output_of(child, os.write, 1, b"a\xffb\n") == ["a\ufffdb\n", ""]


@pytest.mark.parametrize("size", [LIMIT, LIMIT + 1, 5_000_000])
def test_output_that_is_long_is_told_without_its_middle(child, size):
    out, _ = output_of(child, lambda size: os.write(1, b"a" + b"x" * (size - 2) + b"z") and None, size)
    assert out[0] == "a" and out[-1] == "z" and len(out) < LIMIT + 100
    assert ("left out" in out) == (size > LIMIT) and out.count("x") == min(size, LIMIT) - 2


@pytest.mark.parametrize("code", ["sys.stdout.close()", "sys.stdout = None", "sys.stdout = sys.stderr = object()", "os.close(1)"])
def test_output_that_user_code_took_away_costs_no_call(child, code):
    child.learn(2, len)
    assert output_of(child, exec, f"import os, sys; {code}") == ["", ""]
    assert value_of(child.call([2], "abc", capture=True)) == 3


def test_output_without_logs_is_not_told(tmp_path):
    with Host(tmp_path, "library", stdout=subprocess.DEVNULL) as host:
        assert output_of(host.fork(0), print, "x") is None


def test_output_of_a_task_is_told_and_in_its_log(tmp_path, logs):
    with Host(tmp_path, "task", "6", DASKVINE_LOGS=str(logs)) as host:
        assert output_of(host.link, print, "task") == ["task\n", ""]
    assert (logs / "task-6.out").read_text() == "task\n"


def test_log_that_is_too_long_begins_anew_between_calls(child, logs):
    size = 17 << 20
    assert len(output_of(child, lambda size: os.write(1, b"x" * size), size)[0]) > LIMIT
    assert output_of(child, print, "after") == ["after\n", ""]
    assert (logs / "slot-3.out").read_text() == "after\n"


def test_log_of_a_task_that_is_too_long_begins_anew_with_its_call(tmp_path, logs):
    log = logs / "task-6.out"
    log.write_bytes(b"x" * (17 << 20))
    with Host(tmp_path, "task", "6", DASKVINE_LOGS=str(logs)) as host:
        # The task before may still be writing.
        assert log.stat().st_size == 17 << 20
        assert output_of(host.link, print, "after") == ["after\n", ""]
    assert log.read_text() == "after\n"


def test_logging_appears(child):
    assert output_of(child, lambda: logging.warning("w")) == ["", "WARNING:root:w\n"]

    def set_up_and_log():
        logging.basicConfig(level=logging.INFO, force=True)
        logging.getLogger("x").info("i")
    assert output_of(child, set_up_and_log) == ["", "INFO:x:i\n"]


def test_warnings_appear_as_python_has_them(child):
    def warn(text):
        warnings.warn(text)
    assert "UserWarning: first" in output_of(child, warn, "first")[1]
    assert "UserWarning: second" in output_of(child, warn, "second")[1]


def test_crash_leaves_the_python_stack_in_the_log(host, child, logs):
    def crash():
        ctypes.string_at(0)
    child.learn(1, crash)
    assert child.call([1]) is None
    assert host.link.receive()[::3] == [EXITED, -11]
    text = (logs / "slot-3.err").read_text()
    assert "Segmentation fault" in text and "in crash" in text


def test_crash_of_a_task_leaves_the_python_stack_in_the_log(tmp_path, logs):
    with Host(tmp_path, "task", "0", DASKVINE_LOGS=str(logs)) as host:
        host.link.learn(1, os.abort)
        assert host.link.call([1]) is None
        assert host.process.wait(30) == -6
    assert "Fatal Python error: Aborted" in (logs / "task-0.err").read_text()


def test_stack_overflow_is_a_crash_like_any_other(host, child, logs):
    def overflow():
        nested, other = [], []
        for _ in range(1_000_000):
            nested, other = [nested], [other]
        sys.setrecursionlimit(1 << 30)
        return nested == other
    child.learn(1, overflow)
    assert child.call([1]) is None
    assert host.link.receive()[::3] == [EXITED, -11]
    assert "in overflow" in (logs / "slot-3.err").read_text()
