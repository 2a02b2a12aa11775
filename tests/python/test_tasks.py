"""Shell commands as tasks: what the manager is told, and what a program learns of their end."""

import logging
import threading
import time

import msgpack
import pytest
from fake_manager import FakeManager

from daskvine import DaskVine, Manager, Result, Task, records as r
from daskvine.workflow import submittable
from daskvine.workflow.commands import read_report

MICROSECONDS = 1_000_000


def run(vine, command, **info):
    task = Task(command, **info)
    vine.submit(task)
    assert vine.wait(30) is task
    return task


def body(manager):
    """The body of the last command."""
    return msgpack.unpackb([record for record in manager.seen if record[0] == r.SUBMIT_COMMAND][-1][3])


def options(manager):
    """What was asked for the last command: the fields from priority on."""
    number = [record for record in manager.seen if record[0] == r.SUBMIT_COMMAND][-1][7]
    return next((record[3:] for record in manager.seen if record[0] == r.TASK_OPTIONS and record[2] == number), None)


@pytest.fixture
def paused(run_dir):
    """A client whose tasks run when its `manager` is told to resume."""
    with FakeManager(run_dir, pause=True) as manager, DaskVine(manager.address, progress=False) as vine:
        vine.manager = manager
        yield vine


@pytest.fixture(autouse=True)
def nothing_warned(monkeypatch):
    monkeypatch.setattr(submittable, "_without_effect", set())


def test_taskvine_program_runs_after_its_import_is_changed(manager, tmp_path):
    m = Manager(manager.address)
    words = m.declare_buffer("b\na\n")
    for i in range(3):
        t = Task(f"sort in > out; echo {i}")
        t.add_input(words, "in")
        t.add_output(m.declare_file(tmp_path / f"out{i}"), "out")
        t.set_cores(1)
        assert m.submit(t) == i + 1
    outputs = []
    while not m.empty():
        t = m.wait(5)
        if t:
            assert t.completed() and t.successful() and t.result == "success"
            outputs.append(t.output)
    assert sorted(outputs) == ["0\n", "1\n", "2\n"] and (tmp_path / "out2").read_text() == "a\nb\n"
    m.close()


def test_results_are_there_when_wait_returns(fake):
    task = Task("echo out; echo err >&2; exit 3", tag="t", category="c")
    assert (task.id, task.state, task.result, task.std_output, task.exit_code) == (0, "INITIAL", None, None, -1)
    assert task.resources_measured is task.limits_exceeded is None
    fake.submit(task)
    assert fake.wait(30) is task
    assert (task.id, task.state, task.result, task.output, task.exit_code) == (1, "DONE", Result.SUCCESS, "out\nerr\n", 3)
    assert task.completed() and not task.successful() and task.result_string == "success"
    assert task.hostname == task.addrport == "w1" and (task.tag, task.category) == ("t", "c")
    measured = task.resources_measured
    assert (measured.memory, measured.disk, measured.cpu_time) == (1.0, 2.0, 1) and measured.wall_time > 0 and task.limits_exceeded is None
    times = [task.get_metric(f"time_when_{what}") for what in ("submitted", "commit_start", "commit_end", "done")]
    assert times[0] <= times[1] <= min(times[2:]) and task.get_metric("time_workers_execute_last") == measured.wall_time
    with pytest.raises(ValueError, match="no metric 'nope', but: time_when_submitted, "):
        task.get_metric("nope")


def test_output_that_is_no_text_is_replaced(fake):
    assert run(fake, r"printf 'a\377b'").output == "a\N{REPLACEMENT CHARACTER}b"


def test_body_has_the_command_its_files_and_its_limits(fake, manager):
    task = Task(
        "cat in", inputs={fake.declare_buffer("x"): {"remote_name": "in", "mount_symlink": True}}, env={"A": "1", "B": 2},
        outputs={
            fake.declare_buffer(): "one", fake.declare_buffer(): {"remote_name": "two", "failure_only": True},
            fake.declare_buffer(): {"remote_name": "three", "success_only": True, "watch": True},
        },
        cores=2, memory=3, disk=1.5, time_max=2.5, time_end=1_700_000_000_123_456,
    )
    fake.tune("max-task-stdout-storage", 1000)
    fake.submit(task)
    fake.wait(30)
    assert body(manager) == {
        "command": "cat in", "inputs": [["in", 1]], "outputs": [["one", 0], ["two", 1], ["three", 2]], "env": {"A": "1", "B": "2"},
        "cores": 2, "memory": 3 << 20, "disk": 3 << 19, "wall_ms": 2500, "end_ms": 1_700_000_000_123, "stdout": 1000,
    }
    assert options(manager) is None
    requested = task.resources_requested
    assert (requested.cores, requested.memory, requested.disk, requested.gpus) == (2, 3, 1.5, None)


def test_body_has_no_limits_unless_they_are_given(fake, manager):
    run(fake, "true", time_max=0, time_end=0, memory=0)
    assert body(manager) == {"command": "true", "inputs": [], "outputs": [], "env": {}}


def test_options_are_sent_once_for_equal_tasks(fake, manager):
    for _ in range(2):
        run(fake, "true", priority=1.5, retries=4, gpus=2, features=["fast", "near"])
    assert options(manager) == [1500, 4, [], False, {"gpus": 2000, "fast": 1, "near": 1}, [], False, None, 0]
    assert manager.kinds().count(r.TASK_OPTIONS) == 1
    assert body(manager)["env"] == {"GPUS": "2"}
    run(fake, "true", features="fast")
    assert options(manager) == [0, 0, [], False, {"fast": 1}, [], False, None, 0]


def test_environment_variable_may_be_removed(fake, monkeypatch):
    monkeypatch.setenv("GONE", "here")
    assert run(fake, "echo ${GONE-away} $A", env={"GONE": None, "A": "a b"}).output == "away a b\n"
    for name in ("", "A=B"):
        with pytest.raises(ValueError, match="cannot be the name of an environment variable"):
            Task("true").set_env_var(name, "1")


@pytest.mark.parametrize(
    ("info", "error", "text"),
    [
        ({"core": 1}, TypeError, "a Task has no keyword 'core', but: category, cores, "),
        ({"cores": -1}, ValueError, "cores=-1, but must be a number from 0"),
        ({"memory": "1 GB"}, ValueError, "memory='1 GB', but must be a number"),
        ({"priority": "high"}, TypeError, "a priority is a number, not 'high'"),
        ({"inputs": {"name": "in"}}, TypeError, "'name' is not a File"),
    ],
)
def test_task_that_makes_no_sense_is_refused(info, error, text):
    with pytest.raises(error, match=text):
        Task("true", **info)


def test_task_is_made_of_a_command():
    with pytest.raises(TypeError, match="a command is a str, not dict"):
        Task({"command": "true"})


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../x", "a/../../x", ".", "a\0b", None])
def test_name_in_the_sandbox_must_stay_there(fake, name):
    task = Task("true")
    for add in (task.add_input, task.add_output):
        with pytest.raises((ValueError, TypeError), match="sandbox"):
            add(fake.declare_buffer(), name)


def test_files_of_one_name_are_refused(fake):
    task = Task("true", inputs={fake.declare_buffer("1"): "x"})
    with pytest.raises(ValueError, match="two files of the name 'x'"):
        task.add_input(fake.declare_buffer("2"), "x")
    # What is read may be written under the same name.
    task.add_output(fake.declare_buffer(), "x")


def test_name_in_the_sandbox_is_made_plain(fake, manager):
    task = Task("cat a/x b/y", inputs={fake.declare_buffer("1"): "./a//x", fake.declare_buffer("2"): "b/./y"})
    fake.submit(task)
    assert fake.wait(30).output == "12" and body(manager)["inputs"] == [["a/x", 0], ["b/y", 0]]
    with pytest.raises(ValueError, match="is too long for a name in a task's sandbox"):
        task.add_output(fake.declare_buffer(), "x" * 256)


def test_files_inside_of_each_other_are_refused_where_one_would_change_the_other(fake):
    def task(inputs=(), outputs=()):
        return Task("true", inputs={fake.declare_temp(): name for name in inputs}, outputs={fake.declare_temp(): name for name in outputs})

    for inputs, outputs in ((["a", "a/b"], []), (["a/b", "a"], []), ([], ["a", "a/b"]), ([], ["a/b", "a"]), (["a"], ["a/b"])):
        with pytest.raises(ValueError, match="'a/b' is inside of 'a', which is another file of the task"):
            task(inputs, outputs)
    task(["a/b"], ["a"]), task(["a"], ["a"]), task(["a", "ab"])


def test_output_must_be_something_that_can_be_made(fake, web):
    (web.directory / "x").touch()
    with pytest.raises(ValueError, match="cannot be the output of a task"):
        Task("true").add_output(fake.declare_url(f"{web.url}/x"), "x")


def test_what_has_no_effect_is_said_once(fake, caplog):
    for _ in range(2):
        task = Task("true", time_min=5, scheduler="files", monitor_output="d", snapshot_file="f")
        task.set_max_forsaken(3)
    said = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    assert len(said) == 5 and all(text.startswith("a task asks for what has no effect: ") for text in said)


def test_task_is_submitted_once(fake):
    task = run(fake, "true")
    with pytest.raises(ValueError, match="was submitted before: a task runs once"):
        fake.submit(task)
    with pytest.raises(TypeError, match="'true' is not a Task"):
        fake.submit("true")


def test_input_that_is_missing_ends_its_task(fake, manager, tmp_path):
    task = run(fake, "true", inputs={fake.declare_file(tmp_path / "no"): "in"})
    assert task.result == Result.INPUT_MISSING and not task.completed()
    assert task.result_string == f"input missing: nothing is at {tmp_path}/no"
    assert run(fake, "true", inputs={fake.declare_temp(): "in"}).result_string == "input missing: no task makes an input"
    assert r.SUBMIT_COMMAND not in manager.kinds()


def test_file_that_was_missing_may_be_an_output(fake, tmp_path):
    file = fake.declare_file(tmp_path / "new" / "out")
    assert run(fake, "echo hi > out", outputs={file: "out"}).successful()
    assert (tmp_path / "new" / "out").read_text() == "hi\n"
    # Workers have it: its next reader does not send it again.
    assert run(fake, "cat in", inputs={file: "in"}).output == "hi\n" and fake.declare_file(tmp_path / "new" / "out") is file


def test_output_that_is_missing_leaves_the_path_alone(fake, tmp_path):
    (tmp_path / "out").write_text("old")
    file = fake.declare_file(tmp_path / "out")
    task = run(fake, "true", outputs={file: "out"})
    assert task.result == Result.OUTPUT_MISSING and (tmp_path / "out").read_text() == "old"
    assert run(fake, "cat in", inputs={file: "in"}).output == "old"


def test_output_that_cannot_be_stored_ends_its_task(fake, tmp_path):
    (tmp_path / "file").touch()
    task = run(fake, "echo hi > out", outputs={fake.declare_file(tmp_path / "file" / "out"): "out"})
    assert task.result == Result.OUTPUT_TRANSFER_ERROR and task.exit_code == 0
    assert task.result_string.startswith(f"output transfer error: {tmp_path}/file/out did not come: ")


def test_output_of_one_task_is_input_of_the_next_without_waiting(paused):
    temp, file = paused.declare_temp(), paused.declare_temp()
    paused.submit(Task("echo 1 > out", outputs={temp: "out"}))
    paused.submit(Task("cat in in > out", inputs={temp: "in"}, outputs={file: "out"}))
    last = Task("cat in", inputs={file: "in"})
    paused.submit(last)
    paused.manager.resume()
    assert paused.wait_for_task_id(last.id, 30).output == "1\n1\n"


def test_wait_without_tasks_returns_at_once(fake):
    assert fake.wait() is fake.wait_for_tag("t") is fake.wait_for_task_id(5) is None and fake.empty()


@pytest.mark.parametrize("timeout", [0, 0.01])
def test_wait_ends_with_its_timeout(paused, timeout):
    paused.submit(Task("true"))
    assert paused.wait(timeout) is None and not paused.empty()


@pytest.mark.parametrize("timeout", ["wait_forever", -1, None])
def test_wait_for_ever_ends_with_a_task(paused, timeout):
    task = Task("true")
    paused.submit(task)
    paused.manager.resume()
    assert paused.wait(timeout) is task and paused.empty()


def test_wait_for_a_tag_or_an_id_leaves_the_others(fake):
    tasks = [Task("true", tag=tag) for tag in ("a", "b", "a")]
    for task in tasks:
        fake.submit(task)
    assert fake.wait_for_tag("b", 30) is tasks[1] and fake.wait_for_tag("b", 30) is None
    assert fake.wait_for_task_id(tasks[2].id, 30) is tasks[2]
    assert fake.wait(30) is tasks[0] and fake.empty()


def test_wait_from_several_threads_gives_each_task_once(paused):
    ids = [paused.submit(Task("true")) for _ in range(20)]
    returned = []
    threads = [threading.Thread(target=lambda: returned.extend(iter(paused.wait, None))) for _ in range(4)]
    for thread in threads:
        thread.start()
    paused.manager.resume()
    for thread in threads:
        thread.join(30)
    assert sorted(task.id for task in returned) == ids and paused.empty()


def test_cancelled_task_comes_back_so(paused):
    tasks = [Task("true", tag=tag, category=category) for tag, category in (("a", "x"), ("a", "y"), ("b", "y"), ("c", "z"), ("c", "z"))]
    for task in tasks:
        paused.submit(task)
    assert paused.cancel_by_task_id(tasks[0].id) and not paused.cancel_by_task_id(tasks[0].id) and not paused.cancel_by_task_id(99)
    assert paused.cancel_by_category("y") == 2 and paused.cancel_by_task_tag("c") and paused.cancel_all_by_tag("b") == 0
    assert [paused.wait(0).result for _ in range(4)] == [Result.CANCELLED] * 4
    paused.manager.resume()
    assert paused.wait(30) is tasks[4] and tasks[4].successful() and tasks[3].result_string == "cancelled: it was cancelled"


def test_cancel_all_wakes_who_waits_and_forgets_at_the_manager(paused):
    ids = [paused.submit(Task("true", outputs={paused.declare_temp(): "x"})) for _ in range(3)]
    returned = []
    thread = threading.Thread(target=lambda: returned.extend(iter(paused.wait, None)))
    thread.start()
    assert paused.cancel_all() == 3
    thread.join(30)
    assert sorted(task.id for task in returned) == ids
    assert paused.submit(Task("true")) == 4 and paused.cancel_all() == 1
    paused.close()
    assert paused.manager.goodbye.wait(30)
    assert sorted(node for record in paused.manager.seen if record[0] == r.PRUNE for node in record[2]) == [0, 1, 2, 3, 4, 5, 6]


def test_done_task_is_forgotten_at_the_manager(fake, manager):
    run(fake, "true")
    fake.get({"a": 1}, "a")
    assert [record[2:] for record in manager.seen if record[0] == r.PRUNE] == [[[0], True]]


def test_time_start_holds_the_task_here(fake, manager):
    held = Task("echo later", time_start=(time.time() + 0.2) * MICROSECONDS)
    fake.submit(held)
    assert run(fake, "echo now").output == "now\n" and manager.kinds().count(r.SUBMIT_COMMAND) == 1
    assert fake.wait(30) is held
    assert held.get_metric("time_when_commit_start") >= held.time_start
    past = run(fake, "true", time_start=1)
    assert past.successful()


def test_held_task_can_be_cancelled(fake, manager):
    held = Task("true", time_start=(time.time() + 3600) * MICROSECONDS)
    fake.submit(held)
    assert fake.wait(0) is None and fake.cancel_by_task_id(held.id)
    assert fake.wait(30) is held and held.result == "cancelled" and fake.empty() and r.SUBMIT_COMMAND not in manager.kinds()


def test_hungry_counts_what_is_not_done(paused):
    assert paused.hungry() == 10
    for _ in range(4):
        paused.submit(Task("true"))
    assert paused.hungry() == 6
    paused.tune("hungry-minimum", 3)
    assert paused.hungry() == 0


def test_manager_that_dies_ends_the_wait(run_dir):
    from daskvine import ManagerLost

    with FakeManager(run_dir, pause=True) as manager, DaskVine(manager.address, progress=False) as vine:
        vine.submit(Task("true"))
        manager.die()
        with pytest.raises(ManagerLost):
            vine.wait()
        with pytest.raises(ManagerLost):
            vine.submit(Task("true"))


def test_closed_vine_takes_no_tasks(manager):
    from daskvine import DaskVineError

    vine = DaskVine(manager.address)
    vine.close()
    for call in (lambda: vine.submit(Task("true")), vine.wait, vine.declare_temp, vine.cancel_all, lambda: vine.tune("hungry-minimum", 1)):
        with pytest.raises(DaskVineError, match="was closed"):
            call()


@pytest.mark.parametrize("code", [int(result) for result in Result])
def test_report_of_every_result_is_read(code):
    report = read_report(msgpack.packb({"result": code, "reason": "why"}))
    assert report.result == code and report.result == str(Result(code)) and report.reason == "why"


def test_report_of_a_result_to_come_is_unknown():
    assert read_report(msgpack.packb({"result": 1000})).result == Result.UNKNOWN


def test_limits_exceeded_are_those_that_were(fake):
    from daskvine.workflow.commands import Report
    from daskvine.workflow.resources import Resources, exceeded

    report = Report(Result.RESOURCE_EXHAUSTION, measured={"memory": 5 << 20, "disk": 1 << 20})
    assert exceeded(report, Resources(memory=5, disk=2)) == Resources(memory=5)
    assert exceeded(Report(Result.SUCCESS), Resources(memory=5)) is None
