"""What reaches a client is Arrow: values of many kinds come back as they were, and as tables when they are asked for."""

import datetime
import operator
from functools import partial

import numpy as np
import pandas as pd
import pytest

from daskvine import DaskVine
from daskvine.arrow import Table


@pytest.fixture(scope="module")
def vine():
    with DaskVine(workers=2, progress=False) as vine:
        yield vine


def made(kind):
    return MAKERS[kind]()


class Opaque:
    def __init__(self, content):
        self.content = content

    def __eq__(self, other):
        return type(other) is Opaque and other.content == self.content


MAKERS = {
    "none": lambda: None,
    "truth": lambda: True,
    "number": lambda: -(1 << 63),
    "unsigned": lambda: (1 << 64) - 1,
    "huge": lambda: 1 << 200,
    "float": lambda: -0.0,
    "text": lambda: "grün",
    "surrogate": lambda: "\ud800",
    "bytes": lambda: b"\x00\xff",
    "long text": lambda: "x" * 100_000,
    "tuple": lambda: (1, "a", [2.5, None]),
    "dict": lambda: {"a": np.arange(3), 2: {"b": ()}},
    "object": lambda: Opaque("content"),
    "large object": lambda: Opaque("content" * 100_000),
    "time": lambda: datetime.datetime(2026, 1, 2, 3, 4, 5, 6),
    "array": lambda: np.arange(10, dtype=">i4"),
    "large array": lambda: np.asfortranarray(np.arange(1_000_000.0).reshape(1000, 1000)),
    "scalar": lambda: np.float32(1.5),
    "frame": lambda: pd.DataFrame({"x": [1, 2], "s": ["a", None]}, index=pd.Index(["p", "q"], name="i")),
    "series": lambda: pd.Series([1.5, np.nan], name="n"),
}


def same(one, other):
    if type(one) is not type(other):
        return False
    if isinstance(one, (pd.DataFrame, pd.Series)):
        (pd.testing.assert_frame_equal if isinstance(one, pd.DataFrame) else pd.testing.assert_series_equal)(one, other)
        return True
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.strides == other.strides and np.array_equal(one, other)
    if isinstance(one, dict):
        return list(one) == list(other) and all(map(same, one.values(), other.values()))
    return repr(one) == repr(other) or one == other


@pytest.mark.parametrize("kind", MAKERS)
def test_value_comes_back_as_it_was(vine, kind):
    assert same(vine.get({"a": (made, kind)}, "a"), made(kind))


def test_values_of_all_kinds_come_back_together_each_to_its_key(vine):
    graph = {("k", kind): (made, kind) for kind in MAKERS}
    for key, value in zip(graph, vine.get(graph, list(graph))):
        assert same(value, made(key[1])), key


@pytest.mark.parametrize("kind", MAKERS)
def test_value_that_the_client_gets_is_also_what_a_task_gets(vine, kind):
    graph = {"a": (made, kind), "b": (same, "a", (made, kind))}
    value, is_same = vine.get(graph, ["a", "b"])
    assert is_same and same(value, made(kind))


def test_array_that_the_client_and_a_task_have_is_each_ones_own(vine):
    def spoil(array):
        array[:] = -1
        return float(array.sum())

    graph = {"a": (np.ones, 2_000_000), "b": (spoil, "a"), "c": (operator.methodcaller("sum"), "a")}
    array, spoilt, total = vine.get(graph, ["a", "b", "c"])
    assert (spoilt, total) == (-2e6, 2e6)
    array[0] = 5
    assert array.sum() == 2e6 + 4


@pytest.mark.parametrize("kind", MAKERS)
def test_result_as_a_table_has_the_value_in_it(vine, kind):
    table = vine.get({"a": (made, kind)}, "a", result_format="arrow")
    assert isinstance(table, Table) and table.num_rows >= 1
    assert same(decoded(table), made(kind))


def test_results_as_tables_have_the_shape_of_their_keys(vine):
    one, (two, three) = vine.get({"a": 1, "b": (operator.add, "a", 1.5), "c": (list, ["a"])}, ["a", ["b", "c"]], result_format="arrow")
    assert (one.column(0)[0], two.column(0)[0]) == (1, 2.5)
    assert decoded(three) == [1]


def test_table_of_a_frame_has_its_columns(vine):
    table = vine.get({"a": (made, "frame")}, "a", result_format="arrow")
    assert table.column_names[:2] == ["x", "s"] and list(table.column("x")) == [1, 2]


def test_result_format_that_is_none_is_refused(vine):
    with pytest.raises(ValueError, match="""result_format='arow', but must be "python" or "arrow\""""):
        vine.get({"a": 1}, "a", result_format="arow")


def test_result_format_in_a_task_is_kept(vine):
    table = vine.get({"a": (partial(nested, vine), 5)}, "a")
    assert table == 5


def nested(vine, value):
    table = vine.get({"x": value}, "x", result_format="arrow")
    return int(table.column("value")[0])


def decoded(table):
    from daskvine import values

    return values.loads(bytearray(table.to_stream()))
