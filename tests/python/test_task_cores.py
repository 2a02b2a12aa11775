"""Commands that take several cores of a real worker."""

import logging
import os

import pytest
from cluster_processes import start_worker

from daskvine import DaskVine, Task

SECONDS = 60


@pytest.fixture(scope="module")
def two_cores():
    """One worker with two cores."""
    with DaskVine(workers=1, cores=2, progress=False) as vine:
        yield vine


def wait_all(vine):
    return list(iter(lambda: vine.wait(SECONDS), None))


def test_commands_of_all_cores_run_one_after_the_other(two_cores, tmp_path):
    # Who finds another at work fails.
    command = f"mkdir {tmp_path}/busy && sleep 0.05 && rmdir {tmp_path}/busy"
    for _ in range(8):
        two_cores.submit(Task(command, cores=2))
    done = wait_all(two_cores)
    assert len(done) == 8 and all(task.successful() for task in done), [task.output for task in done]


def test_commands_of_one_core_run_side_by_side(two_cores, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    # Each waits for the other.
    for command in (f"echo 1 > {tmp_path}/pipe", f"read x < {tmp_path}/pipe"):
        two_cores.submit(Task(command, cores=0.5))
    assert all(task.successful() for task in wait_all(two_cores))


def test_command_of_all_cores_and_calls_both_end(two_cores):
    tasks = [Task("echo $CORES; sleep 0.02", cores=1.5) for _ in range(5)]
    for task in tasks:
        two_cores.submit(task)
    graph = {f"x{i}": (pow, i, 2) for i in range(200)}
    assert two_cores.get({**graph, "sum": (sum, list(graph))}, "sum") == sum(i * i for i in range(200))
    assert len(wait_all(two_cores)) == 5 and all(task.output == "2\n" for task in tasks)


def test_cores_that_nobody_has_are_told_of_and_waited_for(caplog):
    with caplog.at_level(logging.WARNING, "daskvine"), DaskVine(port=0, progress=False) as vine:
        with start_worker(vine.address, "--cores", "1", "--worker-name", "small") as small:
            task = Task("echo ran", cores=64)
            vine.submit(task)
            assert vine.wait(4) is None
            said = "it needs one with 64 cores; start one with 'daskvine worker --cores 64'"
            assert [said in record.message for record in caplog.records].count(True) == 1, caplog.text
            with start_worker(vine.address, "--cores", "64", "--worker-name", "large") as large:
                assert vine.wait(SECONDS) is task and (task.output, task.hostname) == ("ran\n", "large")
                large.stdin.close()
            small.stdin.close()
