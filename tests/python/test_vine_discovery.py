"""Large objects that many tasks have: on a real manager and real workers."""

import numpy as np
import pytest
from dask.core import literal

COUNT = 100
TABLE = np.arange(640_000, dtype="f8")


class Model:
    def __init__(self, weights):
        self.weights = weights

    def predict(self, i):
        return float(self.weights[i])


def lookup(table, i):
    return float(table[i]) + len(table)


def predict(model, i):
    return model.predict(i)


@pytest.fixture
def sent(vine, monkeypatch):
    """Bytes of payloads that the client has sent, as a list of numbers."""
    sizes = []
    channel = vine._connection._channel
    add = channel.add
    monkeypatch.setattr(channel, "add", lambda record, places=(): (sizes.extend(len(holder[at]) for holder, at in places), add(record, places)))
    return sizes


def test_table_that_many_tasks_have_is_sent_twice_at_most(vine, mode, sent):
    # An interpreter takes its time.
    graph = {f"t{i}": (lookup, TABLE, i) for i in range(COUNT if mode == "function-calls" else 6)}
    assert vine.get(graph, list(graph), task_mode=mode) == tuple(lookup(TABLE, i) for i in range(len(graph)))
    # What an earlier graph has sent is still there.
    assert TABLE.nbytes <= sum(sent) < 2.1 * TABLE.nbytes


def test_model_of_a_class_of_this_program_is_loaded_at_workers(vine, sent):
    model = Model(np.arange(100_000.0))
    graph = {f"t{i}": (predict, model, i) for i in range(COUNT)}
    for _ in range(2):
        assert vine.get(graph, list(graph)) == tuple(map(float, range(COUNT)))
    assert sum(sent) < 4.5 * model.weights.nbytes


class Loaded(Model):
    """Tells, by a line in a file, each time that it is loaded."""

    def __init__(self, weights, path):
        super().__init__(weights)
        self.path = path

    def __setstate__(self, state):
        self.__dict__.update(state)
        with open(self.path, "a") as file:
            file.write("loaded\n")


def test_model_that_is_a_node_of_the_graph_is_loaded_by_processes_and_not_by_tasks(vine, tmp_path):
    loads = tmp_path / "loads"
    model = Loaded(np.arange(100_000.0), str(loads))
    delayed = {"model": model, **{f"t{i}": (predict, "model", i) for i in range(COUNT)}}
    assert vine.get(delayed, [f"t{i}" for i in range(COUNT)]) == tuple(map(float, range(COUNT)))
    # By the first task that reads it, as an input, and by the library of each worker.
    assert len(loads.read_text().split()) <= 1 + len(vine.worker_pids)


@pytest.mark.parametrize("node", [lambda model: model, lambda model: (literal(model),)])
def test_model_that_is_a_node_however_it_is_written_is_what_tasks_read(vine, node):
    graph = {"model": node(Model(np.arange(100_000.0))), **{f"t{i}": (predict, "model", i) for i in range(5)}}
    assert vine.get(graph, [f"t{i}" for i in range(5)]) == (0.0, 1.0, 2.0, 3.0, 4.0)


def test_array_that_is_a_node_of_the_graph_is_each_tasks_own(vine):
    def spoil(table, i):
        table[0] += 1
        return float(table[0])

    graph = {"table": TABLE, **{f"t{i}": (spoil, "table", i) for i in range(10)}}
    assert vine.get(graph, [f"t{i}" for i in range(10)]) == (1.0,) * 10


def test_tasks_give_the_same_with_and_without(vine, mode):
    graph = {f"t{i}": (max, (lookup, TABLE, i), (lookup, TABLE, COUNT - i)) for i in range(3)}
    results = [vine.get(graph, list(graph), task_mode=mode, discover_context=discovers) for discovers in (True, False)]
    assert results[0] == results[1]
