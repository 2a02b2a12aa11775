"""Strategies for random graphs: nested at will, with everything in them that Dask might take for something else."""

import functools
from collections import Counter, namedtuple
from fractions import Fraction
from operator import itemgetter
from types import MappingProxyType

import numpy as np
from dask.core import literal
from dask.highlevelgraph import HighLevelGraph
from dask.utils import apply
from dask.utils_test import inc
from hypothesis import strategies as st

from daskvine.graph import flatten_keys
from daskvine.task_spec import IS_THERE

if IS_THERE:
    from dask._task_spec import Task, convert_legacy_graph

Point = namedtuple("Point", "x y")
NAN = float("nan")


class SubList(list):
    """A list whose type Dask sees, but not its references."""


class Word(str):
    """Equal to a key without being of its type."""


class Oops(Exception):
    pass


class Adder(namedtuple("Adder", "step")):
    """Callable, and by its base no task."""

    def __call__(self, x):
        return x + self.step


def several(*args):
    return args


def listed(*args):
    return [*args]


def named(*args, **keywords):
    return args, keywords


def quoted(*args):
    return [(inc, "x"), "x", {"x": (inc, 1)}, len]


def large(*args):
    return b"large" * 5_000, np.arange(3_000), args


def fail(kind, *args):
    raise kind("on purpose")


class Ref(namedtuple("Ref", "key form")):
    """Stands for one of the keys that may be referred to, in one of the forms that it may have."""


# No None: Dask 2022.12 cannot have it as a key.
KEYS = [
    ("t", 0), 1, 2.5, "", b"z", NAN, (), ("t", (0, NAN)), len, "y z", 0, np.int64(7), "\ud800", frozenset({"x"}), (1,),
    Point("x", 1), "é",
]
# What equals a key without being of its type. No Decimal: comparing it with a NumPy integer raises.
FORMS = {
    1: [1, True, 1.0, np.int64(1), np.float32(1), Fraction(1)], 0: [0, False, -0.0, np.bool_(False)],
    7: [np.int64(7), 7], 2.5: [2.5, np.float64(2.5)], "x": ["x", "x", Word("x"), np.str_("x")],
    ("t", 0): [("t", 0), ("t", False)], (1,): [(1,), (True,)], ("x", 1): [Point("x", 1), ("x", 1.0)],
}
LITERALS = [
    None, NAN * 2, "nope", "\udfff", -1, 2**70, -(2**63), 1.5, float("inf"), 3j, b"bytes", bytearray(b"ab"),
    ("nope", 1), ((inc, 1), 2), ("t", [0]), ([], {}), {"x"}, frozenset({9}), {"x": "nope"}, {("t", 0): [None]},
    {"k": (9, "x")}, slice(0, 3), Ellipsis, np.arange(3), np.array("x"), np.float32(0.1), np.datetime64("2020-01-01"),
    Point(inc, 1), SubList([3]), SubList(["nope", (9,)]), [], [[]], inc, int, str.upper, np.add,
    functools.partial(inc, 5), ValueError,
]
# Dask counts the values of a dictionary among the dependencies, though it never replaces them. So it fails with a
# KeyError where such a dictionary is a literal of the graph, and computes what nobody sees where it is an argument:
# a dictionary only refers to the first key, which cannot raise, and only as an argument.
REFERRING_DICTS = [{"k": "x"}, {"k": ["x", (inc, "nope")], "x": 9}]
FUNCTIONS = [
    several, several, listed, inc, quoted, large, len, sum, list, dict, Adder(2), functools.partial(several, "p"),
    lambda *args: [args], "abc".join,
]
# Without StopIteration: out of a nested task it becomes a RuntimeError, as Dask evaluates arguments in a generator.
ERRORS = [ValueError, KeyError, Oops, ZeroDivisionError, OSError, SystemExit]


def lists(items):
    return st.lists(items, max_size=3) | st.builds(SubList, st.lists(items, max_size=3))


# Functions with names: Hypothesis parses the source of a lambda for each example, a third of the time.
def call(function, args):
    return (function, *args)


def call_with_keywords(args):
    return apply, named, args, (dict, [["k", "x"], ["l", args]])


def call_of_literal(data):
    return (literal(data),)


def failing(kind, args):
    return (fail, kind, *args)


def tasks(items):
    some = st.lists(items, max_size=2)
    calls = st.builds(call, st.sampled_from(FUNCTIONS), st.lists(items | st.sampled_from(REFERRING_DICTS), max_size=4))
    return calls | st.one_of(
        calls,
        st.builds(call_with_keywords, some),
        st.builds(call_of_literal, st.lists(st.sampled_from(["x", (inc, 1), *KEYS]), max_size=2)),
        st.builds(failing, st.sampled_from(ERRORS), some),
    )


def computations():
    """References, literals, lists and tasks, nested at will."""
    leaves = items = st.sampled_from([Ref(key, form) for key in range(7) for form in range(6)] + LITERALS)
    # Not st.recursive, which takes twice the time.
    for _ in range(2):
        items = leaves | leaves | lists(items) | tasks(items)
    return leaves | lists(items) | tasks(items) | tasks(items)


def graphs(keys):
    others = st.lists(st.tuples(st.sampled_from(keys), computations()), min_size=1, max_size=6, unique_by=itemgetter(0))
    return st.tuples(st.sampled_from(LITERALS), others)


REQUESTS = st.integers(0, 6) | st.lists(
    st.integers(0, 6) | st.lists(st.integers(0, 6), max_size=3), min_size=1, max_size=5
)


def as_it_is(dsk, keys):
    return dsk


def as_mapping(dsk, keys):
    return MappingProxyType(dsk)


def as_layers(dsk, keys):
    return HighLevelGraph({"all": dsk}, {"all": set()})


def as_nodes(dsk, keys):
    return convert_legacy_graph(dsk)


def as_fused_nodes(dsk, keys):
    """Each node fused with one of those that only it uses; not by Dask, whose renaming allows for strings alone."""
    nodes = convert_legacy_graph(dsk)
    if "nan" in repr([*dsk]):
        # Such a key is not found any more where it was unpickled.
        return nodes
    uses = Counter(used for node in nodes.values() for used in node.dependencies)
    uses.update(flatten_keys(keys))
    for key, node in list(nodes.items()):
        own = [used for used in nodes if used in node.dependencies and uses[used] == 1]
        if own and key in nodes and key not in nodes[own[0]].dependencies:
            nodes[key] = Task.fuse(nodes.pop(own[0]), nodes[key], key=key)
    return nodes


# The first three hand on the very dictionary, so that a change to it shows.
WRAPPERS = st.sampled_from([as_it_is, as_mapping, as_layers, *([as_nodes, as_fused_nodes] if IS_THERE else [])])


def made(graph, request, cycles=False):
    """The graph and the keys to get from it; without `cycles`, a key only refers to those before it."""
    first, others = graph
    dsk = {"x": first}
    every = ["x", *(key for key, _ in others)]
    for key, computation in others:
        dsk[key] = resolved(computation, every if cycles else list(dsk))
    return dsk, resolved_request(request, every)


def resolved(item, keys):
    if type(item) is Ref:
        key = keys[item.key % len(keys)]
        forms = FORMS.get(key, [key])
        return forms[item.form % len(forms)]
    return type(item)([resolved(i, keys) for i in item]) if type(item) in (list, tuple, SubList) else item


def resolved_request(request, keys):
    if isinstance(request, list):
        return [resolved_request(item, keys) for item in request]
    return keys[-1 - request % len(keys)]
