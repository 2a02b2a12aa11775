"""Thousands of random graphs through a real cluster, against the installed Dask's own `get`."""

import functools

import dask
import numpy as np
import pytest
from dask.core import getcycle
from dask.optimization import cull
from dask.utils_test import inc
from hypothesis import HealthCheck, given, settings
from random_graphs import KEYS, REQUESTS, WRAPPERS, graphs, made

from daskvine.graph import flatten_keys
from daskvine.task_spec import IS_THERE

if IS_THERE:
    from dask._task_spec import convert_legacy_graph
    from dask._task_spec import cull as cull_nodes

# Dask's order() compares what it finds, arrays of NumPy included.
pytestmark = [
    pytest.mark.filterwarnings("ignore:The truth value of an empty array:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:elementwise comparison failed:FutureWarning"),
]


def shown(value):
    """All that two results must have in common, types included, in a form that can be compared."""
    if isinstance(value, dict):
        inside = [(shown(k), shown(v)) for k, v in value.items()]
    elif isinstance(value, (list, tuple)):
        inside = [shown(item) for item in value]
    elif isinstance(value, (set, frozenset)):
        inside = sorted(map(str, map(shown, value)))
    elif isinstance(value, np.ndarray):
        inside = value.dtype.str, value.shape, shown(value.tolist())
    elif isinstance(value, functools.partial):
        inside = shown([value.func, value.args, value.keywords])
    else:
        # A lambda's address tells nothing.
        inside = getattr(value, "__qualname__", None) or repr(value)
    return str(type(value)), inside


def outcome(get, dsk, keys):
    """``(value, None)`` or ``(None, exception)``."""
    try:
        return get(dsk, keys), None
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        return None, error


def dask_get(dsk, keys):
    # Dask's own get computes, and fails with, what nobody asked for; that there is such a key still counts.
    dsk = understood(dsk)
    needed = needed_for(dsk, keys)
    return dask.get({key: needed.get(key) for key in dsk}, keys)


def understood(dsk):
    """The graph as the installed Dask takes it: dask.optimization does not see references inside tuples, dask.get does."""
    return convert_legacy_graph(dsk) if IS_THERE else dsk


def needed_for(dsk, keys):
    return cull_nodes(dsk, set(flatten_keys(keys))) if IS_THERE else cull(dsk, keys)[0]


def possible_errors(dsk, keys):
    """What each needed key raises when it is asked for alone: which of them comes first is chance."""
    each = (outcome(dask_get, dsk, key)[1] for key in needed_for(understood(dsk), keys))
    return {said(error) for error in each if error}


def said(error):
    # Each version of Dask draws a cycle in its own way, and so do we what is missing.
    text = str(error)
    alike = [start for start in ("Cycle detected", "Missing dependency") if text.startswith(start)]
    return type(error), alike[0] if alike else text


def assert_as_dask(vine, dsk, keys, wrapped):
    before = repr((dsk, keys))
    expected, expected_error = outcome(dask_get, dsk, keys)
    value, error = outcome(vine.get, wrapped, keys)
    assert repr((dsk, keys)) == before
    if error is None:
        assert expected_error is None and shown(value) == shown(expected)
    else:
        assert expected_error is not None and said(error) in possible_errors(dsk, keys), repr(error)


def property_of(examples):
    return settings(
        max_examples=examples, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )


@property_of(1500)
@given(graph=graphs(KEYS), request=REQUESTS, wrap=WRAPPERS)
def test_get_random_graph_equals_dask_get(vine, graph, request, wrap):
    dsk, keys = made(graph, request)
    assert_as_dask(vine, dsk, keys, wrap(dsk, keys))


# Without the key NaN, which breaks Dask's search for cycles.
@property_of(200)
@given(graph=graphs([key for key in KEYS if key == key]), request=REQUESTS)
def test_get_random_graph_with_cycles_equals_dask_get(vine, graph, request):
    dsk, keys = made(graph, request, cycles=True)
    if not has_cycle(dsk, keys):
        assert_as_dask(vine, dsk, keys, dsk)
        return
    # Not compared with dask.get, whose order() raises a KeyError on some cycles.
    with pytest.raises((RuntimeError, KeyError, ValueError), match="Cycle detected|only another name of itself"):
        vine.get(dsk, keys)


def has_cycle(dsk, keys):
    """Whether the wanted keys need themselves, or what is only a name of itself."""
    if not IS_THERE:
        return getcycle(dsk, flatten_keys(keys))
    nodes = understood(dsk)
    needs = {key: set(nodes[key].dependencies) if key in nodes else {key} for key in dsk}
    over = {key for key in dsk if not needs[key]}
    while grown := {key for key in needs.keys() - over if needs[key] <= over}:
        over |= grown
    return any(key not in over for key in flatten_keys(keys))


@pytest.mark.parametrize("keys", ["nope", ["x", ["nope"]], [["x"], ("x",)], (True,)])
def test_get_unknown_key_is_a_key_error_as_in_dask(vine, keys):
    for get in (dask.get, vine.get):
        with pytest.raises(KeyError):
            get({"x": 5, 1: (inc, "x")}, keys)
