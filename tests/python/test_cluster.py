"""The embedded cluster: what it is made of, and what is refused before anything starts."""

import operator
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cluster_processes import descendants, has_ended

from daskvine import DaskVine, ManagerUnreachable


def test_embedded_cluster_has_the_workers_asked_for_in_a_private_directory():
    with DaskVine(workers=2, cores=3, progress=False) as vine:
        assert vine.get({"x": (operator.add, 1, 1)}, "x") == 2
        directory = Path(vine.address.removeprefix("ipc://")).parent
        assert directory.stat().st_mode & 0o777 == 0o700
        assert len(vine.worker_pids) == 2 and vine.manager_pid not in vine.worker_pids
        # Arguments end with a zero byte there.
        assert b"--cores\x003\x00" in Path(f"/proc/{vine.worker_pids[0]}/cmdline").read_bytes()
    assert "closed" in repr(vine)


def test_default_is_one_worker_per_core():
    with DaskVine(progress=False) as vine:
        assert len(vine.worker_pids) == len(os.sched_getaffinity(0))


def test_close_twice_is_harmless():
    vine = DaskVine(workers=1, progress=False)
    vine.close()
    vine.close()
    assert has_ended(vine.manager_pid)


def test_client_killed_while_its_forked_child_lives_no_process_is_left():
    program = (
        "import os, signal, sys, operator\nfrom cluster_processes import descendants\nfrom daskvine import DaskVine\n"
        "vine = DaskVine(workers=1, progress=False); vine.get({'x': (operator.add, 1, 1)}, 'x')\n"
        "print(*descendants(os.getpid()), flush=True)\n"
        "if os.fork() == 0:\n    os.close(1); sys.stdin.read(); os._exit(0)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    environment = {"PYTHONPATH": ":".join(path for path in sys.path if path)}
    client = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )
    with client:
        pids = [int(pid) for pid in client.stdout.read().split()]
        assert len(pids) >= 4
        assert all(has_ended(pid) for pid in pids)


def test_closed_cluster_leaves_nothing_below_this_process():
    before = set(descendants(os.getpid()))
    with DaskVine(workers=2, progress=False) as vine:
        vine.get({"x": (operator.add, 1, 1)}, "x")
    assert set(descendants(os.getpid())) <= before


def test_manager_that_cannot_start_is_told_with_its_own_words(monkeypatch):
    monkeypatch.setenv("DASKVINE_LIBZMQ", "/nonexistent/libzmq.so")
    with pytest.raises(ManagerUnreachable, match="apt-get install libzmq5"):
        DaskVine(workers=1)


def test_arguments_that_contradict_each_other_are_refused():
    for arguments in ({"address": "ipc:///x", "workers": 1}, {"cores": 0}, {"workers": -1}, {"port": 70000}):
        with pytest.raises(ValueError):
            DaskVine(**arguments)
    with pytest.raises(ValueError, match="'function-calls', 'tasks'"):
        DaskVine(task_mode="calls")


def test_progress_lines_on_something_else_than_a_terminal(capsys):
    with DaskVine(workers=1, progress=True) as vine:
        vine.get({"a": (operator.add, 1, 1)}, "a")
    assert "1 of 1 tasks done" in capsys.readouterr().err
