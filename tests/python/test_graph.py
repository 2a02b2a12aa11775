"""Resolving: which nodes, in which order, and what is refused."""

import copy

import dask
import pytest
from dask.highlevelgraph import HighLevelGraph
from local_vine import Nodes, get

from daskvine.task_spec import IS_THERE


def inc(x):
    return x + 1


def add(x, y):
    return x + y


def test_resolve_diamond_dependencies_come_first_and_once():
    dsk = {"d": (add, "b", "c"), "c": (inc, "a"), "b": (inc, "a"), "a": 1}
    nodes = Nodes(dsk, "d")
    assert nodes.keys() == ["a", "b", "c", "d"]
    assert [inputs for _, inputs, _, _ in nodes.nodes] == [[], [0], [0], [1, 2]]


def test_resolve_unneeded_key_is_culled():
    assert Nodes({"a": 1, "b": (inc, "a"), "c": (inc, "b")}, "b").keys() == ["a", "b"]


def test_resolve_depth_first_follows_argument_order():
    dsk = {"sum": (sum, ["m0", "m1"]), "m1": (inc, "s1"), "m0": (inc, "s0"), "s0": 0, "s1": 1}
    assert Nodes(dsk, "sum").keys() == ["s0", "m0", "s1", "m1", "sum"]


def test_resolve_alias_chain_collapses_into_its_target():
    dsk = {"a": (inc, 1), **{f"b{i + 1}": f"b{i}" for i in range(5_000)}, "b0": "a", "c": (inc, "b5000")}
    nodes = Nodes(dsk, ["c", "b7"])
    assert nodes.keys() == ["a", "c"]
    assert nodes.numbers["b7"] == nodes.numbers["a"]
    assert get(dsk, ["c", "b7"]) == (3, 2)


def test_resolve_chain_of_100000_needs_no_recursion():
    dsk = {0: (inc, -1), **{i: (inc, i - 1) for i in range(1, 100_001)}}
    assert Nodes(dsk, 100_000).keys() == list(range(100_001))


@pytest.mark.parametrize("keys", ["nope", ["a", "nope"], [["nope"], "a"]])
def test_resolve_unknown_key_raises_key_error_that_names_it(keys):
    with pytest.raises(KeyError, match="nope"):
        Nodes({"a": 1}, keys)


@pytest.mark.parametrize(
    ("dsk", "text"),
    [
        ({"a": (inc, "b"), "b": (inc, "c"), "c": (inc, "a")}, "a->b->c->a"),
        ({"a": "b", "b": "a"}, "a->b->a"),
        ({"a": (inc, "x"), "x": [["a"]]}, "a->x->a"),
    ],
)
def test_resolve_cycle_raises_as_dask_does_and_names_it(dsk, text):
    with pytest.raises(RuntimeError):
        dask.get(dsk, "a")
    with pytest.raises(RuntimeError, match=f"Cycle detected in Dask: {text}"):
        Nodes(dsk, "a")


# Where Dask calls it a cycle, a KeyError of its own comes in between for the second.
@pytest.mark.parametrize("dsk", [{"a": "a"}, *([{"a": "a", "b": (inc, "a")}] if IS_THERE else [])])
def test_resolve_name_of_itself_raises_as_dask_does(dsk):
    wanted = max(dsk)
    with pytest.raises((RuntimeError, KeyError, ValueError)) as theirs:
        dask.get(dsk, wanted)
    with pytest.raises(theirs.type, match="a->a|'a'.* is only another name of itself"):
        Nodes(dsk, wanted)


def test_resolve_cycle_that_is_not_needed_does_no_harm():
    assert get({"a": "b", "b": "a", "c": (inc, 1)}, "c") == 2


def test_get_leaves_graph_and_keys_as_they_were():
    dsk = {"a": [1, (inc, 1)], "b": (add, "a", ["a", ["c"]]), "c": {"x": ["a"]}}
    keys = [["a"], ["b", ["c", "a"]]]
    before = copy.deepcopy((dsk, keys))
    get(dsk, keys)
    assert (dsk, keys) == before


def test_get_same_key_twice_and_nested_lists_keep_their_shape():
    dsk = {"a": 1, "b": (inc, "a")}
    keys = ["a", ["b", "a", []], "b", "a"]
    assert get(dsk, keys) == dask.get(dsk, keys) == (1, (2, 1, ()), 2, 1)


def test_get_keys_equal_but_of_other_type_are_one_node():
    dsk = {1: (inc, 0), "t": (inc, True), "f": (inc, 1.0)}
    assert get(dsk, [1, "t", "f"]) == (1, 2, 2)
    assert len(Nodes(dsk, [1, True, 1.0]).nodes) == 1


def test_get_high_level_graph_is_flattened():
    layers = {"x": {"x": 1}, "y": {("y", 0): (inc, "x")}, "z": {"z": (add, ("y", 0), "x")}}
    graph = HighLevelGraph(layers, {"x": set(), "y": {"x"}, "z": {"x", "y"}})
    assert get(graph, "z") == 3


def test_get_expression_like_object_gives_its_graph():
    class Expression:
        def __dask_graph__(self):
            return {"a": (inc, 1)}

    assert get(Expression(), "a") == 2
