"""A task's failure at the client: its type, its cause, its note."""

import pickle

import pytest
from fake_manager import FakeManager

from daskvine import DaskVine, RemoteTraceback, SerializationError, TaskDied, TaskError, records as r


def inc(x):
    return x + 1


def fail(x):
    raise KeyError("gone", x)


def test_get_task_raises_original_exception_with_traceback_key_and_worker(run_dir):
    with FakeManager(run_dir) as manager, DaskVine(manager.address) as vine:
        with pytest.raises(KeyError) as caught:
            vine.get({"a": 1, "bad": (fail, "a")}, "bad")
        assert caught.value.args == ("gone", 1)
        assert caught.value.__notes__ == ["task bad on worker w1"]
        assert isinstance(caught.value.__cause__, RemoteTraceback) and "in fail" in str(caught.value.__cause__)
        assert vine.get({"a": (inc, 1)}, "a") == 2


@pytest.mark.parametrize(
    ("failure", "error", "text"),
    [
        ([0, "Odd: thing", "trace", None], TaskError, "task k on worker w7: Odd: thing"),
        ([0, "Odd: thing", "trace", b"\x80\x05junk"], TaskError, "Odd: thing"),
        ([1, "no module named x", "", None], TaskError, "no module named x"),
        ([2, "cannot pickle lock", "", None], SerializationError, "cannot pickle lock"),
        ([3, "killed by signal 9", "", None], TaskDied, "killed by signal 9"),
        ([4, "given up after 3 workers", "", None], TaskDied, "given up"),
        ([5, "node 7 is missing", "", None], ValueError, "node 7 is missing"),
    ],
)
def test_get_graph_failed_raises_the_type_of_its_kind(run_dir, failure, error, text):
    def answer(client, graph):
        client.send([r.GRAPH_FAILED, graph, 0, "k", "w7", failure])

    with FakeManager(run_dir, on_sealed=answer) as manager, DaskVine(manager.address) as vine:
        with pytest.raises(error, match=text):
            vine.get({"k": (inc, 1)}, "k")


def test_get_module_missing_at_worker_raises_module_not_found_error(run_dir):
    def answer(client, graph):
        error = pickle.dumps(ModuleNotFoundError("No module named 'there'"))
        client.send([r.GRAPH_FAILED, graph, 0, "k", "w7", [1, "m", "t", 0]], payloads=[error])

    with FakeManager(run_dir, on_sealed=answer) as manager, DaskVine(manager.address) as vine:
        with pytest.raises(ModuleNotFoundError, match="there"):
            vine.get({"k": (inc, 1)}, "k")
