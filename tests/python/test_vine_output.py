"""What tasks print, log and warn, where the client sees it."""

import os
import subprocess
import sys

import pytest
from fake_manager import FakeManager

from daskvine import DaskVine, records as r


def chatter(name):
    import logging
    import os
    import warnings

    print(f"{name} prints")
    print(f"{name} complains", file=sys.stderr)
    logging.getLogger("chatter").warning("%s logs", name)
    warnings.warn(f"{name} warns", stacklevel=1)
    os.system(f"echo {name} echoes")
    return name


def chatter_and_fail():
    print("before the end")
    return 1 / 0


def print_much(size):
    print("x" * size)


def test_output_is_off_by_default(vine, capsys):
    assert vine.get({"x": (chatter, "unheard")}, "x") == "unheard"
    assert capsys.readouterr() == ("", "")


def test_output_of_all_kinds_comes_to_the_stream_it_was_for(vine, mode, capsys):
    dsk = {("t", i): (chatter, f"t{i}") for i in range(3)}
    assert vine.get(dsk, list(dsk), task_mode=mode, print_output=True) == ("t0", "t1", "t2")
    out, error = capsys.readouterr()
    for i in range(3):
        assert out.count(f"t{i} prints\n") == 1
        assert [error.count(f"t{i} {verb}") for verb in ("complains\n", "logs\n", "warns\n")] == [1, 1, 1]


def test_output_of_the_task_that_fails_comes_too(vine, mode, capsys):
    with pytest.raises(ZeroDivisionError):
        vine.get({"x": (chatter_and_fail,)}, "x", task_mode=mode, print_output=True)
    assert capsys.readouterr().out == "before the end\n"


def test_output_of_one_graph_is_not_shown_in_the_next(vine, capsys):
    vine.get({"x": (chatter, "loud")}, "x", print_output=True)
    assert "loud" in capsys.readouterr().out
    vine.get({"x": (chatter, "quiet")}, "x")
    assert capsys.readouterr() == ("", "")


def test_output_for_a_whole_vine_and_against_it():
    program = (
        "from daskvine import DaskVine\n"
        "with DaskVine(workers=1, progress=False, print_output=True) as vine:\n"
        "    vine.get({'x': (print, 'shown')}, 'x')\n"
        "    vine.get({'x': (print, 'hidden')}, 'x', print_output=False)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (run.stdout, run.returncode) == ("shown\n", 0)


def test_output_of_megabytes_is_bounded_and_costs_no_result(vine, capsys):
    assert vine.get({"x": (print_much, 5 << 20), "y": (chatter, "small")}, ["x", "y"], print_output=True) == (None, "small")
    assert "small prints\n" in capsys.readouterr().out


def answer_with(out, error):
    def answer(client, graph):
        client.send([r.TASK_OUTPUT, graph, 0, "x", "w1", out, error])
        client.run(graph)

    return answer


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_output_that_the_stream_cannot_encode_costs_no_result(run_dir, encoding):
    program = (
        "import sys\n"
        "from daskvine import DaskVine\n"
        "vine = DaskVine(sys.argv[1], progress=False)\n"
        "assert vine.get({'x': 1}, 'x', print_output=True) == 1\n"
    )
    with FakeManager(run_dir, on_sealed=answer_with("µ → e\n", "")) as manager:
        run = subprocess.run(
            [sys.executable, "-c", program, manager.address], capture_output=True, timeout=60,
            env={**os.environ, "PYTHONIOENCODING": encoding},
        )
        assert next(record[4] for record in manager.seen if record[0] == r.OPEN_GRAPH) == r.REPORT_OUTPUT
    assert run.returncode == 0, run.stderr
    assert run.stdout.decode(encoding) in ("µ → e\n", "µ \\u2192 e\n", "\\xb5 \\u2192 e\n")


def test_output_without_standard_streams_is_dropped(run_dir, monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    with FakeManager(run_dir, on_sealed=answer_with("a", "b")) as manager, DaskVine(manager.address) as vine:
        assert vine.get({"x": 1}, "x", print_output=True) == 1
