"""Graphs of Dask's task specification (since 2024.12): what goes in comes out as from that Dask's own `get`."""

from operator import add

import dask
import pytest
from dask.utils_test import inc
from local_vine import Nodes, get

pytest.importorskip("dask._task_spec", reason="the installed Dask has no task specification; see DASK_SRC in tests/conformance/README.md")
from dask._task_spec import Alias, DataNode, Dict, List, Set, Task, TaskRef, Tuple  # noqa: E402


class OwnTask(Task):
    __slots__ = ()


def values(*args, **keywords):
    return args, keywords


def fused_chain():
    return Task.fuse(Task("f1", inc, TaskRef("a")), Task("f2", add, TaskRef("f1"), TaskRef("b")), Task("f3", inc, TaskRef("f2")))


def fused_diamond():
    return Task.fuse(Task("g1", inc, TaskRef("a")), Task("g2", add, TaskRef("g1"), TaskRef("g1")), Task("g3", inc, TaskRef("g2")))


def fused_twice():
    inner = Task.fuse(Task("k1", inc, TaskRef("z")), Task("k2", add, TaskRef("k1"), TaskRef("b")), key="k2")
    return Task.fuse(Task("z", inc, TaskRef("a")), inner, key="k2")


def fused_long(count):
    return Task.fuse(*(Task(f"n{i}", inc, TaskRef(f"n{i - 1}" if i else "a")) for i in range(count)), key="long")


NODES = {
    "data": DataNode("it", {"x": ["a"]}), "alias": Alias("it", "b"), "task": Task("it", add, TaskRef("a"), Alias("a")),
    "literals": Task("it", values, "a", ["a", "b"], ("a",), {"a": "b"}, len, 2**70, "\ud800", k="a"),
    "keywords": Task("it", values, TaskRef("a"), k=TaskRef("b"), n=Task(None, inc, TaskRef("c"))),
    "list": List("a", TaskRef("b"), Task(None, inc, TaskRef("c")), List(TaskRef("a"))), "tuple": Tuple(TaskRef("a"), 5, Tuple()),
    "set": Set(TaskRef("b"), 5), "dict": Dict({"k": TaskRef("c"), "a": "a", ("t", 1): List(TaskRef("a"))}),
    "containers": Task("it", values, Tuple(TaskRef("a"), Set(TaskRef("b"))), Dict({"x": Dict({"y": TaskRef("a")})})),
    "own kind": OwnTask("it", add, TaskRef("a"), 5), "fused": fused_chain(), "fused diamond": fused_diamond(),
    "fused twice": fused_twice(), "fused in a task": Task("it", add, Task(None, inc, fused_diamond()), fused_chain()),
    "fused alias": Task.fuse(Alias("m", "a"), Alias("it", "m")), "fused long": fused_long(100),
    "legacy list": [(inc, "a"), {"b"}, ("a", ["b"]), {"z": "a"}], "legacy self": "it2",
    "legacy task": (values, ("a", "b"), {"a"}, frozenset({"b"}), {"x": "a"}, True, b"a", len, {"y": TaskRef("b")}),
}


def graph(node):
    return {"a": DataNode("a", 1), "b": Task("b", add, TaskRef("a"), Alias("a")), "c": Alias("c", "b"), "it": node}


@pytest.mark.parametrize("name", NODES)
def test_get_node_equals_dask_get(name):
    ours, theirs = get(graph(NODES[name]), "it"), dask.get(graph(NODES[name]), "it")
    assert ours == theirs and type(ours) is type(theirs)


@pytest.mark.parametrize("node", [fused_chain(), fused_twice()])
def test_encode_fused_subgraph_without_sharing_needs_no_dask_at_the_worker(node):
    codes = Nodes(graph(node), "it").codes
    assert not any(b"_task_spec" in code for code in codes)


def test_encode_fused_subgraphs_share_their_functions():
    dsk = {"a": 1, "b": 2, **{i: fused_chain() for i in range(5, 25)}}
    assert len(Nodes(dsk, list(range(5, 25))).codes) == 2


def test_get_missing_dependency_is_a_value_error_as_in_dask():
    dsk = {"x": Task("x", inc, TaskRef("nope"))}
    for each in (get, dask.get):
        with pytest.raises(ValueError, match="Missing dependency.*nope"):
            each(dsk, "x")
