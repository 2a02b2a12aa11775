"""Scalars of Python, and tuples, lists and dictionaries of values, as Arrow."""

import collections
import datetime
import decimal
import json
import math

import numpy as np
import pandas as pd
import pytest
from arrow_values import assert_same, travelled
from daskvine import arrow
from daskvine.arrow.messages import Stream
from hypothesis import given, settings
from hypothesis import strategies as st

SCALARS = [
    None, True, False, 0, -1, 2**63 - 1, -(2**63), 2**63, 2**64 - 1, 1.5, -0.0, math.inf, -math.nan, "", "text", "nul\0é\U0001F600",
    "x" * 5000, b"", b"ab\0", bytes(5000), bytearray(), bytearray(b"xy" * 5000), 1 + 2j, complex(-0.0, math.nan),
    datetime.date(1, 1, 1), datetime.date(9999, 12, 31), datetime.datetime(1, 1, 1), datetime.datetime(2020, 1, 2, 3, 4, 5, 6),
    datetime.datetime(2020, 1, 2, 3, 4, 5, 6, datetime.timezone.utc), datetime.time(23, 59, 59, 999999), datetime.timedelta(-1, 5, 7)]
LEFT_TO_PICKLE = [
    2**64, -(2**63) - 1, "\ud800", {1, 2}, frozenset(), range(3), slice(1), object(), int, len, decimal.Decimal(1), Ellipsis,
    datetime.datetime(2020, 1, 1, fold=1), datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=1))),
    datetime.time(1, tzinfo=datetime.timezone.utc), datetime.timedelta.max, memoryview(b"a"), collections.OrderedDict(a=1),
    collections.namedtuple("Pair", "a b")(1, 2), type("Text", (str,), {})("a"), type("Number", (int,), {})(1), lambda: 1]


@pytest.mark.parametrize("value", SCALARS, ids=lambda value: repr(value)[:20])
def test_scalar_comes_back_the_same(value):
    assert_same(travelled(value), value)
    assert_same(travelled({"a": [(value,), 1]}), {"a": [(value,), 1]})


@pytest.mark.parametrize("value", LEFT_TO_PICKLE, ids=lambda value: repr(value)[:20])
def test_value_that_arrow_would_lose_has_no_stream(value):
    assert arrow.encode(value) is None
    assert arrow.encode([value]) is None
    assert arrow.encode({"a": (1, value)}) is None


@pytest.mark.parametrize("value", [
    [], (), {}, [[]], ((),), [(), ()], {"a": {}}, [1, "a", None, 2.5, True], {"x": np.arange(3), "y": [np.zeros((2, 2)), {}]},
    {1: "a", None: "b", (1, "x"): "c", 2.5: "d", "f": "e"}, list(range(1000)), tuple(map(float, range(1000))),
    ["é", "", "nul\0"] * 10, [True, False] * 9, [b"a", b""] * 9, {f"k{index}": float(index) for index in range(1000)},
    [1, 2.0] * 20, (pd.DataFrame({"a": [1, 2]}), pd.Series(["x", None]), pd.Index([1, 2])), [pd.DataFrame()], [pd.DataFrame(index=[1, 2])],
    {"array": np.array(5.0), "one": np.zeros(1), "none": np.zeros(0), "text": np.array(["a", "b"]), "scalar": np.float32(3)},
    [pd.Series(pd.Categorical(["a", "b"])), pd.Series(pd.Categorical(["x"]))], [2**63] * 20, [-1, 2**62] * 10, [math.nan, math.inf],
    {"when": datetime.datetime(2020, 1, 1), "bytes": bytearray(b"a" * 3000), "complex": 1j}, [(1, 2), (3, 4)]],
    ids=lambda value: repr(value)[:30])
def test_tree_comes_back_the_same(value):
    assert_same(travelled(value), value)


def nested(depth):
    return [nested(depth - 1)] if depth else []


def twice(value):
    return [value, value]


@pytest.mark.parametrize("value", [
    twice([]), twice({}), twice((1,)), twice(np.zeros(3)), twice(bytearray(b"a")), twice(pd.Series([1])),
    {"a": (shared := [1]), "b": (shared,)},
    ["x" * 2000] * 2, ["x" * 2_000_000] * 100, nested(60), [object()] * 20, ["\ud800"] * 20, [2**64] * 20, [-1, 2**64 - 1] * 10,
    [np.zeros(1) for _ in range(5000)], {"a": np.array([object()])}], ids=lambda value: repr(value)[:30])
def test_tree_that_arrow_would_lose_has_no_stream(value):
    assert arrow.encode(value) is None


class Nameless:
    """A class of a module that is not named."""

    __module__ = None


class Impostor:
    """What says to be numpy's."""

    __module__ = "numpy"


def test_value_of_a_strange_class_has_no_stream():
    from daskvine.arrow.tables import TableField

    for value in (Nameless(), Impostor(), TableField("a", "int64", True, {}), arrow.ArrowError("a")):
        assert arrow.encode(value) is None


def test_tree_of_very_many_things_has_no_stream():
    assert arrow.encode([(number,) for number in range(300_000)]) is None
    assert arrow.encode(list(range(300_000))) is not None


def test_tree_that_holds_itself_has_no_stream():
    value = []
    value.append(value)
    assert arrow.encode(value) is None


def test_tree_deepest_is_read_by_readers_of_64_levels():
    deepest = next(depth for depth in range(60, 0, -1) if arrow.encode(nested(depth)) is not None)
    assert_same(travelled(nested(deepest)), nested(deepest))
    value = {}
    for _ in range(deepest - 1):
        value = {"a": value}
    encoded = arrow.encode(value)
    detail = dict(Stream(memoryview(bytes(encoded))).schema.metadata)["daskvine.detail"]
    deep = level = 0
    for letter in detail:
        level += (letter in "[{") - (letter in "]}")
        deep = max(deep, level)
    assert 20 < deep <= 64
    assert_same(travelled(value), value)


def test_tree_arrays_are_copied_neither_out_nor_in():
    array = np.arange(10_000)
    encoded = arrow.encode({"a": [array]})
    assert any(np.shares_memory(np.frombuffer(part, "u1"), array) for part in encoded.parts if len(part))
    stream = bytearray(bytes(encoded))
    result = arrow.decode(stream)["a"][0]
    assert np.shares_memory(result, np.frombuffer(stream, "u1"))
    assert (result.__array_interface__["data"][0] - np.frombuffer(stream, "u1").__array_interface__["data"][0]) % 64 == 0


def test_tree_shape_is_json_that_others_can_read():
    encoded = arrow.encode({"a": 1, "b": (2.5, None), "c": np.arange(2)})
    detail = json.loads(dict(Stream(memoryview(bytes(encoded))).schema.metadata)["daskvine.detail"])
    array = {"column": 0, "kind": "array", "detail": {"dtype": "<i8"}, "rows": 2}
    assert detail == {"tree": {"dict": [["a", "b", "c"], [1, {"tuple": [2.5, None]}, array]]}}


def test_bytes_large_are_not_copied_out():
    value = bytes(100_000)
    assert any(len(part) == len(value) and memoryview(part).obj is value for part in arrow.encode(value).parts)


SPAN = datetime.timedelta(days=106_000_000)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(st.characters(blacklist_categories=["Cs"]))
    | st.binary() | st.complex_numbers() | st.datetimes().filter(lambda moment: not moment.fold) | st.timedeltas(-SPAN, SPAN),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(st.characters(blacklist_categories=["Cs"])), inner)
    | st.lists(st.floats(), min_size=10) | st.lists(st.integers(0, 2**63 - 1), min_size=10))


@settings(max_examples=100, deadline=None)
@given(VALUES)
def test_tree_any_comes_back_the_same(value):
    assert_same(travelled(value), value)
