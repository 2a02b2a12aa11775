"""One column of pandas, by its dtype: numbers in place, text, categories, time zones, and those with a mask."""

from daskvine.arrow import arrays, scalar, trees
from daskvine.arrow.columns import Column
from daskvine.arrow.flatbuffers import ArrowError
from daskvine.arrow.lists import to_list

__all__ = ["coded", "column_of", "freq_text", "restore", "restore_coded", "restore_index", "string_detail", "string_dtype"]

_MASKED = frozenset((
    "Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64", "Float32", "Float64", "boolean"))


def column_of(name, values):
    """A Series or Index as (column, detail), or None for what Arrow would lose something of."""
    import numpy
    import pandas

    dtype = values.dtype
    if isinstance(dtype, numpy.dtype):
        array = values.to_numpy()
        return _object_column(name, array) if dtype.kind == "O" else _number_column(name, array)
    array = values.array
    if type(dtype) is pandas.CategoricalDtype:
        return coded(name, array.codes, array.categories, bool(array.ordered))
    if type(dtype) is pandas.DatetimeTZDtype:
        return _zoned_column(name, array, dtype)
    if type(dtype) is pandas.StringDtype:
        column = _text_column(name, numpy.asarray(array, object), lambda missing: missing is dtype.na_value)
        return column and (column, {"string": string_detail(dtype)})
    if str(dtype) in _MASKED and hasattr(array, "_mask"):
        return _masked_column(name, array, str(dtype))
    return None


def string_detail(dtype):
    """A StringDtype as storage and what is missing in it."""
    import pandas

    return [dtype.storage, "NA" if dtype.na_value is pandas.NA else "nan"]


def string_dtype(detail):
    """The StringDtype of string_detail; one whose missing values are NaN takes pandas 3."""
    import pandas

    return pandas.StringDtype(detail[0]) if detail[1] == "NA" else pandas.StringDtype(detail[0], na_value=_nan())


def _number_column(name, array):
    import numpy

    column = arrays.column_of(name, numpy.ascontiguousarray(array))
    return column and (column, {"dtype": array.dtype.str})


def _object_column(name, array):
    """Objects that are all str (or bytes), or None, or numpy's NaN."""
    kinds = set(map(type, array))
    if kinds == {bytes}:
        values = array.tolist()
        return None if trees.is_repetitive(values) else (scalar.binary_column(name, values), {"object": "bytes"})
    if kinds <= {str, type(None)}:
        column = _text_column(name, array, lambda missing: missing is None)
        return column and (column, {"object": "none"})
    if kinds <= {str, float}:
        bits = _nan().hex(), _nan_bits(_nan())
        column = _text_column(name, array, lambda missing: (missing.hex(), _nan_bits(missing)) == bits)
        return column and (column, {"object": "nan"})
    return None


def _nan():
    import numpy

    return numpy.nan


def _nan_bits(number):
    import struct

    return struct.pack("<d", number)


def _text_column(name, objects, is_missing):
    """Objects as text, nulls where they are no str; None when is_missing is not true of those, or text is no UTF-8."""
    import numpy

    texts = objects.tolist()
    valid = [type(text) is str for text in texts]
    nulls = len(valid) - sum(valid)
    validity = None
    if nulls:
        if not all([is_str or is_missing(text) for text, is_str in zip(texts, valid)]):
            return None
        texts = [text if is_str else "" for text, is_str in zip(texts, valid)]
        validity = arrays.pack(numpy.array(valid, bool))
    return None if trees.is_repetitive(texts) else scalar.text_column(name, texts, validity, nulls)


def coded(name, codes, categories, ordered):
    """Codes (-1 for what is missing) and the Index of what they stand for, as (column, detail) of a dictionary; or None."""
    import pandas

    if type(categories) is pandas.CategoricalIndex or type(categories).__name__ in ("MultiIndex", "IntervalIndex", "PeriodIndex"):
        return None
    detail = {"ordered": ordered}
    if type(categories) is pandas.RangeIndex:
        detail["range"] = [categories.start, categories.stop, categories.step]
        categories = pandas.Index(categories.to_numpy())
    names = trees.inline(categories.name)
    if names is None:
        return None
    if names[0] is not None:
        detail["name"] = names[0]
    if getattr(categories, "freq", None) is not None:
        detail["freq"] = freq_text(categories)
        if detail["freq"] is None:
            return None
    made = column_of("values", categories)
    column = _number_column(name, codes)
    if made is None or column is None:
        return None
    column = column[0]
    missing = codes < 0
    nulls = int(missing.sum())
    validity = arrays.pack(~missing) if nulls else None
    return Column(
        name, column.type, column.length, [validity, column.buffers[1]], nulls=nulls, dictionary=(made[0],), ordered=ordered), {
            **detail, "codes": codes.dtype.str, "categories": made[1]}


def freq_text(index):
    """The frequency of an index as text that pandas reads as the same; None when there is none."""
    from pandas.tseries.frequencies import to_offset

    try:
        return index.freqstr if to_offset(index.freqstr) == index.freq else None
    except ValueError:
        return None


def _zoned_column(name, array, dtype):
    zone = _zone_detail(dtype.tz)
    if zone is None:
        return None
    made = _number_column(name, array.asi8.view(f"M8[{dtype.unit}]"))
    if made is None:
        return None
    column, detail = made
    column.type = ("timestamp", dtype.unit, str(dtype.tz))
    return column, {**detail, "zone": zone}


def _zone_detail(zone):
    """How to find a time zone again; None when that would be another one."""
    described = {
        "zoneinfo": lambda: ["zoneinfo", zone.key], "datetime": lambda: ["utc"],
        "pytz": lambda: ["pytz", zone.zone]}.get(type(zone).__module__.partition(".")[0])
    try:
        detail = described() if described else None
        return detail if detail and _zone_of(detail) is zone else None
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _zone_of(detail):
    if detail[0] == "utc":
        import datetime

        return datetime.timezone.utc
    if detail[0] == "zoneinfo":
        import zoneinfo

        return zoneinfo.ZoneInfo(detail[1])
    import pytz

    return pytz.timezone(detail[1])


def _masked_column(name, array, dtype):
    import numpy

    column, detail = _number_column(name, array._data)
    missing = numpy.ascontiguousarray(array._mask)
    nulls = int(missing.sum())
    column.nulls = nulls
    column.buffers[0] = arrays.pack(~missing) if nulls else None
    return column, {**detail, "masked": dtype}


def restore(detail, column, rows):
    """The array, pandas' or numpy's, of a column that column_of made."""
    import pandas

    if "categories" in detail:
        codes, categories = restore_coded(detail, column, rows)
        return pandas.Categorical.from_codes(codes, categories, detail["ordered"])
    if "object" in detail:
        return _objects(column, rows, _nan() if detail["object"] == "nan" else None)
    if "string" in detail:
        dtype = string_dtype(detail["string"])
        return pandas.array(_objects(column, rows, dtype.na_value), dtype)
    if "zone" in detail:
        return _zoned(detail, column, rows, None).array
    array = arrays.values_of(column, detail["dtype"], rows)
    if "masked" in detail:
        return _masked(detail["masked"], array, column)
    return array


def _masked(dtype, array, column):
    import numpy
    import pandas

    valid = numpy.ones(len(array), bool)
    if column.nulls:
        valid = numpy.unpackbits(numpy.frombuffer(column.buffers[0], "u1"), count=len(array), bitorder="little").view(bool)
    kinds = {"I": pandas.arrays.IntegerArray, "U": pandas.arrays.IntegerArray, "F": pandas.arrays.FloatingArray}
    return kinds.get(dtype[0], pandas.arrays.BooleanArray)(array, ~valid, copy=False)


def _objects(column, rows, missing):
    import numpy

    values = to_list(column)
    if len(values) != rows:
        raise ArrowError(f"column {column.name!r} has {len(values)} rows, not {rows}")
    if missing is not None:
        values = [missing if value is None else value for value in values]
    objects = numpy.empty(rows, object)
    objects[:] = values
    return objects


def _zoned(detail, column, rows, freq):
    import pandas

    if column.type[0] != "timestamp":
        raise ArrowError(f"column {column.name!r} of type {column.type[0]} has no time zone")
    plain = Column(column.name, (*column.type[:2], ""), column.length, column.buffers, nulls=column.nulls)
    moments = pandas.DatetimeIndex(arrays.values_of(plain, detail["dtype"], rows)).tz_localize("UTC").tz_convert(_zone_of(detail["zone"]))
    return pandas.DatetimeIndex(moments, freq=freq) if freq else moments


def restore_coded(detail, column, rows):
    """The codes of a dictionary and the Index of what they stand for."""
    import pandas

    if not column.dictionary or len(column.dictionary) != 1:
        raise ArrowError(f"column {column.name!r} is no dictionary")
    codes = arrays.values_of(
        Column(column.name, column.type, column.length, column.buffers, nulls=column.nulls), detail["codes"], rows)
    name = trees.from_shape(detail.get("name"))
    if "range" in detail:
        return codes, pandas.RangeIndex(*detail["range"], name=name)
    values = column.dictionary[0]
    return codes, restore_index(detail["categories"], values, values.length, name, detail.get("freq"))


def restore_index(detail, column, rows, name, freq):
    """The Index of a column that column_of made of one."""
    import pandas

    if "zone" in detail:
        return _zoned(detail, column, rows, freq).rename(name)
    values = restore(detail, column, rows)
    if freq:
        return (pandas.DatetimeIndex if values.dtype.kind == "M" else pandas.TimedeltaIndex)(values, freq=freq, name=name)
    dtype = object if "object" in detail else None
    return pandas.Index(values, dtype=dtype, name=name, tupleize_cols=False)
