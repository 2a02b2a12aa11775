"""What differs on purpose from TaskVine's DaskVine and from dask.distributed: a test for each line of the tables in README."""

import logging.handlers
import os
import queue
import re
import subprocess
import sys
import threading
from pathlib import Path

import dask
import dask.array as da
import dask.bag as db
import numpy as np
import pytest
from cluster_processes import descendants
from dask.utils import SerializableLock

from daskvine import DaskVine, DaskVineError, FunctionCall, Task, TaskDied

README = Path(__file__).resolve().parents[2] / "README.md"


def parent(_):
    return os.getppid()


def fail_until(path, times):
    with open(path, "a+") as file:
        file.write("x")
        if file.tell() <= times:
            raise ArithmeticError(f"try {file.tell()}")
        return file.tell()


def remember(x):
    import colorsys

    colorsys.seen = [*getattr(colorsys, "seen", []), x]
    return colorsys.seen


def write_into(array):
    array[:] = 5
    return float(array.sum())


def write_more(array):
    array[0] += 1
    return float(array[0])


def say(text):
    print(text)


def test_task_mode(vine):
    dsk = {("p", n): (parent, -n) for n in range(1, 5)}
    libraries = set(vine.get(dsk, list(dsk)))
    assert libraries <= {pid for worker in vine.worker_pids for pid in descendants(worker)}


def test_retries(vine, tmp_path):
    with pytest.raises(ArithmeticError, match="try 1$"):
        vine.get({"it": (fail_until, str(tmp_path / "a"), 1)}, "it")
    assert (tmp_path / "a").read_text() == "x"
    assert vine.get({"it": (fail_until, str(tmp_path / "b"), 2)}, "it", retries=2) == 3


def test_unknown_keywords(vine):
    assert vine.get({"it": (abs, -1)}, "it", num_workers=8, pool=None, submit_per_cycle=1) == 1


def test_children():
    with DaskVine(workers=1, progress=False) as vine:
        assert [vine.get({"it": (remember, n)}, "it") for n in (1, 2)] == [[1], [1, 2]]


def test_request(vine):
    keys = ["a", ["a", ["b"]], "a"]
    assert vine.get({"a": 1, "b": (abs, "a")}, keys) == (1, (1, (1,)), 1) and keys == ["a", ["a", ["b"]], "a"]
    assert vine.get({("a", 0): 1}, ("a", 0)) == 1


def test_culling(vine, tmp_path):
    trace = tmp_path / "ran"
    assert vine.get({"a": 1, "unneeded": (fail_until, str(trace), 9), "alias": "unneeded"}, "a") == 1
    assert not trace.exists()


def test_values(vine):
    dsk = {"result": (dict, [["Result", 1], ["Success", False]]), "none": (print,), "both": (lambda *a: a, "result", "none")}
    assert vine.get(dsk, "both") == ({"Result": 1, "Success": False}, None)


def test_concurrent_gets(vine, tmp_path):
    first, second = str(tmp_path / "1"), str(tmp_path / "2")
    os.mkfifo(first), os.mkfifo(second)

    def meet(mine, other):
        # Opening a named pipe waits for the other end: neither graph ends without the other.
        with open(max(mine, other), "w" if mine < other else "r"):
            return True

    results = {}
    threads = [
        threading.Thread(target=lambda a=a, b=b: results.update({a: vine.get({"it": (meet, a, b)}, "it")}))
        for a, b in ((first, second), (second, first))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert results == {first: True, second: True}


def test_annotations(vine, tmp_path):
    with dask.annotate(retries=1):
        flaky = dask.delayed(fail_until)(str(tmp_path / "a"), 1)
    assert flaky.compute(scheduler=vine.get) == 2


def test_checkpoints(vine, tmp_path):
    dsk = {"a": (fail_until, str(tmp_path / "a"), 0), "b": (abs, "a"), "c": (abs, "b")}
    assert vine.get(dsk, "c", checkpoint_fn=lambda dag, key: key == "b") == 1


def test_pruning(vine):
    dsk = {"a": (np.ones, 300_000), "b": (np.sum, "a"), "c": (float, "b")}
    assert [vine.get(dsk, "c", prune_depth=depth) for depth in (None, 0, 1, 2)] == [300_000.0] * 4


def test_flags_of_files(vine, tmp_path):
    buffer = vine.declare_buffer("x", peer_transfer=True)
    assert buffer.shared and not vine.declare_buffer("y", peer_transfer=False).shared
    (tmp_path / "x").touch()
    vine.undeclare_file(vine.declare_untar(vine.declare_file(tmp_path / "x"), peer_transfer=True))
    assert (tmp_path / "x").exists()


def test_files_that_change(vine, tmp_path):
    (tmp_path / "x").write_text("1")
    file = vine.declare_file(tmp_path / "x", cache="workflow")
    outputs = []
    for text in ("1", "2"):
        (tmp_path / "x").write_text(text)
        vine.submit(Task("cat x", inputs={file: "x"}))
        outputs.append(vine.wait(60).output)
    assert outputs == ["1", "2"]


def test_paths_of_one_content(vine, tmp_path):
    for name in ("x", "y"):
        (tmp_path / name).write_text("same")
    assert vine.declare_file(tmp_path / "x").source() != vine.declare_file(tmp_path / "y").source()


def test_large_arguments(vine):
    table = np.zeros(100_000)
    outputs = {}
    for discovers in (True, False):
        with DaskVine(vine.address, progress=False, discover_context=discovers) as client:
            # One process runs them all, and nothing but the array tells that others were before.
            library = client.create_library_from_functions("lib", write_more, exec_mode="direct")
            client.install_library(library)
            for _ in range(40):
                client.submit(FunctionCall("lib", "write_more", table))
            outputs[discovers] = {client.wait().output for _ in range(40)}
    assert outputs[False] == {1.0} and max(outputs[True]) > 1.0


def test_persist(vine):
    x = (da.arange(100, chunks=10) + 1).persist(scheduler=vine.get)
    assert isinstance(next(iter(dict(x.dask).values())), np.ndarray) or hasattr(next(iter(dict(x.dask).values())), "value")
    assert x.sum().compute(scheduler="sync") == 5050


def test_futures(vine):
    assert not any(hasattr(vine, name) for name in ("map", "gather", "scatter"))
    with pytest.raises(TypeError, match="is not a Task"):
        vine.submit(abs)


def test_compute_in_a_task(vine):
    def where():
        return os.getpid(), dask.delayed(os.getpid)().compute(scheduler=vine.get)

    outer, inner = vine.get({"it": (where,)}, "it")
    assert outer == inner != os.getpid()


def test_inputs(vine):
    dsk = {"it": (np.zeros, 300_000), "a": (write_into, "it"), "b": (write_into, "it"), "sum": (lambda *a: a[0].sum(), "it", "a", "b")}
    assert vine.get(dsk, "sum") == 0


def test_results(vine):
    assert vine.get({"it": (np.zeros, 300_000)}, "it").flags.writeable


def test_locks(vine, tmp_path):
    lock, path = SerializableLock(), str(tmp_path / "busy")

    def alone():
        with lock:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL))
            sum(range(200_000))
            os.unlink(path)

    vine.get({n: (alone,) for n in range(10)}, list(range(10)))


def test_waiting():
    heard = queue.SimpleQueue()
    handler = logging.handlers.QueueHandler(heard)
    logging.getLogger("daskvine").addHandler(handler)
    try:
        with DaskVine(workers=1, progress=False) as vine:
            waiting = threading.Thread(
                target=lambda: pytest.raises(DaskVineError, vine.get, {"it": (abs, -1)}, "it", resources={"GPU": 1}))
            waiting.start()
            assert "daskvine worker --resources GPU=1" in heard.get(timeout=30).getMessage()
        waiting.join(30)
        assert not waiting.is_alive()
    finally:
        logging.getLogger("daskvine").removeHandler(handler)


def test_shuffles(vine):
    bag = db.from_sequence(range(9), npartitions=3)
    with pytest.raises(DaskVineError, match="tasks"):
        bag.groupby(lambda x: x % 2, shuffle="disk").compute(scheduler=vine.get)
    assert sorted(key for key, _ in bag.groupby(lambda x: x % 2).compute(scheduler=vine.get)) == [0, 1]


def test_dying_tasks(vine):
    with pytest.raises(TaskDied, match="SIGKILL.* 3 times"):
        vine.get({"it": (lambda: os.kill(os.getpid(), 9),)}, "it")


def test_output(vine, capfd):
    vine.get({"it": (say, "unheard")}, "it")
    vine.get({"it": (say, "heard")}, "it", print_output=True)
    assert capfd.readouterr().out == "heard\n"


def test_hash_of_strings(vine):
    dsk = {n: (hash, "x") for n in range(4)}
    expected = subprocess.run(
        [sys.executable, "-c", "print(hash('x'))"], env={**os.environ, "PYTHONHASHSEED": "0"}, capture_output=True, text=True)
    assert set(vine.get(dsk, list(dsk), task_mode="tasks")) == {int(expected.stdout)}


def test_tables_have_a_line_for_each_of_these_tests():
    section = README.read_text(encoding="utf-8").split("## What differs on purpose")[1].split("\n## ")[0]
    lines = [name for name in re.findall(r"^\| ([^|]+?) \|", section, re.MULTILINE) if name and not name.startswith(("-", "Not as"))]
    tests = {name for name in globals() if name.startswith("test_") and not name.startswith("test_tables")}
    assert sorted("test_" + line.replace(" ", "_") for line in lines) == sorted(tests)
