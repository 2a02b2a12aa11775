"""The setup of a library: what it makes, what its failures tell, and that its process stays the worker's."""

import os
import pathlib
import select
import signal
import subprocess
import sys
import threading

import cloudpickle
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from host_driver import EXITED, FAILED, PATIENCE, SETUP, Host, add, spec_of, value_of  # noqa: E402

import daskvine  # noqa: E402

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # the host cannot import this file


def read(name):
    return daskvine.load_variable_from_library(name)


def test_setup_returning_a_dict_is_read_by_calls_in_every_child(host):
    assert host.link.set_up(lambda a, b: {"sum": a + b, "pid": os.getpid()}, 2, 3) is None
    for slot in (0, 1):
        child = host.fork(slot)
        child.learn(1, read)
        assert [value_of(child.call([1], name)) for name in ("sum", "pid")] == [5, host.process.pid]


def test_setup_is_called_with_keywords_and_once(host, tmp_path):
    def setup(path, *, text):
        with open(path, "a") as file:
            file.write(text)
    path = tmp_path / "calls"
    assert host.link.set_up(cloudpickle.dumps((setup, [str(path)], {"text": "once"}))) is None
    host.fork(0), host.fork(1)
    assert path.read_text() == "once"


def test_variable_that_is_absent_names_those_that_are_there(host):
    host.link.set_up(lambda: {"first": 1, "second": 2})
    child = host.fork(0)
    child.learn(1, read)
    record = child.call([1], "third")
    assert record[0] == FAILED and record[4].startswith("KeyError: ")
    assert "library lib has no variable 'third', only: first, second" in record[4]


def test_variable_of_a_setup_that_returned_no_dict_is_told(host):
    host.link.set_up(lambda: [1])
    child = host.fork(0)
    child.learn(1, read)
    assert "its setup returned list, not a dict" in child.call([1], "x")[4]


def test_variable_outside_of_a_library_is_told(child):
    child.learn(1, read)
    record = child.call([1], "x")
    assert record[0] == FAILED and record[4].startswith("RuntimeError: load_variable_from_library('x') was called outside of a library")
    with pytest.raises(RuntimeError, match="outside of a library"):
        read("x")


def test_modules_are_imported_before_the_setup(host):
    def setup():
        return {"loaded": "colorsys" in sys.modules and "xml.dom" in sys.modules}
    assert host.link.set_up(setup, modules=["colorsys", "xml.dom"]) is None
    child = host.fork(0)
    child.learn(1, read)
    assert value_of(child.call([1], "loaded")) is True


def fails_with(host, *arguments, **spec):
    """The message and traceback of a setup that fails; checks that the process ends with 1."""
    failure = host.link.set_up(*arguments, **spec)
    assert failure is not None and host.link.receive() is None
    assert host.process.wait(PATIENCE) == 1
    return failure


@pytest.fixture(params=["library", "child"])
def either(request, tmp_path):
    """A process that is to be set up, of both roles."""
    with Host(tmp_path, request.param, *(["0"] if request.param == "child" else [])) as host:
        yield host


def test_module_that_is_absent_is_named_with_what_to_do(either):
    message, traceback = fails_with(either, modules=["absent_module.part"])
    assert message.startswith("library lib: the module absent_module.part, which it is to have, cannot be imported: ModuleNotFoundError")
    assert 'vine.upload_file("absent_module.py")' in message and "ModuleNotFoundError" in traceback


def test_setup_that_raises_is_told_with_its_traceback(either):
    def broken_setup():
        return 1 / 0
    message, traceback = fails_with(either, broken_setup)
    assert message == "library lib: its setup broken_setup raised: ZeroDivisionError: division by zero"
    assert "in broken_setup" in traceback and traceback.splitlines()[1].count(__file__) == 1


def test_setup_that_raises_what_is_no_exception_is_told_too(either):
    def interrupt():
        raise KeyboardInterrupt
    assert fails_with(either, interrupt)[0] == "library lib: its setup interrupt raised: KeyboardInterrupt"


def test_setup_that_cannot_be_unpickled_is_told(either):
    message, _ = fails_with(either, b"\x80\x04cabsent_module\nsetup\n.")
    assert message.startswith("library lib: its setup cannot be unpickled: ModuleNotFoundError") and "install it there" in message


@pytest.mark.parametrize("function, arguments, status", [
    (sys.exit, [7], 7), (sys.exit, [], 0), (sys.exit, ["text"], 1), (os._exit, [5], 5), (os.abort, [], -signal.SIGABRT)],
    ids=["exit-7", "exit", "exit-text", "os-exit", "crash"])
def test_setup_that_ends_the_process_ends_it(either, function, arguments, status):
    either.link.send([SETUP, spec_of(function, *arguments)])
    assert either.link.receive() is None
    assert either.process.wait(PATIENCE) == status


def test_setup_that_leaves_a_thread_does_not_keep_the_process(either):
    def setup(fails):
        threading.Thread(target=threading.Event().wait).start()
        return {"x": 1} if not fails else 1 / 0
    assert either.link.set_up(setup, False) is None
    fails_with(either, setup, True)


def test_worker_ending_during_the_setup_ends_the_process_and_its_children(tmp_path):
    with Host(tmp_path, "library") as host:
        child = host.fork(0)
        handle = os.pidfd_open(child.hello[3])
        fifo = str(tmp_path / "fifo")
        os.mkfifo(fifo)

        def setup():
            open(fifo, "w").close()
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGIO, signal.SIGHUP})
            signal.pause()
        host.link.send([SETUP, spec_of(setup)])
        open(fifo).close()  # the setup is running now
        host.process.stdin.close()
        assert host.process.wait(PATIENCE) == -signal.SIGKILL
        assert select.select([handle], [], [], PATIENCE)[0]
        os.close(handle)


def test_worker_ending_ends_a_process_that_was_set_up(either):
    assert either.link.set_up(lambda: {"x": 1}) is None
    either.process.stdin.close()
    assert either.process.wait(PATIENCE) in (0, -signal.SIGKILL)


def test_setup_taking_signals_over_leaves_the_library_deaf_to_none(host):
    def setup():
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        signal.set_wakeup_fd(-1)
    assert host.link.set_up(setup) is None
    os.kill(host.process.pid, signal.SIGINT)
    child = host.fork(2)
    child.learn(1, os._exit)
    assert child.call([1], 3) is None
    assert host.link.receive() == [EXITED, 2, child.hello[3], 3]


def test_setup_writes_to_the_log_of_its_process_only(tmp_path):
    logs = tmp_path / "logs"
    logs.mkdir()
    with open(tmp_path / "out", "w") as out, Host(tmp_path, "library", DASKVINE_LOGS=str(logs), stdout=out) as host:
        def setup():
            print("line")
            print("no line", end="")
            __import__("ctypes").CDLL(None).printf(b" of C")
        assert host.link.set_up(setup) is None
        child = host.fork(0)
        child.learn(1, add)
        assert value_of(child.call([1], 1)) == 2
    assert (tmp_path / "out").read_text() == "line\nno line of C"
    assert (logs / "slot-0.out").read_text() == ""


def test_setup_may_start_programs_and_wait_for_them(host):
    def setup():
        return {"running": subprocess.Popen(["cat"], stdin=subprocess.PIPE).pid, "code": subprocess.run(["true"]).returncode}
    assert host.link.set_up(setup) is None
    child = host.fork(0)
    child.learn(1, read)
    assert value_of(child.call([1], "code")) == 0
    assert value_of(child.call([1], "running")) > 0


def test_import_of_the_variables_brings_neither_dask_nor_zmq():
    program = ("import sys\nfrom daskvine import load_variable_from_library as load\nimport pickle\n"
               "assert pickle.loads(pickle.dumps(load)) is load\n"
               "sys.exit(bool({'dask', 'zmq', 'msgpack', 'cloudpickle'} & {*sys.modules}))")
    subprocess.run([sys.executable, "-c", program], check=True)


def test_setup_of_a_process_by_itself_is_read_by_its_calls(tmp_path):
    logs = tmp_path / "logs"
    logs.mkdir()
    with Host(tmp_path, "child", "4", DASKVINE_LOGS=str(logs)) as host:
        assert host.link.hello[:4] == [1, "child", 4, host.process.pid]
        assert host.link.set_up(lambda: print("set up") or {"x": os.getpid()}) is None
        host.link.learn(1, read)
        assert [value_of(host.link.call([1], "x")) for _ in range(2)] == [host.process.pid] * 2
    assert (logs / "slot-4.out").read_text() == "set up\n"


def test_process_by_itself_ends_with_0_when_its_socket_is_closed(tmp_path):
    with Host(tmp_path, "child", "0") as host:
        assert host.link.set_up() is None
        host.link.socket.close()
        assert host.process.wait(PATIENCE) == 0


