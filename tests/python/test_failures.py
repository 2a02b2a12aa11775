"""A task's failure at the client: its type, its cause, its note."""

import contextlib
import pickle
import traceback

import dask
import pytest
from fake_manager import FakeManager

from daskvine import DaskVine, RemoteTraceback, ResultTooLarge, SerializationError, TaskDied, TaskError, records as r

pd = pytest.importorskip("pandas")


def inc(x):
    return x + 1


def fail(x):
    raise KeyError("gone", x)


def test_get_task_raises_original_exception_with_traceback_key_and_worker(run_dir):
    with FakeManager(run_dir) as manager, DaskVine(manager.address) as vine:
        with pytest.raises(KeyError) as caught:
            vine.get({"a": 1, "bad": (fail, "a")}, "bad")
        assert caught.value.args == ("gone", 1)
        note, = caught.value.__notes__
        assert note.startswith("task bad (function f) on worker w1; to debug it in this process")
        assert isinstance(caught.value.__cause__, RemoteTraceback) and "in fail" in str(caught.value.__cause__)
        assert vine.get({"a": (inc, 1)}, "a") == 2


def test_get_task_fails_traceback_has_one_frame_of_ours(run_dir):
    with FakeManager(run_dir) as manager, DaskVine(manager.address) as vine:
        with pytest.raises(KeyError) as caught:
            vine.get({"bad": (fail, 1)}, "bad")
        with pytest.raises(KeyError) as through_compute:
            dask.delayed(fail)(1).compute(scheduler=vine.get)
    assert [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)][1:] == ["get"]
    ours = [frame for frame in traceback.extract_tb(through_compute.value.__traceback__) if "daskvine" in frame.filename]
    assert [frame.name for frame in ours] == ["get"]


@pytest.mark.parametrize(
    ("failure", "error", "texts"),
    [
        ([0, "Odd: thing", "trace", None], TaskError, ["task k (function mul) on worker w7: Odd: thing", "survive pickling"]),
        ([0, "Odd: thing", "trace", b"\x80\x05junk"], TaskError, ["Odd: thing"]),
        ([1, "no module named x", "", None], TaskError, ["no module named x", "vine.upload_file"]),
        ([2, "cannot pickle lock", "", None], SerializationError, ["cannot pickle lock", "Return what can be pickled"]),
        ([3, "killed by signal 9", "", None], TaskDied, ["killed by signal 9", "return or raise", 'scheduler="synchronous"']),
        ([4, "given up after 3 workers", "", None], TaskDied, ["given up", "smaller"]),
        ([5, "node 7 is missing", "", None], ValueError, ["node 7 is missing"]),
    ],
)
def test_get_graph_failed_raises_the_type_of_its_kind_and_says_what_to_do(run_dir, failure, error, texts):
    with failing(run_dir, failure) as vine:
        with pytest.raises(error) as caught:
            vine.get({"k": (inc, 1)}, "k")
    for text in ["task k (function mul) on worker w7", *texts]:
        assert text in str(caught.value)


@contextlib.contextmanager
def failing(run_dir, failure, payloads=()):
    """A vine whose every graph fails like this."""

    def answer(client, graph):
        client.send([r.GRAPH_FAILED, graph, 0, "k", "w7", failure, "mul"], payloads=payloads)

    with FakeManager(run_dir, on_sealed=answer) as manager, DaskVine(manager.address, progress=False) as vine:
        yield vine


def test_get_failure_of_the_graph_as_a_whole_names_no_task(run_dir):
    def answer(client, graph):
        client.send([r.GRAPH_FAILED, graph, 0, "", "", [5, "sealed too early", "", None], ""])

    with FakeManager(run_dir, on_sealed=answer) as manager, DaskVine(manager.address) as vine:
        with pytest.raises(ValueError, match="^the graph: sealed too early$"):
            vine.get({"k": (inc, 1)}, "k")


def test_get_module_missing_at_worker_raises_module_not_found_error(run_dir):
    error = pickle.dumps(ModuleNotFoundError("No module named 'there'"))
    with failing(run_dir, [1, "m", "t", 0], [error]) as vine:
        with pytest.raises(ModuleNotFoundError, match="there") as caught:
            vine.get({"k": (inc, 1)}, "k")
    assert "vine.upload_file" in caught.value.__notes__[0]


@pytest.mark.parametrize("size", [1 << 50, 1 << 63])
def test_get_result_too_large_for_memory_names_key_and_size_and_the_vine_works_on(run_dir, size):
    def answer(client, graph):
        if graph == 1:
            client.send([r.RESULT, graph, 0, size, 0, b"x" * 100])
        else:
            client.run(graph)

    with FakeManager(run_dir, on_sealed=answer) as manager, DaskVine(manager.address) as vine:
        with pytest.raises(ResultTooLarge, match=r"task 'huge' has \d+ [TP]iB.*Reduce it.*to_parquet") as caught:
            vine.get({"huge": (inc, 1)}, "huge")
        assert isinstance(caught.value, MemoryError)
        assert manager.cancelled.wait(10)
        assert vine.get({"a": (inc, 1)}, "a") == 2


class Hungry:
    """Needs more memory to unpickle than there is."""

    def __reduce__(self):
        return bytearray, (1 << 60,)


class Broken:
    def __reduce__(self):
        return int, ("not a number",)


@pytest.mark.parametrize(("value", "error"), [(Hungry(), ResultTooLarge), (Broken(), SerializationError)])
def test_get_result_that_cannot_be_had_here_names_the_key(run_dir, value, error):
    def answer(client, graph):
        data = pickle.dumps(value)
        client.send([r.RESULT, graph, 0, len(data), 0, data])

    with FakeManager(run_dir, on_sealed=answer) as manager, DaskVine(manager.address) as vine:
        with pytest.raises(error, match=r"the result of task \('v', 1\)"):
            vine.get({("v", 1): (inc, 1)}, ("v", 1))


# What is no graph, no key, or not there.


@pytest.fixture
def vine(run_dir):
    with FakeManager(run_dir) as manager, DaskVine(manager.address, progress=False) as vine:
        yield vine


@pytest.mark.parametrize("graph", [None, [1], "x", 5, {"a"}, (inc, 1), object(), pd.DataFrame({"a": [1]})], ids=type)
def test_get_what_is_no_graph_is_a_type_error_that_says_what_is_one(vine, graph):
    with pytest.raises(TypeError, match=f"a graph is a dict of keys and computations.*not {type(graph).__name__}: "):
        vine.get(graph, "a")


@pytest.mark.parametrize("keys", [{"a"}, [{"a": 1}], ["a", ["a", bytearray()]], (["a"],)])
def test_get_keys_that_are_none_are_a_type_error_as_in_dask(vine, keys):
    with pytest.raises(TypeError):
        dask.get({"a": 1}, keys)
    with pytest.raises(TypeError, match="neither a key of a graph nor a list of keys: unhashable type"):
        vine.get({"a": 1}, keys)


@pytest.mark.parametrize(("keys", "name"), [("b", "'b'"), (("a", 1), r"\('a', 1\)"), (["a", ["b"]], "'b'"), (None, "None")])
def test_get_unknown_key_is_a_key_error_as_in_dask(vine, keys, name):
    with pytest.raises(KeyError):
        dask.get({"a": 1}, keys)
    with pytest.raises(KeyError, match=f"{name} is not a key in the graph"):
        vine.get({"a": 1}, keys)


def test_get_cycle_is_named_and_the_vine_works_on(vine):
    dsk = {"a": (inc, "b"), "b": (inc, "c"), "c": (inc, "b")}
    with pytest.raises(RuntimeError, match="Cycle detected in Dask: b->c->b"):
        vine.get(dsk, "a")
    assert vine.get({"a": (inc, 1)}, "a") == 2
