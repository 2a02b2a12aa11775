"""The processes of the library host: their beginning, their end and their order, against a driver that acts as a worker."""

import importlib.metadata
import os
import pathlib
import select
import signal
import sys
import time

import cloudpickle
import msgpack
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from host_driver import CALL, EXITED, PACKAGES, PATIENCE, Host, add, ext, value_of  # noqa: E402

from daskvine import values  # noqa: E402

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # the host cannot import this file

INPUT, NESTED = 1, 2


def ends(pid):
    """Opens a handle on a process; calling the result waits until that process has ended."""
    descriptor = os.pidfd_open(pid)

    def wait():
        ready, _, _ = select.select([descriptor], [], [], PATIENCE)
        os.close(descriptor)
        assert ready, f"process {pid} goes on"
    return wait


def test_hello_library_and_child_tell_who_they_are(host):
    kind, role, slot, pid, versions = host.link.hello
    assert (kind, role, slot, pid) == (1, "library", 0, host.process.pid)
    assert versions["python"] == sys.version.split()[0] and versions["cloudpickle"] == cloudpickle.__version__
    assert versions["implementation"] == "cpython" and versions["msgpack"].count(".") == 2
    for name in ("dask", "numpy", "pandas"):
        assert versions.get(name) == version_of(name)
    child = host.fork(3).hello
    assert child[:3] == [1, "child", 3] and child[3] != pid


def version_of(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def test_versions_of_packages_are_had_without_importing_them(child):
    child.learn(1, lambda: [name for name in ("dask", "numpy", "pandas", "importlib.metadata", "zipfile") if name in sys.modules])
    assert value_of(child.call([1])) == []


def test_versions_of_packages_are_those_of_the_metadata_that_comes_first(tmp_path, monkeypatch):
    from daskvine.versions import installed
    for entry in ("a/x-1.0.dist-info", "a/x-y-5.dist-info", "a/z.py", "b/x-2.0.dist-info", "b/z-3-py3.11.egg-info"):
        (tmp_path / entry).mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [str(tmp_path / "a"), "/nowhere", str(tmp_path / "b")])
    assert installed(("x", "z")) == {"x": "1.0", "z": "3"}


def test_versions_of_packages_in_a_checkout_that_comes_first_are_unknown(tmp_path, monkeypatch):
    from daskvine.versions import installed
    for entry in ("checkout/x", "b/x", "b/x-2.0.dist-info"):
        (tmp_path / entry).mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [str(tmp_path / "checkout"), str(tmp_path / "b")])
    assert installed(("x",)) == {}


def test_inline_limit_from_environment_is_kept(tmp_path):
    with Host(tmp_path, "library", DASKVINE_INLINE_LIMIT="20") as host:
        child = host.fork(0)
        child.learn(1, add)
        path = str(tmp_path / "out")
        assert value_of(child.call([1], 1, output=path)) == 2
        assert child.call([1], "x" * 20, "y", output=path)[4] is None
        assert values.load_file(path) == "x" * 20 + "y"


def test_standard_input_of_user_code_is_empty(child):
    child.learn(1, lambda: sys.stdin.read())
    assert value_of(child.call([1])) == ""


def test_output_of_user_code_appears_by_line(tmp_path):
    reading, writing = os.pipe()
    with Host(tmp_path, "library", stdout=writing) as host:
        child = host.fork(0)
        child.learn(1, print)
        child.call([1], "seen")
        os.close(writing)
        assert os.read(reading, 100) == b"seen\n"
    os.close(reading)


def test_path_from_environment_replaces_sys_path(tmp_path):
    (tmp_path / "of_user.py").write_text("import sys\ndef path():\n    return list(sys.path)\n")
    wanted = [str(tmp_path), *(entry for entry in sys.path if entry), ""]
    with Host(tmp_path, "library", DASKVINE_SYS_PATH=os.pathsep.join(wanted)) as host:
        child = host.fork(0)
        child.learn(1, b"\x80\x04cof_user\npath\n.")
        assert value_of(child.call([1])) == wanted


def test_path_without_environment_lacks_current_directory(child, tmp_path):
    child.learn(1, cloudpickle.dumps(lambda: list(sys.path)))
    path = value_of(child.call([1]))
    assert path[0] == PACKAGES and str(tmp_path) not in path and "" not in path


def test_child_exiting_is_reported_with_status_and_can_be_forked_again(host):
    child = host.fork(2)
    child.learn(1, os._exit)
    assert child.call([1], 42) is None
    assert host.link.receive() == [EXITED, 2, child.hello[3], 42]
    again = host.fork(2)
    again.learn(1, add)
    assert value_of(again.call([1], 1)) == 2


def test_child_killed_is_reported_with_the_signal(host, child):
    other = host.fork(4)
    os.kill(child.hello[3], signal.SIGKILL)
    assert host.link.receive() == [EXITED, 3, child.hello[3], -9]
    other.learn(1, add)
    assert value_of(other.call([1], 1)) == 2


def test_child_socket_closed_ends_it_with_status_0(host, child):
    child.socket.close()
    assert host.link.receive() == [EXITED, 3, child.hello[3], 0]


def test_children_all_dying_at_once_are_all_reported(host):
    children = [host.fork(slot) for slot in range(8)]
    for child in children:
        os.kill(child.hello[3], signal.SIGTERM)
    reports = sorted(host.link.receive() for _ in children)
    assert reports == sorted([EXITED, child.hello[2], child.hello[3], -15] for child in children)


def test_interrupt_of_the_terminal_is_ignored(host, child):
    for pid in (host.process.pid, child.hello[3]):
        os.kill(pid, signal.SIGINT)
    child.learn(1, add)
    assert value_of(child.call([1], 1)) == 2
    host.fork(5)


def test_library_killed_ends_busy_and_idle_children(host):
    idle, busy = host.fork(0), host.fork(1)
    busy.learn(1, lambda path: open(path, "w").close() or signal.pause())
    fifo = os.path.join(host.directory, "fifo")
    os.mkfifo(fifo)
    busy.send([CALL, 1, [1], msgpack.packb([fifo]), [], "", False, False])
    open(fifo).close()  # the call is running now
    waits = [ends(child.hello[3]) for child in (idle, busy)]
    host.kill()
    for wait in waits:
        wait()


def test_standard_input_closed_ends_library_and_busy_children(host):
    child = host.fork(0)
    child.learn(1, signal.pause)
    child.send([CALL, 1, [1], msgpack.packb([]), [], "", False, False])
    wait = ends(child.hello[3])
    host.process.stdin.close()
    wait()
    assert host.process.wait(PATIENCE) == 0


def test_process_forked_by_user_code_leaves_the_socket_alone(child):
    def fork_and_wait():
        pid = os.fork()
        if pid == 0:
            raise SystemExit  # falls back into the host
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    child.learn(1, fork_and_wait)
    assert value_of(child.call([1], call=1)) != 0
    child.learn(2, add)
    assert child.call([2], 1, call=2)[1] == 2


def test_task_round_trip_ends_with_0(tmp_path):
    with Host(tmp_path, "task", "6") as host:
        assert host.link.hello[:4] == [1, "task", 6, host.process.pid]
        host.link.learn(1, add)
        host.link.learn(2, add)
        assert value_of(host.link.call([1, 2], ext(NESTED, 1, 1), ext(INPUT, 0), inputs=[values.dumps(5)])) == 7
        assert host.link.receive() is None
        assert host.process.wait(PATIENCE) == 0


def test_task_standard_input_closed_ends_it_at_once(tmp_path):
    with Host(tmp_path, "task", "0") as host:
        host.link.learn(1, signal.pause)
        host.link.send([CALL, 1, [1], msgpack.packb([]), [], "", False, False])
        host.process.stdin.close()
        assert host.process.wait(PATIENCE) == 1


def test_frame_larger_than_the_buffer_arrives_whole(child):
    child.learn(1, lambda *parts: [len(part) for part in parts])
    for size in (10, 262_144, 5_000_000, 10):
        assert value_of(child.call([1], b"x" * size, b"y" * size)) == [size, size]


def test_result_of_short_call_is_not_held_while_a_long_one_runs(child, tmp_path):
    gate = str(tmp_path / "gate")
    os.mkfifo(gate)
    child.learn(1, add)
    child.learn(2, lambda: open(gate).read())
    value_of(child.call([1], 1))
    child.send([CALL, 1, [1], msgpack.packb([1]), [], "", False, False], [CALL, 2, [2], msgpack.packb([]), [], "", False, False],
               [CALL, 3, [1], msgpack.packb([1]), [], "", False, False])
    assert child.receive()[1] == 1  # while call 2 waits at the gate
    with open(gate, "w"):
        pass
    assert [child.receive()[1] for _ in range(2)] == [2, 3]


def test_batch_of_10000_calls_keeps_the_order(child, capsys):
    count, batch = 10_000, 100
    child.learn(1, add)
    calls = [[CALL, n, [1], msgpack.packb([n]), [], "", False, False] for n in range(count)]
    start = time.perf_counter()
    results = []
    for first in range(0, count, batch):
        child.send(*calls[first:first + batch])
        results += [child.receive() for _ in range(batch)]
    seconds = time.perf_counter() - start
    assert [record[1] for record in results] == list(range(count))
    assert [value_of(record) for record in results] == [n + 1 for n in range(count)]
    with capsys.disabled():
        print(f"\none child, no-op calls in batches of {batch}, driver included: {count / seconds:,.0f}/s")


def test_unknown_record_ends_the_child_with_1(host, child):
    child.send([99])
    assert host.link.receive() == [EXITED, 3, child.hello[3], 1]


def bytecode_of(directory, kept, **environment):
    """What a task's process finds set for its modules, and when each of those of the host's that it kept was compiled."""
    directory.mkdir()
    with Host(directory, "task", "0", DASKVINE_BYTECODE=str(kept), **environment) as host:
        host.link.learn(1, lambda: (sys.dont_write_bytecode, sys.pycache_prefix))
        found = value_of(host.link.call([1]))
    return found, {path: path.stat().st_mtime_ns for path in kept.rglob("*.pyc")}


def test_modules_of_the_host_are_compiled_once_where_python_writes_no_bytecode(tmp_path):
    kept = tmp_path / "bytecode"
    found, first = bytecode_of(tmp_path / "first", kept, PYTHONDONTWRITEBYTECODE="1")
    assert found == (True, None)
    assert {"start", "child", "calls", "values"} <= {path.name.partition(".")[0] for path in first}
    # Of nothing else, whatever the user has of it.
    assert all("/daskvine/" in str(path) for path in first)
    assert bytecode_of(tmp_path / "second", kept, PYTHONDONTWRITEBYTECODE="1") == (found, first)


def test_modules_of_the_host_are_compiled_as_all_others_where_python_writes_bytecode(tmp_path):
    found, kept = bytecode_of(tmp_path / "task", tmp_path / "bytecode", PYTHONDONTWRITEBYTECODE="", PYTHONPYCACHEPREFIX=str(tmp_path / "user's"))
    assert (found, kept) == ((False, str(tmp_path / "user's")), {})
    assert any("child" in path.name for path in (tmp_path / "user's").rglob("*.pyc"))
