"""Processes come and go: workers are killed, clients vanish, managers are attached to, and nothing is left behind."""

import json
import logging
import operator
import os
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cluster_processes import descendants, has_ended, start_worker, wait_for_file

from daskvine import DaskVine, ManagerLost, ManagerUnreachable, WorkersLost
from daskvine.programs import child_environment, find_daskvine


def announce_and_wait(pipe, marker):
    """Tell the test who runs this, and block the first time; a second run finds the marker and returns."""
    first = not os.path.exists(marker)
    Path(marker).touch()
    with open(pipe, "w") as file:
        file.write(str(os.getpid()))
    while first:
        signal.pause()
    return "second run"


@pytest.fixture
def pipe(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return str(path)


def open_for_reading(pipe):
    """Keep the pipe open, so that what tasks write is not lost between two readers."""
    return os.open(pipe, os.O_RDWR)


def test_worker_killed_in_mid_task_costs_no_result(pipe, tmp_path):
    keep = open_for_reading(pipe)
    with ThreadPoolExecutor() as threads, DaskVine(workers=2, progress=False) as vine:
        dsk = {"slow": (announce_and_wait, pipe, str(tmp_path / "marker")), "out": (operator.add, "slow", "!")}
        result = threads.submit(vine.get, dsk, "out")
        child = int(wait_for_file(pipe))
        worker = next(pid for pid in vine.worker_pids if child in descendants(pid))
        os.kill(worker, signal.SIGKILL)
        assert result.result(60) == "second run!"
        assert has_ended(child)
    os.close(keep)


def test_worker_killed_with_large_intermediates_gives_the_right_result(pipe, tmp_path):
    np = pytest.importorskip("numpy")
    keep = open_for_reading(pipe)
    with ThreadPoolExecutor() as threads, DaskVine(workers=2, progress=False) as vine:
        dsk = {("data", i): (np.arange, i * 10_000, (i + 1) * 10_000) for i in range(40)}
        dsk["gate"] = (announce_and_wait, pipe, str(tmp_path / "marker"))
        dsk["total"] = (lambda parts, gate: (sum(int(part.sum()) for part in parts), gate), [("data", i) for i in range(40)], "gate")
        result = threads.submit(vine.get, dsk, "total")
        child = int(wait_for_file(pipe))
        worker = next(pid for pid in vine.worker_pids if child in descendants(pid))
        os.kill(worker, signal.SIGKILL)
        assert result.result(60) == (sum(range(400_000)), "second run")
    os.close(keep)


def test_all_workers_killed_is_told_instead_of_hanging(pipe, tmp_path):
    keep = open_for_reading(pipe)
    with ThreadPoolExecutor() as threads, DaskVine(workers=1, progress=False) as vine:
        result = threads.submit(vine.get, {"x": (announce_and_wait, pipe, str(tmp_path / "marker"))}, "x")
        wait_for_file(pipe)
        os.kill(vine.worker_pids[0], signal.SIGKILL)
        with pytest.raises(WorkersLost, match="signal 9"):
            result.result(60)
    os.close(keep)


def test_manager_killed_is_told_to_everyone_who_waits(pipe, tmp_path):
    keep = open_for_reading(pipe)
    with ThreadPoolExecutor() as threads, DaskVine(workers=1, progress=False) as vine:
        result = threads.submit(vine.get, {"x": (announce_and_wait, pipe, str(tmp_path / "marker"))}, "x")
        wait_for_file(pipe)
        os.kill(vine.manager_pid, signal.SIGKILL)
        with pytest.raises(ManagerLost, match="signal 9"):
            result.result(60)
    os.close(keep)


def test_close_leaves_no_process_and_no_directory():
    vine = DaskVine(workers=2, progress=False)
    vine.get({"x": (operator.add, 1, 1)}, "x")
    pids = [vine.manager_pid, *vine.worker_pids]
    pids += [pid for worker in vine.worker_pids for pid in descendants(worker)]
    directory = Path(vine.address.removeprefix("ipc://")).parent
    assert len(pids) >= 5
    vine.close()
    assert all(has_ended(pid) for pid in pids)
    assert not directory.exists()


@pytest.mark.parametrize("end", ["os.kill(os.getpid(), signal.SIGKILL)", "os._exit(0)", "pass", "raise ValueError"])
def test_client_that_ends_in_any_way_takes_its_cluster_with_it(end):
    program = (
        "import os, signal, operator, sys; from cluster_processes import descendants; from daskvine import DaskVine\n"
        "vine = DaskVine(workers=2, progress=False); vine.get({'x': (operator.add, 1, 1)}, 'x')\n"
        f"print(vine.address, *descendants(os.getpid()), flush=True)\n{end}\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([os.environ["PYTHONPATH"], str(Path(__file__).parent)])}
    client = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, env=environment)
    address, *pids = client.stdout.split()
    pids = [int(pid) for pid in pids]
    # The manager, both workers, and a library with a child of the one that ran the task.
    assert len(pids) >= 5, client.stderr
    assert all(has_ended(pid) for pid in pids)
    assert not Path(address.removeprefix("ipc://")).parent.exists()


def test_interrupt_cancels_at_once_and_the_cluster_goes_on(pipe, tmp_path):
    keep = open_for_reading(pipe)
    with DaskVine(workers=1, progress=False) as vine:
        def interrupt_when_running():
            wait_for_file(pipe)
            os.kill(os.getpid(), signal.SIGINT)

        helper = threading.Thread(target=interrupt_when_running)
        helper.start()
        with pytest.raises(KeyboardInterrupt):
            vine.get({"x": (announce_and_wait, pipe, str(tmp_path / "marker"))}, "x")
        helper.join()
        # The only slot is free again, though the task would have waited for ever.
        assert vine.get({"y": (operator.add, 1, 1)}, "y") == 2
    os.close(keep)


def test_no_worker_for_a_while_is_told_and_work_starts_when_one_comes():
    with ThreadPoolExecutor() as threads, DaskVine(port=0, progress=False) as vine:
        told = threading.Event()
        handler = logging.Handler()
        handler.emit = lambda record: told.set()
        logging.getLogger("daskvine").addHandler(handler)
        try:
            result = threads.submit(vine.get, {"x": (operator.add, 1, 1)}, "x")
            assert told.wait(30)
            assert "no worker is connected" in vine.notices["waiting-for-workers"]
            with start_worker(vine.address) as worker:
                assert result.result(60) == 2
                worker.stdin.close()
                assert worker.wait(30) == 0
        finally:
            logging.getLogger("daskvine").removeHandler(handler)


def test_manager_found_by_name_and_the_name_taken_twice_is_refused():
    name = f"test-{os.getpid()}"
    with DaskVine(name=name, progress=False) as vine:
        with start_worker("--name", name) as worker:
            assert vine.get({"x": (operator.add, 1, 1)}, "x") == 2
            worker.stdin.close()
            assert worker.wait(30) == 0
        with pytest.raises(ManagerUnreachable, match=f"'{name}' is running"):
            DaskVine(name=name)


def test_two_clients_at_once_share_the_workers():
    with (
        ThreadPoolExecutor() as threads,
        DaskVine(workers=2, progress=False) as first,
        DaskVine(first.address, progress=False) as second,
    ):
        dsk = {("square", i): (operator.mul, i, i) for i in range(3000)}
        results = [threads.submit(vine.get, dsk, list(dsk)) for vine in (first, second, first, second)]
        assert all(result.result(60) == tuple(i * i for i in range(3000)) for result in results)


def test_client_that_vanishes_does_not_disturb_the_other():
    with DaskVine(workers=1, progress=False) as vine:
        program = (
            "import os, sys; from daskvine import DaskVine\n"
            "def end(): os.kill(os.getppid(), 0)\n"
            f"vine = DaskVine({vine.address!r}, progress=False); print(vine.get({{'x': (sum, [1, 2])}}, 'x')); os._exit(1)"
        )
        client = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
        assert client.stdout == "3\n"
        assert vine.get({"y": (operator.add, 1, 1)}, "y") == 2


def test_port_in_use_is_told_with_what_to_do():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ManagerUnreachable, match=f"127.0.0.1:{port} is in use"):
            DaskVine(port=port)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "ipc:///nonexistent/door"])
def test_manager_that_cannot_be_reached_is_told_at_once_with_its_address(address):
    with pytest.raises(ManagerUnreachable, match=address):
        DaskVine(address)


def test_something_else_at_the_address_is_told():
    with socket.create_server(("127.0.0.1", 0)) as other:
        def answer():
            connection, _ = other.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        helper = threading.Thread(target=answer)
        helper.start()
        with pytest.raises(ManagerUnreachable):
            DaskVine(f"tcp://127.0.0.1:{other.getsockname()[1]}")
        helper.join()


def test_worker_refuses_what_it_cannot_do_with_one_sentence():
    run = subprocess.run(
        [find_daskvine(), "worker", "--name", "nobody-has-this-name"], capture_output=True, text=True, timeout=30, env=child_environment()
    )
    assert run.returncode == 1 and "no manager named 'nobody-has-this-name'" in run.stderr


def test_manager_refuses_to_listen_beyond_this_machine():
    run = subprocess.run(
        [find_daskvine(), "manager", "--listen", "tcp://0.0.0.0:0"], capture_output=True, text=True, timeout=30, env=child_environment()
    )
    assert run.returncode == 1 and "not secured" in run.stderr


def start_manager(address):
    return subprocess.Popen(
        [find_daskvine(), "manager", "--listen", address, "--exit-with-stdin"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=child_environment(), text=True,
    )


def test_worker_outlives_its_manager_and_serves_the_next_one_at_that_address():
    with start_manager("tcp://127.0.0.1:0") as first:
        address = json.loads(first.stdout.readline())["address"]
        with start_worker(address, "--cores", "1") as worker:
            with DaskVine(address, progress=False) as vine:
                child = vine.get({"x": (os.getpid,)}, "x")
                assert child in descendants(worker.pid)
            first.kill()
            first.wait()
            with start_manager(address) as second, DaskVine(json.loads(second.stdout.readline())["address"], progress=False) as vine:
                assert vine.get({"x": (os.getpid,)}, "x") == child
                second.stdin.close()
            worker.stdin.close()
            assert worker.wait(30) == 0


def test_local_workers_take_interpreter_path_and_directory_of_the_client(tmp_path, monkeypatch):
    (tmp_path / "beside_the_client.py").write_text("import os, sys\ndef here():\n    return os.getcwd(), sys.executable, sys.path\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    import beside_the_client

    with DaskVine(workers=1, progress=False) as vine:
        directory, interpreter, path = vine.get({"x": (beside_the_client.here,)}, "x")
        assert directory == str(tmp_path)
        assert os.path.realpath(interpreter) == os.path.realpath(sys.executable)
        assert path == [os.path.abspath(entry) for entry in sys.path]
