"""Declared files on a real manager and real workers: inputs and outputs of every kind, how long they are kept, what brings them back."""

import os
import signal
import subprocess
import tarfile

import pytest
from cluster_processes import start_worker

from daskvine import DaskVine, FileUnavailable, Result, Task
from daskvine.door import Door
from daskvine.programs import child_environment, find_daskvine

SECONDS = 60


def run(vine, command, **info):
    task = Task(command, **info)
    vine.submit(task)
    assert vine.wait(SECONDS) is task
    return task


def wait_all(vine):
    return list(iter(lambda: vine.wait(SECONDS), None))


def everywhere(vine, file, command="cat in"):
    """What tasks say that have a file, more of them than one worker takes at a time."""
    tasks = [Task(f"{command}; sleep 0.1", inputs={file: "in"}) for _ in range(4)]
    for task in tasks:
        vine.submit(task)
    wait_all(vine)
    return {task.output for task in tasks}


@pytest.fixture
def tree(tmp_path):
    """A directory with files, a directory, a program and a link in it."""
    (tmp_path / "tree" / "sub").mkdir(parents=True)
    (tmp_path / "tree" / "sub" / "data").write_text("data\n")
    (tmp_path / "tree" / "program").write_text("#!/bin/sh\necho ran\n")
    (tmp_path / "tree" / "program").chmod(0o755)
    os.symlink("sub/data", tmp_path / "tree" / "link")
    return tmp_path / "tree"


@pytest.fixture
def archive(tree, tmp_path):
    with tarfile.open(tmp_path / "tree.tar.gz", "w:gz") as tar:
        tar.add(tree, ".")
    return tmp_path / "tree.tar.gz"


@pytest.mark.parametrize("size", [0, 1, 5_000, 3_000_000])
def test_file_goes_to_a_task_and_comes_back_whole(vine, tmp_path, size):
    data = os.urandom(size)
    (tmp_path / "in").write_bytes(data)
    there, back = vine.declare_file(tmp_path / "in"), vine.declare_file(tmp_path / "out")
    buffer = vine.declare_buffer()
    task = run(vine, "cp in out; cp in other", inputs={there: "in"}, outputs={back: "out", buffer: "other"})
    assert task.successful() and (tmp_path / "out").read_bytes() == buffer.contents() == data


@pytest.mark.parametrize("size", [0, 1, 5_000, 3_000_000])
def test_buffer_goes_to_a_task_whole(vine, size):
    data = os.urandom(size)
    out = vine.declare_buffer()
    assert run(vine, "cp in out", inputs={vine.declare_buffer(data): "in"}, outputs={out: "out"}).successful()
    assert out.contents() == data


def test_program_that_is_an_input_can_be_run(vine, tree):
    for file in (vine.declare_file(tree / "program"), vine.declare_buffer("#!/bin/sh\necho ran\n")):
        assert run(vine, "./it", inputs={file: "it"}).output == "ran\n"


def test_directory_goes_to_tasks_as_it_is(vine, tree):
    assert everywhere(vine, vine.declare_file(tree), "cat in/sub/data in/link; in/program") == {"data\ndata\nran\n"}


def test_directory_comes_back_as_it_was_made(vine, tree, tmp_path):
    back = vine.declare_file(tmp_path / "back")
    task = run(vine, "cp -a in/. out; echo new > out/new", inputs={vine.declare_file(tree): "in"}, outputs={back: "out"})
    assert task.successful(), task.result_string
    assert (tmp_path / "back" / "link").read_text() == "data\n" and (tmp_path / "back" / "new").read_text() == "new\n"
    assert sorted(os.listdir(tmp_path / "back")) == ["link", "new", "program", "sub"]
    # What the workers have goes to the next tasks.
    assert everywhere(vine, back, "cat in/new") == {"new\n"}
    # And again, in place of what is there.
    assert run(vine, "mkdir out", outputs={back: "out"}).successful() and os.listdir(tmp_path / "back") == []


def test_directory_between_tasks_stays_with_the_workers(vine):
    temp = vine.declare_temp()
    vine.submit(Task("mkdir -p out/sub; echo deep > out/sub/file", outputs={temp: "out"}))
    vine.submit(Task("cat in/sub/file", tag="last", inputs={temp: "in"}))
    assert {task.tag: task.output for task in wait_all(vine)}["last"] == "deep\n"


def test_temp_is_fetched_when_somebody_asks(vine):
    temp = vine.declare_temp()
    run(vine, "seq 100000 > out", outputs={temp: "out"})
    assert vine.fetch_file(temp) == temp.contents() == b"".join(b"%d\n" % i for i in range(1, 100_001))


def test_temp_that_was_pruned_is_made_again(vine, tmp_path):
    temp = vine.declare_temp()
    run(vine, f"echo x >> {tmp_path}/runs; seq 10000 > out", outputs={temp: "out"})
    vine.prune_file(temp)
    assert run(vine, "tail -1 in", inputs={temp: "in"}).output == "10000\n"
    vine.prune_file(temp)
    assert vine.fetch_file(temp).endswith(b"\n10000\n")
    assert (tmp_path / "runs").read_text() == "x\n" * 3


def test_temps_that_went_with_their_worker_are_made_again(tmp_path):
    with DaskVine(workers=2, progress=False) as vine:
        first, second = vine.declare_temp(), vine.declare_temp()
        for file, command, inputs in ((first, "seq 5000 > out", {}), (second, "cat in in > out", {first: "in"})):
            assert run(vine, f"echo x >> {tmp_path}/runs; {command}", inputs=inputs, outputs={file: "out"}).successful()
        os.kill(vine.worker_pids[0], signal.SIGKILL)
        assert run(vine, "wc -l < in", inputs={second: "in"}).output == "10000\n"
        assert vine.fetch_file(first).startswith(b"1\n2\n")


def test_several_tasks_use_one_unpacked_archive(vine, archive, tmp_path):
    files = vine.declare_untar(vine.declare_file(archive), cache=True)
    assert everywhere(vine, files, "cat in/sub/data; in/program") == {"data\nran\n"}


def test_minitask_runs_once_at_each_worker_that_needs_it(vine, tmp_path):
    task = Task(f"echo x >> {tmp_path}/runs; rev in > out", inputs={vine.declare_buffer("hello\n"): "in"})
    made = vine.declare_minitask(task, "out", cache=True)
    assert everywhere(vine, made) == {"olleh\n"}
    assert 1 <= len((tmp_path / "runs").read_text().split()) <= 2
    assert vine.fetch_file(made) == b"olleh\n"


def test_minitasks_of_minitasks_are_made(vine, archive):
    files = vine.declare_untar(vine.declare_file(archive))
    words = vine.declare_minitask(Task("cat tree/sub/data | tr a-z A-Z > out", inputs={files: "tree"}), "out")
    assert run(vine, "cat in", inputs={words: "in"}).output == "DATA\n"


def test_minitask_that_fails_ends_its_tasks_with_its_words(vine, tmp_path):
    (tmp_path / "no.tar").write_text("this is no archive")
    task = run(vine, "ls in", inputs={vine.declare_untar(vine.declare_file(tmp_path / "no.tar")): "in"})
    assert task.result == Result.INPUT_MISSING and "tar" in task.result_string


def test_environment_runs_the_command(vine, tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "run_in_env").write_text('#!/bin/sh\nTONE=hello exec "$@"\n')
    (tmp_path / "bin" / "run_in_env").chmod(0o755)
    with tarfile.open(tmp_path / "env.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "bin", "bin")
    task = Task("echo $TONE | rev")
    task.add_environment(vine.declare_poncho(str(tmp_path / "env.tar.gz")))
    vine.submit(task)
    assert vine.wait(SECONDS) is task and task.output == "olleh\n", task.result_string


def test_url_is_downloaded_by_the_workers(vine, web):
    (web.directory / "x").write_text("hello\n")
    assert everywhere(vine, vine.declare_url(f"{web.url}/x", cache=True)) == {"hello\n"}
    assert 1 <= [method for method, _ in web.asked].count("GET") <= 2
    (web.directory / "gone").write_text("hello\n")
    gone = vine.declare_url(f"{web.url}/gone")
    (web.directory / "gone").unlink()
    task = run(vine, "cat in", inputs={gone: "in"})
    assert task.result == Result.INPUT_MISSING and "404" in task.result_string


def test_archive_from_a_url_is_unpacked(vine, archive, web):
    archive.rename(web.directory / "tree.tar.gz")
    files = vine.declare_untar(vine.declare_url(f"{web.url}/tree.tar.gz"))
    assert run(vine, "cat in/sub/data", inputs={files: "in"}).output == "data\n"


def test_worker_level_is_reused_by_the_next_client(web):
    (web.directory / "x").write_text("hello\n")
    web.headers = {"ETag": '"1"'}
    with DaskVine(port=0) as first, start_worker(first.address, "--worker-name", "one") as worker:
        asked = []
        for vine in (first, DaskVine(first.address, progress=False)):
            assert run(vine, "cat in", inputs={vine.declare_url(f"{web.url}/x", cache="worker"): "in"}).output == "hello\n"
            asked.append([method for method, _ in web.asked].count("GET"))
            if vine is not first:
                vine.close()
        assert asked == [1, 1]
        worker.stdin.close()


def test_undeclared_file_is_refused_and_what_runs_is_not_disturbed(vine):
    temp = vine.declare_temp()
    vine.submit(Task("seq 10 > out", outputs={temp: "out"}))
    task = Task("sleep 0.2; tail -1 in", tag="reader", inputs={temp: "in"})
    vine.submit(task)
    vine.undeclare_file(temp)
    assert {done.tag: done.output for done in wait_all(vine)}["reader"] == "10\n", task.result_string
    with pytest.raises(ValueError, match="was undeclared"):
        vine.fetch_file(temp)


def test_input_that_is_deleted_before_it_is_read_is_missing(tmp_path):
    with DaskVine(port=0) as vine:
        (tmp_path / "in").write_text("hello")
        task = Task("cat in", inputs={vine.declare_file(tmp_path / "in"): "in"})
        vine.submit(task)
        (tmp_path / "in").unlink()
        with start_worker(vine.address) as worker:
            assert vine.wait(SECONDS) is task and task.result == Result.INPUT_MISSING, task.result_string
            worker.stdin.close()


def test_file_on_a_shared_file_system_is_read_in_place(tmp_path, tree):
    with DaskVine(workers=1, progress=False) as vine:
        vine.tune("load-from-shared-filesystem", 1)
        assert run(vine, "cat in/sub/data", inputs={vine.declare_file(tree): "in"}).output == "data\n"
        assert run(vine, "cat in", inputs={vine.declare_file(tree / "sub" / "data"): "in"}).output == "data\n"


def test_manager_on_another_machine_gets_the_data(monkeypatch, tree):
    monkeypatch.setattr(Door, "is_near", property(lambda door: False))
    with DaskVine(workers=1, progress=False) as vine:
        assert run(vine, "cat in", inputs={vine.declare_file(tree / "sub" / "data"): "in"}).output == "data\n"
        assert run(vine, "cat in/sub/data; in/program", inputs={vine.declare_file(tree): "in"}).output == "data\nran\n"


def test_without_peer_transfers_everything_passes_through_the_manager():
    with DaskVine(workers=2, progress=False) as vine:
        vine.disable_peer_transfers()
        temp = vine.declare_temp()
        run(vine, "seq 100000 > out", outputs={temp: "out"})
        assert everywhere(vine, temp, "tail -1 in") == {"100000\n"}


MAKE_TREE = "mkdir -p out/sub out/none; echo data > out/sub/data; echo more > out/more; ln out/more out/hard; ln -s sub/data out/link; chmod 750 out/sub"
LOOK_AT_TREE = "stat -c %a in/sub; cat in/link in/hard; cd in; find | sort | tr '\\n' ' '"
TREE_THAT_IS_SEEN = "750\ndata\nmore\n. ./hard ./link ./more ./none ./sub ./sub/data "


def test_without_peer_transfers_a_directory_passes_through_the_manager(tmp_path):
    with DaskVine(workers=2, progress=False) as vine:
        vine.disable_peer_transfers()
        made, empty = vine.declare_temp(), vine.declare_temp()
        assert run(vine, f"{MAKE_TREE}; mkdir nothing", outputs={made: "out", empty: "nothing"}).successful()
        assert everywhere(vine, made, LOOK_AT_TREE) == {TREE_THAT_IS_SEEN}
        assert everywhere(vine, empty, "ls -A in") == {""}


@pytest.mark.parametrize("secured", [False, True])
def test_directory_of_a_worker_that_gives_nothing_passes_through_the_manager(secured, run_dir):
    keys = ["--keys", str(run_dir / "keys")] if secured else []
    if secured:
        subprocess.run([find_daskvine(), "keys", run_dir / "keys"], check=True, env=child_environment())
    with DaskVine(port=0, keys=run_dir / "keys" if secured else None, progress=False) as vine:
        made = vine.declare_temp()
        with start_worker(vine.address, "--cores", "1", "--no-peer-transfers", *keys) as first:
            assert run(vine, MAKE_TREE, outputs={made: "out"}).successful()
            with start_worker(vine.address, "--cores", "1", *keys) as second:
                os.mkfifo(run_dir / "pipe")
                # Each waits for the other, so both workers have one.
                for command in (f"cat {run_dir}/pipe", f"echo > {run_dir}/pipe"):
                    vine.submit(Task(f"{command}; {LOOK_AT_TREE}", inputs={made: "in"}))
                assert {task.output.lstrip() for task in wait_all(vine)} == {TREE_THAT_IS_SEEN}
                assert vine.movements().through_manager > 0
                second.stdin.close()
            first.stdin.close()


def test_unlink_when_done_deletes_inputs_after_their_tasks(vine, tmp_path):
    (tmp_path / "in").write_text("hello")
    file = vine.declare_file(tmp_path / "in", unlink_when_done=True)
    assert run(vine, "cat in", inputs={file: "in"}).output == "hello" and (tmp_path / "in").exists()
    vine.undeclare_file(file)
    assert not (tmp_path / "in").exists()


def test_fetch_of_what_its_task_did_not_make_says_so(vine):
    temp = vine.declare_temp()
    assert run(vine, "true", outputs={temp: "out"}).result == Result.OUTPUT_MISSING
    with pytest.raises(FileUnavailable, match="no task makes it"):
        vine.fetch_file(temp)


def test_fetch_of_what_cannot_be_made_again_says_so(vine, tmp_path):
    (tmp_path / "flag").touch()
    temp = vine.declare_temp()
    assert run(vine, f"test -e {tmp_path}/flag && seq 10000 > out", outputs={temp: "out"}).successful()
    (tmp_path / "flag").unlink()
    vine.prune_file(temp)
    with pytest.raises(FileUnavailable, match="cannot be had: "):
        vine.fetch_file(temp)
    assert run(vine, "echo still here").successful()
