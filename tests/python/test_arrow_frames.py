"""pandas as Arrow: frames, series and indexes come back the same, or are no Arrow at all."""

import datetime
import zoneinfo

import numpy as np
import pandas as pd
import pytest
import pytz
from arrow_values import assert_same, travelled
from daskvine import arrow
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import pandas as hpd

COLUMNS = {
    "int": [1, 2, 3], "float": [1.5, np.nan, -0.0], "bool": [True, False, True], "int8": np.array([1, 2, 3], "i1"),
    "float16": np.array([1, 2, 3], "f2"), "complex": [1j, 2, 3], "uint64": np.array([1, 2, 2**64 - 1], "u8"),
    "text": ["a", "é", ""], "text-none": ["a", None, "c"], "text-nan": ["a", np.nan, "c"], "none": [None, None, None],
    "bytes": [b"a", b"", b"\xff"], "moments": pd.to_datetime(["2020-01-01", None, "1969-12-31 23:59:59.123456789"]),
    "spans": pd.to_timedelta([1, None, 3], "h"), "utc": pd.to_datetime(["2020", None, "2021"]).tz_localize("UTC"),
    "berlin": pd.date_range("2021-03-27 12:00", periods=3, tz="Europe/Berlin"),
    "zoneinfo": pd.to_datetime(["2020", None, "2021"]).tz_localize(zoneinfo.ZoneInfo("Asia/Tokyo")),
    "timezone": pd.to_datetime(["2020", None, "2021"]).tz_localize(datetime.timezone.utc),
    "category": pd.Categorical(["b", None, "a"]), "ordered": pd.Categorical(["b", "a", "a"], ["b", "a"], ordered=True),
    "category-int": pd.Categorical([3, 1, 3]), "category-time": pd.Categorical(pd.to_datetime(["2020", "2021", None])),
    "category-unused": pd.Categorical(["a", "a", "a"], ["z", "a"]),
    "category-range": pd.Categorical.from_codes([0, 1, -1], pd.RangeIndex(2)),
    "category-none": pd.Categorical([None, None, None]), "Int64": pd.array([1, None, 3], "Int64"), "UInt8": pd.array([1, 2, 3], "UInt8"),
    "Float32": pd.array([1.5, None, 3], "Float32"), "boolean": pd.array([True, None, False], "boolean"),
    "string": pd.array(["a", None, "é"], "string"),
}
INDEXES = {
    "range": pd.RangeIndex(5, 11, 2, name="r"), "int": pd.Index([3, 1, 2]), "text": pd.Index(["b", "a", "ç"], name="t"),
    "text-none": pd.Index(["b", None, "c"]), "float": pd.Index([1.5, np.nan, 0]), "uint": pd.Index(np.array([1, 2, 3], "u8")),
    "bool": pd.Index([True, False, True]), "times": pd.DatetimeIndex(["2020", None, "2019"]),
    "days": pd.date_range("2020", periods=3, name="d"),
    "months": pd.date_range("2020", periods=3, freq="M"), "zoned": pd.date_range("2021-03-27", periods=3, tz="Europe/Berlin", freq="D"),
    "hours": pd.timedelta_range("1h", periods=3, freq="H"), "spans": pd.TimedeltaIndex([1, 5, 2]),
    "category": pd.CategoricalIndex(["a", None, "b"], name=("x", 1)), "number-name": pd.Index([1, 2, 3], name=5),
    "multi": pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)], names=["x", None]),
    "multi-missing": pd.MultiIndex.from_arrays([["a", None, "b"], pd.to_datetime(["2020", "2021", None])]),
    "multi-unused": pd.MultiIndex.from_product([["a", "b"], [1, 2]])[:3],
}


@pytest.mark.parametrize("name", COLUMNS)
def test_series_every_dtype_comes_back_the_same(name):
    series = pd.Series(COLUMNS[name], name=name)
    assert_same(travelled(series), series)
    assert_same(travelled(series.iloc[:0]), series.iloc[:0])
    assert_same(travelled(series[::-1]), series[::-1])


@pytest.mark.parametrize("name", INDEXES)
def test_index_every_kind_comes_back_the_same(name):
    index = INDEXES[name]
    assert_same(travelled(index), index)
    frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", None, "y"]}, index=index)
    assert_same(travelled(frame), frame)
    assert_same(travelled(frame["b"]), frame["b"])
    assert_same(travelled(frame.iloc[:0]), frame.iloc[:0])


def test_frame_of_every_dtype_comes_back_the_same():
    frame = pd.DataFrame(COLUMNS)
    assert_same(travelled(frame), frame)


@pytest.mark.parametrize("columns", [
    ["a", "a", "b"], [1, 2, 3], range(3), [("x", 1), "y", None], pd.Index([1.5, 2.5, 3.5], name="n"), pd.Index(["a", "b", "c"], name=0),
    pd.Index([True, False, True]), pd.Index([(1, 2), (3, 4), (5, 6)], tupleize_cols=False)],
    ids=["twice", "numbers", "range", "mixed", "floats", "named", "bools", "tuples"])
def test_frame_any_labels_come_back_the_same(columns):
    frame = pd.DataFrame(np.arange(6).reshape(2, 3), columns=columns)
    assert_same(travelled(frame), frame)


@pytest.mark.parametrize("frame", [
    pd.DataFrame(), pd.DataFrame(index=[1, 2]), pd.DataFrame(columns=["a", "b"]), pd.DataFrame({"a": []}),
    pd.DataFrame(np.asfortranarray(np.arange(6.0).reshape(2, 3)))], ids=["empty", "index", "labels", "rows", "fortran"])
def test_frame_with_little_in_it_comes_back_the_same(frame):
    assert_same(travelled(frame), frame)


def test_frame_attributes_travel():
    frame = pd.DataFrame({"a": [1]})
    frame.attrs = {"unit": "GeV", "runs": (1, 2), "cut": None}
    series = frame["a"]
    series.attrs = {"x": 1.5}
    assert_same(travelled(frame), frame)
    assert_same(travelled(series), series)
    frame.attrs["array"] = np.arange(3)
    assert arrow.encode(frame) is None


class Mine(pd.DataFrame):
    """A subclass, which Arrow does not know."""


def no_duplicates():
    return pd.DataFrame({"a": [1]}).set_flags(allows_duplicate_labels=False)


@pytest.mark.parametrize("value", [
    pd.Series([1, "a"]), pd.Series(["a", None, np.nan]), pd.Series([np.nan, 1.5], dtype=object), pd.Series([True, None]),
    pd.Series(["a", pd.NA]), pd.Series(["\ud800"]), pd.Series(pd.period_range("2020", periods=2)), pd.Series(pd.arrays.SparseArray([0, 1])),
    pd.Series(pd.interval_range(0, 2)), pd.Series(pd.Categorical([pd.Interval(0, 1)])), pd.Series([1], name=datetime.date(2020, 1, 1)),
    pd.Series([(1, 2)]), pd.Series(["a", -np.float64("nan")]), pd.Series(pd.Categorical([1, "a"])),
    pd.to_datetime(["2020"]).tz_localize(pytz.FixedOffset(90)), pd.to_datetime(["2020"]).tz_localize("dateutil/Europe/Berlin"),
    pd.period_range("2020", periods=2), pd.interval_range(0, 2),
    pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")])), pd.DataFrame([[1]], columns=pd.to_datetime(["2020"])),
    pd.DataFrame([[1]], columns=["\ud800"]), Mine({"a": [1]}), no_duplicates(), pd.Timestamp("2020"), pd.NaT, pd.NA,
    pd.DataFrame({"a": [1]}).groupby("a")], ids=repr)
def test_pandas_that_arrow_would_lose_has_no_stream(value):
    assert arrow.encode(value) is None


def test_series_of_repeated_long_text_is_left_to_pickle():
    assert arrow.encode(pd.Series(["x" * 100_000] * 1000)) is None
    assert arrow.encode(pd.Series(["x" * 10] * 1000)) is not None


def test_frame_missing_values_under_a_mask_keep_their_bits():
    array = pd.arrays.IntegerArray(np.array([1, 99, 3]), np.array([False, True, False]))
    assert list(travelled(pd.Series(array)).array._data) == [1, 99, 3]


def test_frame_numbers_are_copied_neither_out_nor_in():
    series = pd.Series(np.arange(1000.0))
    frame = pd.DataFrame({"a": series}, copy=False)
    assert any(
        np.shares_memory(np.frombuffer(part, "u1"), frame["a"].to_numpy()) for part in arrow.encode(frame).parts if len(part))
    stream = bytearray(bytes(arrow.encode(frame)))
    result = arrow.decode(stream)
    assert np.shares_memory(result["a"].to_numpy(), np.frombuffer(stream, "u1"))
    result.iloc[0, 0] = 7.0
    assert result.iloc[0, 0] == 7.0


@pytest.mark.parametrize("name", [
    "int", "float", "bool", "float16", "complex", "moments", "spans", "Int64", "Float32", "boolean", "category"])
def test_series_numbers_lie_in_the_stream(name):
    series = pd.Series(COLUMNS[name])
    encoded = arrow.encode(series)
    assert any(np.shares_memory(np.frombuffer(part, "u1"), numbers_of(series)) for part in encoded.parts if len(part))
    stream = bytearray(bytes(encoded))
    assert np.shares_memory(numbers_of(arrow.decode(stream)), np.frombuffer(stream, "u1"))


def numbers_of(series):
    """The memory of a series' numbers, or codes."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        return series.array.codes
    return series.array._data if hasattr(series.array, "_mask") else series.to_numpy()


@settings(max_examples=100, deadline=None)
@given(hpd.data_frames(columns=[
    hpd.column("a", dtype=int), hpd.column("b", dtype=float), hpd.column("c", dtype=bool), hpd.column("d", dtype="M8[ns]")],
    index=hpd.range_indexes() | hpd.indexes(dtype=int) | hpd.indexes(dtype=float)))
def test_frame_any_comes_back_the_same(frame):
    assert_same(travelled(frame), frame)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.characters(blacklist_categories=["Cs"])) | st.none()), st.sampled_from([object, "string", "category"]))
def test_series_any_text_comes_back_the_same(texts, dtype):
    series = pd.Series(texts, dtype=dtype)
    assert_same(travelled(series), series)


def test_index_of_several_levels_takes_no_more_memory_than_it_did():
    frame = pd.DataFrame({"a": ["p", "q", "p"], "b": [1, 2, 3], "c": [5.0, 6.0, 7.0]}).groupby(["a", "b"]).sum()
    decoded = arrow.decode(memoryview(bytearray(bytes(arrow.encode(frame)))))
    assert decoded.index.memory_usage() == frame.index.memory_usage()


def test_index_of_several_levels_that_names_what_they_have_not_is_refused():
    frame = pd.DataFrame({"c": [5.0, 6.0]}, index=pd.MultiIndex.from_arrays([["p", "q"], [1, 2]]))
    frame.index = pd.MultiIndex(frame.index.levels, [[0, 7], [0, 1]], verify_integrity=False)
    stream = bytearray(bytes(arrow.encode(frame)))
    with pytest.raises(arrow.ArrowError, match="names values that its levels do not have|dictionary"):
        arrow.decode(memoryview(stream))
