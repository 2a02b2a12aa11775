"""What the tests of the Arrow codec share: round trips, and a comparison that overlooks nothing."""

import math
import struct

import numpy as np
import pandas as pd

from daskvine import arrow


def travelled(value):
    """The value after a stream of it, in memory that is writable."""
    encoded = arrow.encode(value)
    assert encoded is not None, f"{value!r} has no Arrow form"
    return arrow.decode(bytearray(bytes(encoded)))


def assert_same(actual, expected):
    """Fails unless the two are the same to the last bit: type, dtype, shape, order, flags, index, names."""
    assert type(actual) is type(expected)
    check = {
        np.ndarray: _same_arrays, pd.DataFrame: _same_frames, pd.Series: _same_series, dict: _same_dicts, list: _same_items,
        tuple: _same_items}.get(type(expected))
    if isinstance(expected, pd.Index):
        check = _same_indexes
    if isinstance(expected, (np.str_, np.bytes_)):
        assert actual == expected and len(actual) == len(expected)
    elif isinstance(expected, np.generic):
        assert actual.dtype == expected.dtype and actual.tobytes() == expected.tobytes()
    elif check:
        check(actual, expected)
    elif type(expected) in (float, complex):
        parts = [(number.real, number.imag) for number in (actual, expected)]
        assert struct.pack("<dd", *parts[0]) == struct.pack("<dd", *parts[1])
    else:
        assert actual is expected or actual == expected


def _same_arrays(actual, expected):
    assert actual.dtype.str == expected.dtype.str
    assert actual.shape == expected.shape
    assert actual.flags.writeable == expected.flags.writeable
    if expected.flags.c_contiguous or expected.flags.f_contiguous:
        assert actual.flags.c_contiguous == expected.flags.c_contiguous
        assert actual.flags.f_contiguous == expected.flags.f_contiguous
    assert actual.tobytes("A") == expected.tobytes("A") if expected.flags.forc else actual.tobytes() == expected.tobytes()


def _same_items(actual, expected):
    assert len(actual) == len(expected)
    for one, other in zip(actual, expected):
        assert_same(one, other)


def _same_dicts(actual, expected):
    _same_items(list(actual), list(expected))
    _same_items(list(actual.values()), list(expected.values()))


def _same_frames(actual, expected):
    pd.testing.assert_frame_equal(
        actual, expected, check_exact=True, check_freq=True, check_column_type="exact", check_index_type="exact")
    _same_indexes(actual.index, expected.index)
    _same_indexes(actual.columns, expected.columns)
    assert actual.attrs == expected.attrs
    for position in range(expected.shape[1]):
        _same_elements(actual.iloc[:, position], expected.iloc[:, position])


def _same_series(actual, expected):
    pd.testing.assert_series_equal(actual, expected, check_exact=True, check_freq=True, check_index_type="exact")
    assert_same(actual.name, expected.name)
    assert actual.attrs == expected.attrs
    _same_indexes(actual.index, expected.index)
    _same_elements(actual, expected)


def _same_indexes(actual, expected):
    pd.testing.assert_index_equal(actual, expected, exact=True, check_exact=True, check_categorical=True)
    assert actual.names == expected.names
    assert getattr(actual, "freq", None) == getattr(expected, "freq", None)
    if isinstance(expected, pd.MultiIndex):
        for one, other in zip(actual.levels, expected.levels):
            _same_indexes(one, other)
    else:
        _same_elements(actual, expected)


def _same_elements(actual, expected):
    """The same dtype and objects: NaN is not None, and 1 is not True."""
    assert actual.dtype == expected.dtype and str(actual.dtype) == str(expected.dtype)
    if isinstance(expected.dtype, pd.DatetimeTZDtype):
        assert actual.dtype.tz is expected.dtype.tz
    if expected.dtype != object:
        return
    for one, other in zip(actual, expected):
        assert type(one) is type(other)
        assert one == other or one is other or math.isnan(one) and math.isnan(other)
