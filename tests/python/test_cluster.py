"""The embedded cluster's processes: how they are started, and that none outlives the client."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from daskvine import DaskVine, DaskVineError, ManagerLost, ManagerUnreachable, WorkersLost

HERE = Path(__file__).resolve().parent


def inc(x):
    return x + 1


@pytest.fixture(autouse=True)
def fake_program(monkeypatch, tmp_path):
    monkeypatch.setenv("DASKVINE_PROGRAM", str(HERE / "fake_daskvine.py"))
    monkeypatch.setenv("FAKE_LOG", str(tmp_path))
    return tmp_path


def ended(pid):
    """Wait for a process that need not be a child, and tell that it is gone."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    import select

    readable = bool(select.select([descriptor], [], [], 20)[0])
    os.close(descriptor)
    return readable


def test_embedded_cluster_starts_manager_and_workers_as_documented(fake_program):
    with DaskVine(workers=2, cores=3) as vine:
        assert vine.get({"a": (inc, 1)}, "a") == 2
        directory = Path(vine.address.removeprefix("ipc://")).parent
        assert directory.stat().st_mode & 0o777 == 0o700
        assert len(vine.worker_pids) == 2 and vine.manager_pid
    manager = json.loads((fake_program / "manager").read_text())
    assert manager["arguments"] == ["--listen", f"ipc://{directory}/door", "--run-dir", str(directory), "--exit-with-stdin"]
    worker = json.loads((fake_program / "w2").read_text())
    assert worker["arguments"] == [
        f"ipc://{directory}/door", "--cores", "3", "--worker-name", "w2", "--cache-dir", f"{directory}/w2",
        "--python", sys.executable, "--host-package", str(HERE.parents[1] / "interop/python"), "--exit-with-stdin",
    ]
    assert worker["cwd"] == os.getcwd()
    assert worker["sys_path"].split(os.pathsep) == [os.path.abspath(entry) for entry in sys.path]


def test_close_ends_all_processes_and_removes_the_directory(fake_program):
    vine = DaskVine(workers=2)
    pids = [vine.manager_pid, *vine.worker_pids]
    vine.close()
    vine.close()
    assert all(ended(pid) for pid in pids)
    assert not Path(vine.address.removeprefix("ipc://")).parent.exists()
    assert "closed" in repr(vine)


@pytest.mark.parametrize("ending", ["sys.exit(3)", "os._exit(3)", "os.kill(os.getpid(), signal.SIGKILL)", "del vine"])
def test_client_ends_in_any_way_no_process_is_left(fake_program, ending):
    program = (
        "import os, signal, sys, time\nfrom daskvine import DaskVine\nvine = DaskVine(workers=2)\n"
        f"print(vine.manager_pid, *vine.worker_pids, flush=True)\n{ending}\n"
    )
    client = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert all(ended(int(pid)) for pid in client.stdout.split())


def test_client_killed_while_its_forked_child_lives_no_process_is_left(fake_program):
    program = (
        "import os, signal, sys\nfrom daskvine import DaskVine\nvine = DaskVine(workers=1)\n"
        "print(vine.manager_pid, *vine.worker_pids, flush=True)\n"
        "if os.fork() == 0:\n    os.close(1); sys.stdin.read(); os._exit(0)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    client = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with client:
        assert all(ended(int(pid)) for pid in client.stdout.read().split())


def test_manager_reports_an_error_it_is_raised_with_its_words(monkeypatch):
    monkeypatch.setenv("FAKE_MANAGER", "error")
    with pytest.raises(ManagerUnreachable, match="port 9123 is in use"):
        DaskVine(workers=1)
    with pytest.raises(ManagerUnreachable, match="port 9123 is in use"):
        DaskVine(port=9123)


def test_manager_ends_at_once_its_log_is_told(monkeypatch):
    monkeypatch.setenv("FAKE_MANAGER", "exit")
    with pytest.raises(ManagerUnreachable, match="exit status 1.*\n.*could not load libzmq"):
        DaskVine(workers=1)


def test_program_not_there_says_how_to_build_it(monkeypatch, tmp_path):
    monkeypatch.setenv("DASKVINE_PROGRAM", "/nowhere/daskvine")
    with pytest.raises(DaskVineError, match="DASKVINE_PROGRAM=/nowhere/daskvine"):
        DaskVine()


def test_all_workers_die_a_waiting_get_tells_their_log(monkeypatch):
    monkeypatch.setenv("FAKE_MANAGER", "stuck")
    monkeypatch.setenv("FAKE_WORKER", "exit")
    # They may be dead before the manager has answered.
    with pytest.raises(WorkersLost, match="no worker is left; worker w.*exit status 1.*\n.*could not load libzmq"):
        with DaskVine(workers=2) as vine:
            vine.get({"a": (inc, 1)}, "a")


def test_manager_killed_while_waiting_tells_how_it_ended(monkeypatch):
    monkeypatch.setenv("FAKE_MANAGER", "stuck")
    with DaskVine(workers=1) as vine:
        os.kill(vine.manager_pid, signal.SIGKILL)
        with pytest.raises(ManagerLost, match="the manager's process ended: .*killed by signal 9"):
            vine.get({"a": (inc, 1)}, "a")


def test_arguments_that_contradict_each_other_are_refused():
    for arguments in ({"address": "ipc:///x", "workers": 1}, {"cores": 0}, {"workers": -1}, {"port": 70000}):
        with pytest.raises(ValueError):
            DaskVine(**arguments)
    with pytest.raises(ValueError, match="'function-calls', 'tasks'"):
        DaskVine(task_mode="calls")


def test_progress_lines_on_something_else_than_a_terminal(capsys):
    with DaskVine(workers=1, progress=True) as vine:
        vine.get({"a": (inc, 1)}, "a")
    assert "1 of 1 tasks done" in capsys.readouterr().err
