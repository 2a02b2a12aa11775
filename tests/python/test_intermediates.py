"""What `get` is told about results inside a graph, and what the manager hears of it."""

import pytest

from daskvine import records as r


def inc(x):
    return x + 1


GRAPH = {"a": 1, "b": (inc, "a"), ("c", 0): (inc, "b"), "d": (inc, ("c", 0))}


def opened(manager):
    """``(returns, prune_depth)`` of the last graph."""
    return [record[5:] for record in manager.seen if record[0] == r.OPEN_GRAPH][-1]


def checkpoints(manager):
    """Keys of the nodes whose results are to be at the manager."""
    asked = {record[2]: record[9] for record in manager.seen if record[0] == r.TASK_OPTIONS}
    return [node[3] for record in manager.seen if record[0] == r.SUBMIT_NODES for node in record[3] if asked.get(node[4])]


@pytest.mark.parametrize(
    ("keywords", "told"),
    [
        ({}, [False, 1]), ({"worker_transfers": False}, [True, 1]), ({"prune_depth": None}, [False, 1]), ({"prune_depth": 0}, [False, 0]),
        ({"prune_depth": 3, "worker_transfers": True}, [False, 3]),
    ],
)
def test_graph_says_where_results_stay_and_for_how_long(fake, manager, keywords, told):
    assert fake.get(GRAPH, "d", **keywords) == 4
    assert opened(manager) == told


@pytest.mark.parametrize(("new", "old", "returns"), [(True, True, False), (True, False, True), (False, True, True)])
def test_lazy_transfers_is_the_old_name(fake, manager, new, old, returns):
    with pytest.warns(DeprecationWarning, match="lazy_transfers is now called worker_transfers") as warned:
        fake.get(GRAPH, "d", worker_transfers=new, lazy_transfers=old)
    assert opened(manager) == [returns, 1] and warned[0].filename == __file__


@pytest.mark.parametrize("depth", [-1, 1.5, "2", True, 2**31])
def test_prune_depth_that_is_none_is_refused(fake, manager, depth):
    with pytest.raises(ValueError, match="prune_depth=.* but must be a whole number from 0"):
        fake.get(GRAPH, "d", prune_depth=depth)
    assert manager.kinds() == [r.HELLO]


def test_checkpoint_fn_is_asked_for_tasks_with_the_graph_and_the_key(fake, manager):
    asked = []

    def choose(dag, key):
        asked.append(key)
        assert dag == GRAPH
        return key == ("c", 0)

    assert fake.get(GRAPH, "d", checkpoint_fn=choose, priority=2) == 4
    assert asked == ["b", ("c", 0), "d"] and checkpoints(manager) == ["('c', 0)"]


def test_checkpoint_fn_that_raises_names_the_task(fake):
    with pytest.raises(ZeroDivisionError) as raised:
        fake.get(GRAPH, "d", checkpoint_fn=lambda dag, key: 1 / 0)
    assert raised.value.__notes__ == ["raised by checkpoint_fn, for task 'b'"]


def test_checkpoint_fn_that_is_no_function_is_refused(fake):
    with pytest.raises(TypeError, match="checkpoint_fn=True, but must be a function of the graph and a key"):
        fake.get(GRAPH, "d", checkpoint_fn=True)
