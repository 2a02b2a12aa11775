"""The progress display in a terminal, in a notebook, and where there is neither."""

import os
import pty
import select
import subprocess
import sys
import threading

import pytest
from fake_manager import FakeManager

from daskvine import DaskVine, records as r

WAIT_SECONDS = 30
PROGRAM = (
    "import sys\n"
    "from daskvine import DaskVine\n"
    "with DaskVine(sys.argv[1], progress=eval(sys.argv[2])) as vine:\n"
    "    assert vine.get({'x': 1}, 'x', print_output=True) == 1\n"
    "print('end')\n"
)
BAR_OF_DASK = "from dask.diagnostics import ProgressBar\nProgressBar().register()\n" + PROGRAM


class Steps:
    """A manager whose graphs are one of four tasks far until `go_on` is set."""

    def __init__(self, directory, output=""):
        self.go_on = threading.Event()
        self._output = output
        self._manager = FakeManager(directory, on_sealed=self._answer)

    def __enter__(self):
        self.address = self._manager.__enter__().address
        return self

    def __exit__(self, *exception):
        self.go_on.set()
        return self._manager.__exit__(*exception)

    def _answer(self, client, graph):
        client.send([r.PROGRESS, graph, 1, 2, 4])
        if self._output:
            client.send([r.TASK_OUTPUT, graph, 0, "x", "w1", self._output, ""])
        assert self.go_on.wait(WAIT_SECONDS)
        client.run(graph)


class Terminal:
    """The program in a terminal of its own; `text` is what it has shown so far."""

    def __init__(self, address, progress, program=PROGRAM, **environment):
        self.text = ""
        self._end, other = pty.openpty()
        command = [sys.executable, "-c", program, address, repr(progress)]
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100", **environment}
        self._process = subprocess.Popen(command, stdin=other, stdout=other, stderr=other, env=environment)
        os.close(other)

    def read_until(self, wanted):
        while wanted not in self.text:
            assert select.select([self._end], [], [], WAIT_SECONDS)[0], f"waited for {wanted!r}, got {self.text!r}"
            self.text += os.read(self._end, 65536).decode()

    def finish(self):
        self.read_until("end\r\n")
        os.close(self._end)
        assert self._process.wait(WAIT_SECONDS) == 0


def test_terminal_shows_a_bar_that_vanishes(run_dir):
    with Steps(run_dir) as steps:
        terminal = Terminal(steps.address, None)
        terminal.read_until("2 running")
        assert "tasks" in terminal.text and "1/4" in terminal.text and "━" in terminal.text
        steps.go_on.set()
        terminal.finish()
    # The bar's line is erased, and the cursor is shown again.
    assert "\x1b[2K" in terminal.text.rpartition("running")[2]
    assert terminal.text.rindex("\x1b[?25h") > terminal.text.rindex("\x1b[?25l")


def test_terminal_shows_output_of_tasks_whole_while_the_bar_is_there(run_dir):
    with Steps(run_dir, output="first line\nsecond line\n") as steps:
        terminal = Terminal(steps.address, None)
        terminal.read_until("2 running")
        steps.go_on.set()
        terminal.finish()
    assert "first line\r\nsecond line\r\n" in terminal.text


@pytest.mark.parametrize(("progress", "environment"), [(None, {}), (True, {}), (False, {}), (None, {"TERM": "dumb"})])
def test_terminal_shows_nothing_for_a_graph_that_is_done_at_once(run_dir, progress, environment):
    with FakeManager(run_dir) as manager:
        terminal = Terminal(manager.address, progress, **environment)
        terminal.finish()
    assert terminal.text == "end\r\n"


@pytest.mark.parametrize(("progress", "environment"), [(False, {}), (None, {"TERM": "dumb"})])
def test_terminal_shows_nothing_when_it_must_not_or_cannot(run_dir, progress, environment):
    with Steps(run_dir, output="started\n") as steps:
        terminal = Terminal(steps.address, progress, **environment)
        terminal.read_until("started\r\n")
        steps.go_on.set()
        terminal.finish()
    assert terminal.text == "started\r\nend\r\n"


def run_with_pipes(address, progress):
    command = [sys.executable, "-c", PROGRAM, address, repr(progress)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("progress", [None, False])
def test_pipes_are_left_alone(run_dir, progress):
    with Steps(run_dir, output="started\n") as steps, run_with_pipes(steps.address, progress) as process:
        assert process.stdout.readline() == "started\n"
        steps.go_on.set()
        assert process.communicate(timeout=WAIT_SECONDS) == ("end\n", "")


def test_pipes_get_plain_lines_when_asked_for(run_dir):
    with Steps(run_dir) as steps, run_with_pipes(steps.address, True) as process:
        assert process.stderr.readline() == "daskvine: 1 of 4 tasks done, 2 running\n"
        steps.go_on.set()
        out, error = process.communicate(timeout=WAIT_SECONDS)
    assert (out, error) == ("end\n", "daskvine: 1 of 1 tasks done, 0 running\n")


def test_terminal_leaves_the_place_to_a_progress_bar_of_dask(run_dir):
    with Steps(run_dir, output="started\n") as steps:
        terminal = Terminal(steps.address, None, program=BAR_OF_DASK)
        terminal.read_until("0% Completed")
        terminal.read_until("started")
        steps.go_on.set()
        terminal.finish()
    assert "100% Completed" in terminal.text and "running" not in terminal.text


def test_failure_takes_the_bar_away(run_dir):
    def fail(client, graph):
        client.send([r.PROGRESS, graph, 1, 2, 4])
        assert go_on.wait(WAIT_SECONDS)
        client.send([r.GRAPH_FAILED, graph, 0, "x", "w1", [3, "killed", "", None], "f"])

    go_on = threading.Event()
    with FakeManager(run_dir, on_sealed=fail) as manager:
        terminal = Terminal(manager.address, None)
        terminal.read_until("2 running")
        go_on.set()
        terminal.read_until("TaskDied: task x (function f) on worker w1: killed")
    assert terminal.text.rindex("\x1b[?25h") < terminal.text.index("Traceback")


@pytest.fixture(scope="module")
def kernel():
    """A client of a real Jupyter kernel."""
    pytest.importorskip("ipykernel")
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3")
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def messages_of(kernel, code):
    """Run a cell; yield what it shows, as (kind, content)."""
    request = kernel.execute(code)
    while True:
        message = kernel.get_iopub_msg(timeout=WAIT_SECONDS)
        if message["parent_header"].get("msg_id") != request:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind == "status" and content["execution_state"] == "idle":
            return
        if kind not in ("status", "execute_input"):
            yield kind, content


def cell(address, progress):
    return PROGRAM.replace("sys.argv[1]", repr(address)).replace("eval(sys.argv[2])", repr(progress))


def test_notebook_shows_one_output_that_is_updated_and_cleared(run_dir, kernel):
    with Steps(run_dir) as steps:
        shown = []
        for kind, content in messages_of(kernel, cell(steps.address, None)):
            shown.append((kind, content))
            steps.go_on.set()
    (first_kind, first), *rest, (stream, end) = shown
    assert first_kind == "display_data"
    assert "1/4" in first["data"]["text/plain"]
    assert "<pre" in first["data"]["text/html"] and "2 running" in first["data"]["text/html"]
    assert rest and all(kind == "update_display_data" for kind, _ in rest)
    assert {content["transient"]["display_id"] for _, content in rest} == {first["transient"]["display_id"]}
    assert rest[-1][1]["data"] == {"text/plain": "", "text/html": ""}
    assert (stream, end["text"]) == ("stream", "end\n")


@pytest.mark.parametrize("progress", [None, True, False])
def test_notebook_shows_nothing_for_a_graph_that_is_done_at_once(run_dir, kernel, progress):
    with FakeManager(run_dir) as manager:
        assert [*messages_of(kernel, cell(manager.address, progress))] == [("stream", {"name": "stdout", "text": "end\n"})]


def test_threads_with_a_display_each_do_not_disturb_each_other(run_dir):
    results = []
    with FakeManager(run_dir) as manager, DaskVine(manager.address, progress=True) as vine:
        threads = [threading.Thread(target=lambda: results.append(vine.get({"x": (abs, -1)}, "x"))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert results == [1] * 4
