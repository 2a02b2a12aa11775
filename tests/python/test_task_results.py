"""Results that tell of trouble around a command, each met as a user would meet it, on a real manager and real workers."""

import signal

import pytest
from cluster_processes import start_worker

from daskvine import DaskVine, Result, Task

SECONDS = 60


def run(vine, command, **info):
    task = Task(command, **info)
    vine.submit(task)
    assert vine.wait(SECONDS) is task
    return task


def test_standard_output_that_is_gone_is_missing(vine):
    temp = vine.declare_temp()
    task = run(vine, "echo made > out; rm ../log", outputs={temp: "out"})
    assert (task.result, task.exit_code, task.output) == (Result.STDOUT_MISSING, 0, "")
    assert run(vine, "cat in", inputs={temp: "in"}).output == "made\n"


def test_disk_that_cannot_be_measured_is_an_error_of_who_has_a_limit(vine):
    command = "cd / && rm -r $VINE_SANDBOX"
    assert run(vine, command, disk=100).result == Result.RMONITOR_ERROR
    assert run(vine, command).successful()


def test_output_that_cannot_be_kept_at_the_worker_is_told(vine):
    task = run(vine, "mkfifo out", outputs={vine.declare_temp(): "out"})
    assert task.result == Result.OUTPUT_TRANSFER_ERROR and "'out' could not be stored" in task.result_string


@pytest.mark.parametrize(("retries", "runs", "result"), [(0, 3, Result.FORSAKEN), (1, 2, Result.MAX_RETRIES)])
def test_task_whose_workers_die_is_given_up(tmp_path, retries, runs, result):
    with DaskVine(port=0, progress=False) as vine:
        # It kills the worker that runs it.
        task = Task(f"echo >> {tmp_path}/runs; kill -9 $PPID; sleep 1000", retries=retries)
        vine.submit(task)
        for _ in range(runs):
            with start_worker(vine.address) as worker:
                if vine.wait(0.1) is None:
                    assert worker.wait(SECONDS) == -signal.SIGKILL
        assert task.result is not None or vine.wait(SECONDS) is task
        assert task.result == result and f"running on {runs} workers that died" in task.result_string
        assert len((tmp_path / "runs").read_text()) == runs


def test_strict_input_runs_where_its_file_is(vine):
    temp = vine.declare_temp()
    first = run(vine, "head -c 100000 /dev/zero > out", outputs={temp: "out"})
    for _ in range(4):
        task = Task("wc -c < in; sleep 0.1")
        task.add_input(temp, "in", strict_input=True)
        vine.submit(task)
    done = [vine.wait(SECONDS) for _ in range(4)]
    assert {task.hostname for task in done} == {first.hostname} and all(task.output == "100000\n" for task in done)


def test_strict_input_that_no_worker_holds_ends_the_task(vine, tmp_path):
    (tmp_path / "in").write_text("here\n")
    file = vine.declare_file(tmp_path / "in")
    task = Task("cat in", inputs={file: {"remote_name": "in", "strict_input": True}})
    vine.submit(task)
    assert vine.wait(SECONDS) is task
    assert task.result == Result.FIXED_LOCATION_MISSING and "strict_input" in task.result_string and str(tmp_path) in task.result_string
    other = run(vine, "cat in", inputs={file: "in"})
    again = run(vine, "cat in", inputs={file: {"remote_name": "in", "strict_input": True}})
    assert (again.output, again.hostname) == ("here\n", other.hostname)


def test_strict_input_whose_worker_died_ends_the_task(tmp_path):
    (tmp_path / "in").write_text("here\n")
    with DaskVine(workers=2, progress=False) as vine:
        file = vine.declare_file(tmp_path / "in")
        assert run(vine, "cat in", inputs={file: "in"}).successful()
        task = Task("kill -9 $PPID; sleep 1000", inputs={file: {"remote_name": "in", "strict_input": True}})
        vine.submit(task)
        assert vine.wait(SECONDS) is task and task.result == Result.FIXED_LOCATION_MISSING, task.result_string
