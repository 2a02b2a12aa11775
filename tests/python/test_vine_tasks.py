"""Shell commands on a real manager and real workers: what they see, what comes back, and every way in which they end."""

import os
import signal
import time

import pytest
from cluster_processes import descendants, has_ended, start_worker

from daskvine import DaskVine, FunctionCall, Result, Task

SECONDS = 60


def run(vine, command, **info):
    task = Task(command, **info)
    vine.submit(task)
    assert vine.wait(SECONDS) is task
    return task


def wait_all(vine):
    return list(iter(lambda: vine.wait(SECONDS), None))


@pytest.fixture
def blocker(tmp_path):
    """A command that says that it runs, and runs until it is killed; a pipe hears it."""
    os.mkfifo(tmp_path / "runs")
    return f"echo running > {tmp_path}/runs; exec sleep 1000", tmp_path / "runs"


def test_pipeline_of_commands_gives_what_the_shell_gives(vine, tmp_path):
    words = vine.declare_buffer("c\na\nb\n" * 1000)
    halves = [vine.declare_temp() for _ in range(4)]
    for i, half in enumerate(halves):
        vine.submit(Task(f"awk 'NR % 4 == {i}' words | sort > half", inputs={words: "words"}, outputs={half: "half"}))
    merge = Task("sort -m part-* | uniq -c | tr -s ' ' > out", inputs={half: f"part-{i}" for i, half in enumerate(halves)})
    merge.add_output(vine.declare_file(tmp_path / "counts"), "out")
    vine.submit(merge)
    done = wait_all(vine)
    assert all(task.successful() for task in done) and len(done) == 5
    assert (tmp_path / "counts").read_text() == " 1000 a\n 1000 b\n 1000 c\n"


def test_exit_code_and_output_are_those_of_the_command(vine):
    task = run(vine, "echo out; echo err >&2; exit 7")
    assert (task.exit_code, task.output, task.result) == (7, "out\nerr\n", Result.SUCCESS) and not task.successful()
    assert task.hostname in ("w1", "w2") and task.resources_measured.wall_time > 0


def test_environment_is_the_tasks_own(vine):
    task = run(vine, "echo $A $CORES $OMP_NUM_THREADS $MEMORY ${HOME-none}", env={"A": "x y", "HOME": None}, cores=1, memory=100)
    assert task.output == "x y 1 1 100 none\n"


def test_output_is_cut_where_it_is_told_to_be(vine):
    vine.tune("max-task-stdout-storage", 10)
    task = run(vine, "head -c 100 /dev/zero | tr '\\0' x")
    vine.tune("max-task-stdout-storage", 1 << 30)
    assert task.output == "x" * 10 and task.completed()


def test_output_that_is_large_comes_whole(vine):
    assert len(run(vine, "head -c 3000000 /dev/zero | tr '\\0' x").output) == 3_000_000


@pytest.mark.parametrize(
    ("command", "info", "result"),
    [
        ("kill -9 $$", {}, Result.SIGNAL),
        ("sleep 1000", {"time_max": 0.3}, Result.MAX_WALL_TIME),
        ("sleep 1000", {"time_end": 1_000_000}, Result.MAX_END_TIME),
        ("head -c 200000000 /dev/zero | tail -c 190000000 | sleep 1000", {"memory": 50}, Result.RESOURCE_EXHAUSTION),
        ("head -c 50000000 /dev/zero > big; sleep 1000", {"disk": 10}, Result.SANDBOX_EXHAUSTION),
    ],
)
def test_command_that_is_ended_says_why(vine, command, info, result):
    task = run(vine, command, **info)
    assert task.result == result and not task.completed() and not task.successful(), task.result_string
    if "memory" in info or "disk" in info:
        assert task.limits_exceeded is not None
    if result == Result.SIGNAL:
        assert task.exit_code == -signal.SIGKILL


def test_end_time_in_the_future_ends_what_runs(vine):
    task = run(vine, "sleep 1000", time_end=(time.time() + 1) * 1e6)
    assert task.result == Result.MAX_END_TIME


def test_missing_input_and_output_are_told(vine, tmp_path):
    assert run(vine, "true", inputs={vine.declare_file(tmp_path / "no"): "in"}).result == Result.INPUT_MISSING
    task = run(vine, "exit 3", outputs={vine.declare_file(tmp_path / "out"): "out"})
    assert task.result == Result.OUTPUT_MISSING and task.exit_code == 3 and "'out' is missing" in task.result_string


def test_task_whose_input_was_not_made_is_told_so(vine):
    missing, further = vine.declare_temp(), vine.declare_temp()
    vine.submit(Task("true", tag="first", outputs={missing: "out"}))
    vine.submit(Task("cat in > out", tag="second", inputs={missing: "in"}, outputs={further: "out"}))
    vine.submit(Task("cat in", tag="third", inputs={further: "in"}))
    results = {task.tag: task.result for task in wait_all(vine)}
    assert results == {"first": Result.OUTPUT_MISSING, "second": Result.INPUT_MISSING, "third": Result.INPUT_MISSING}


def test_output_that_cannot_be_stored_here_is_told(vine, tmp_path):
    (tmp_path / "file").touch()
    task = run(vine, "echo 1 > out", outputs={vine.declare_file(tmp_path / "file" / "out"): "out"})
    assert task.result == Result.OUTPUT_TRANSFER_ERROR and task.exit_code == 0


def test_outputs_on_failure_and_success_come_when_they_are_to(vine, tmp_path):
    for code, names in ((0, ["always", "good"]), (1, ["always", "bad"])):
        task = Task(f"touch always good bad; exit {code}")
        for name, condition in (("always", {}), ("good", {"success_only": True}), ("bad", {"failure_only": True})):
            task.add_output(vine.declare_file(tmp_path / str(code) / name), name, **condition)
        vine.submit(task)
        assert vine.wait(SECONDS).result == Result.SUCCESS and task.exit_code == code
        assert sorted(os.listdir(tmp_path / str(code))) == names


def test_cancelled_task_ends_at_its_worker(vine, blocker):
    command, runs = blocker
    descriptor = os.open(runs, os.O_RDWR)
    try:
        task = Task(command)
        vine.submit(task)
        assert os.read(descriptor, 100) == b"running\n"
    finally:
        os.close(descriptor)
    running = [pid for worker in vine.worker_pids for pid in descendants(worker) if b"sleep" in read_command(pid)]
    assert vine.cancel_by_task_id(task.id)
    assert vine.wait(SECONDS) is task and task.result == Result.CANCELLED
    assert running and all(has_ended(pid) for pid in running)
    assert run(vine, "echo still here").successful()


def read_command(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read()
    except OSError:
        return b""


def test_cancel_all_leaves_a_vine_that_works(vine):
    temps = [vine.declare_temp() for _ in range(20)]
    for i, temp in enumerate(temps):
        vine.submit(Task("sleep 1000", outputs={temp: "out"}, inputs={temps[i - 1]: "in"} if i % 2 else {}))
    assert vine.cancel_all() == 20
    assert [task.result for task in wait_all(vine)] == [Result.CANCELLED] * 20
    assert run(vine, "echo still here").output == "still here\n"


def test_many_tasks_all_come_back(vine):
    ids = [vine.submit(Task(f"echo {i}", tag=str(i))) for i in range(300)]
    done = wait_all(vine)
    assert sorted(task.id for task in done) == ids and all(task.output == f"{task.tag}\n" for task in done)


def test_feature_and_gpus_are_the_workers_resources():
    with DaskVine(port=0) as vine:
        gpu = Task("echo $GPUS", gpus=2)
        feature = Task("true", features=["special"])
        for task in (gpu, feature):
            vine.submit(task)
        with start_worker(vine.address, "--resources", "gpus=2", "--worker-name", "one") as one:
            assert vine.wait(SECONDS) is gpu and (gpu.output, gpu.hostname) == ("2\n", "one") and feature.result is None
            with start_worker(vine.address, "--resources", "special=1", "--worker-name", "two") as two:
                assert vine.wait(SECONDS) is feature and feature.hostname == "two"
                two.stdin.close()
            one.stdin.close()


def test_gpus_of_a_library_are_the_workers_resources():
    with DaskVine(port=0, progress=False) as vine:
        library = vine.create_library_from_functions("lib", os.getenv)
        library.set_gpus(1)
        library.set_function_slots(1)
        vine.install_library(library)
        with start_worker(vine.address, "--worker-name", "none") as none:
            vine.submit(Task("true"))
            assert vine.wait(SECONDS).hostname == "none"
            vine.submit(call := FunctionCall("lib", "getenv", "GPUS"))
            with start_worker(vine.address, "--resources", "gpus=1", "--worker-name", "one") as one:
                assert vine.wait(SECONDS) is call and (call.output, call.hostname) == ("1", "one")
                assert vine.get({"a": (os.getenv, "GPUS")}, "a", library=library) == "1"
                one.stdin.close()
            none.stdin.close()


def test_worker_that_is_killed_costs_nothing_but_time(tmp_path):
    with DaskVine(workers=2, progress=False) as vine:
        temp = vine.declare_temp()
        assert run(vine, "head -c 100000 /dev/zero > out", outputs={temp: "out"}).successful()
        os.mkfifo(tmp_path / "runs")
        # The second of them finds that the first has run.
        command = f"if mkdir {tmp_path}/first 2> /dev/null; then echo $PPID > {tmp_path}/runs; exec sleep 1000; fi; wc -c < in"
        task = Task(command, inputs={temp: "in"})
        vine.submit(task)
        descriptor = os.open(tmp_path / "runs", os.O_RDWR)
        os.read(descriptor, 100)
        os.close(descriptor)
        busy = next(pid for pid in vine.worker_pids if any(b"sleep" in read_command(child) for child in descendants(pid)))
        os.kill(busy, signal.SIGKILL)
        assert vine.wait(SECONDS) is task and task.output == "100000\n", task.result_string


def test_priority_decides_who_runs_first(tmp_path):
    os.mkfifo(tmp_path / "go")
    with DaskVine(workers=1, progress=False) as vine:
        vine.submit(Task(f"read line < {tmp_path}/go", tag="block"))
        for tag, priority in (("low", -1), ("high", 5), ("middle", 1)):
            vine.submit(Task(f"echo {tag} >> {tmp_path}/order", tag=tag, priority=priority))
        (tmp_path / "go").write_text("go\n")
        assert all(task.successful() for task in wait_all(vine))
        assert (tmp_path / "order").read_text().split() == ["high", "middle", "low"]


def test_graphs_and_tasks_run_beside_each_other(vine):
    task = Task("echo hello > out")
    buffer = vine.declare_buffer()
    task.add_output(buffer, "out")
    vine.submit(task)
    assert vine.get({"x": (sum, [1, 2])}, "x") == 3
    assert vine.wait(SECONDS) is task and buffer.contents() == b"hello\n"
