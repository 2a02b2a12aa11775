"""Outputs that are watched, on real workers: what a command appends appears in the declared file while it runs."""

import os
import signal
import time

import pytest
from cluster_processes import descendants

from daskvine import DaskVine, Result, Task

SECONDS = 60


class Watched:
    """A command of steps, each of which it begins once it is told to; its output `out` is watched at `path`."""

    def __init__(self, vine, directory, steps, path="watched", **conditions):
        self.path = directory / path
        self._vine = vine
        self._pipe = directory / "go"
        os.mkfifo(self._pipe)
        # Open at both ends, so that neither waits for the other.
        self._go = os.open(self._pipe, os.O_RDWR)
        self.task = Task("; ".join([*(f"{step}; read line < {self._pipe}" for step in steps), *conditions.pop("then", [])]))
        self.task.add_output(vine.declare_file(self.path), "out", watch=True, **conditions)
        vine.submit(self.task)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        os.close(self._go)

    def await_content(self, content):
        """Wait as a program does until the file has this content; the task must still run then."""
        deadline = time.monotonic() + SECONDS
        while self.content() != content:
            assert time.monotonic() < deadline, f"{self.path} has {self.content()!r} and not {content!r}"
            assert self._vine.wait(0.01) is None, self.task.result_string

    def content(self):
        return self.path.read_text() if self.path.exists() else None

    def go_on(self):
        os.write(self._go, b"\n")

    def finish(self):
        self.go_on()
        assert self._vine.wait(SECONDS) is self.task
        return self.task


def test_lines_appear_while_the_command_runs(vine, tmp_path):
    with Watched(vine, tmp_path, ["echo one > out", "echo two >> out"], then=["echo three >> out"]) as watched:
        watched.await_content("one\n")
        watched.go_on()
        watched.await_content("one\ntwo\n")
        assert watched.finish().successful()
        assert watched.content() == "one\ntwo\nthree\n"


def test_directories_on_the_way_are_made(vine, tmp_path):
    with Watched(vine, tmp_path, ["echo one > out"], path="new/folder/log") as watched:
        watched.await_content("one\n")
        assert watched.finish().successful() and watched.content() == "one\n"


def test_output_that_begins_anew_does_so_here(vine, tmp_path):
    with Watched(vine, tmp_path, ["echo a long line > out", ": > out", "echo b >> out"]) as watched:
        watched.await_content("a long line\n")
        watched.go_on()
        watched.await_content("")
        watched.go_on()
        watched.await_content("b\n")
        assert watched.finish().successful() and watched.content() == "b\n"


def test_output_of_many_pieces_comes_whole_while_the_command_runs(vine, tmp_path):
    with Watched(vine, tmp_path, ["yes 0123456789abcdef | head -c 1000000 > out"]) as watched:
        watched.await_content(("0123456789abcdef\n" * 60_000)[:1_000_000])
        assert watched.finish().successful()


def test_content_of_before_stays_until_something_comes_and_with_whoever_has_it(vine, tmp_path):
    (tmp_path / "watched").write_text("old\n")
    os.link(tmp_path / "watched", tmp_path / "linked")
    with Watched(vine, tmp_path, [":", "echo new > out"]) as watched:
        watched.await_content("old\n")
        watched.go_on()
        watched.await_content("new\n")
        assert watched.finish().successful()
    assert (tmp_path / "linked").read_text() == "old\n"


def test_what_came_of_an_output_that_is_missing_in_the_end_stays(vine, tmp_path):
    with Watched(vine, tmp_path, ["echo one > out"], then=["rm out"]) as watched:
        watched.await_content("one\n")
        assert watched.finish().result == Result.OUTPUT_MISSING and watched.content() == "one\n"


def test_path_that_cannot_be_written_is_told_in_the_end(vine, tmp_path):
    (tmp_path / "file").touch()
    with Watched(vine, tmp_path, ["echo one > out"], path="file/out") as watched:
        assert watched.finish().result == Result.OUTPUT_TRANSFER_ERROR


def test_buffer_that_is_watched_comes_in_the_end(vine):
    task, buffer = Task("echo one > out"), vine.declare_buffer()
    task.add_output(buffer, "out", watch=True)
    vine.submit(task)
    assert vine.wait(SECONDS) is task and buffer.contents() == b"one\n"


def test_cancelled_task_is_watched_no_more(vine, tmp_path):
    with Watched(vine, tmp_path, ["echo one > out"]) as watched:
        watched.await_content("one\n")
        assert vine.cancel_by_task_id(watched.task.id)
        assert vine.wait(SECONDS).result == Result.CANCELLED and watched.content() == "one\n"


@pytest.mark.parametrize("mark", ["first", "longer than what comes of the second run"])
def test_worker_that_is_killed_leaves_a_file_that_begins_anew(tmp_path, mark):
    # Only the first run finds that there is none before it.
    begin = f"if mkdir {tmp_path}/ran 2> /dev/null; then echo {mark} > out; else echo second > out; fi"
    with DaskVine(workers=2, progress=False) as vine, Watched(vine, tmp_path, [begin], then=["echo end >> out"]) as watched:
        watched.await_content(f"{mark}\n")
        busy = next(pid for pid in vine.worker_pids if any(runs(child, str(tmp_path)) for child in descendants(pid)))
        os.kill(busy, signal.SIGKILL)
        watched.await_content("second\n")
        assert watched.finish().successful(), watched.task.result_string
        assert watched.content() == "second\nend\n"


def runs(pid, text):
    """Whether a process was started with this in its arguments."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return text.encode() in file.read()
    except OSError:
        return False
