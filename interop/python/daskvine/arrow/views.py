"""Columns of any table as numpy's arrays, in place where that can be, and as pandas' series."""

import json
from math import prod

import numpy

from daskvine.arrow.flatbuffers import ArrowError
from daskvine.arrow.lists import to_list

__all__ = ["to_array", "to_series"]

_KINDS = {"int": "i", "uint": "u", "float": "f"}


def to_array(field, chunks):
    """The chunks of a column as one array, a copy only of several chunks; None when it has no such form."""
    arrays = [_chunk(field, chunk) for chunk in chunks]
    if any(array is None for array in arrays):
        return None
    if not arrays:
        dtype = _dtype(field.type)
        return None if dtype is None or field.dictionary else numpy.empty(0, dtype)
    return arrays[0] if len(arrays) == 1 else numpy.concatenate(arrays)


def _dtype(kind):
    if kind[0] in _KINDS:
        return f"<{_KINDS[kind[0]]}{kind[1] // 8}"
    if kind[0] == "date":
        return "<M8[D]" if kind[1] == 32 else "<M8[ms]"
    if kind[0] == "timestamp":
        return f"<M8[{kind[1]}]"
    if kind[0] in ("duration", "time"):
        return f"<m8[{kind[-1]}]"
    return "bool" if kind[0] == "bool" else None


def _chunk(field, column):
    kind = column.type
    if column.dictionary is not None:
        return None
    if kind[0] == "fixed_list" and not column.nulls:
        return _rows(field, column)
    dtype = _dtype(kind)
    is_time = kind[0] in ("date", "time", "timestamp", "duration")
    if dtype is None or column.nulls and not is_time:
        return None
    if not column.length:
        return numpy.empty(0, dtype)
    if kind[0] == "bool":
        return _bits(column.buffers[1], column.length)
    stored = "<i4" if kind[:2] in (("date", 32), ("time", 32)) else dtype
    array = numpy.frombuffer(column.buffers[1], stored, column.length).astype(dtype, copy=False)
    if not column.nulls:
        return array
    valid = _bits(column.buffers[0], column.length)
    return numpy.where(valid, array, numpy.array("NaT", dtype))


def _bits(buffer, count):
    return numpy.unpackbits(numpy.frombuffer(buffer, "u1"), count=count, bitorder="little").view(bool)


def _rows(field, column):
    """Fixed lists of numbers as an array of one dimension more; tensors in the shape that their metadata tells."""
    child = column.children[0]
    items = _chunk(field.children[0], child)
    if items is None:
        return None
    size = column.type[1]
    items = items[:column.length * size].reshape(column.length, size, *items.shape[1:])
    described = dict(field.metadata)
    if described.get("ARROW:extension:name") != "arrow.fixed_shape_tensor":
        return items
    try:
        tensor = json.loads(described.get("ARROW:extension:metadata", ""))
        shape = tensor["shape"]
        axes = tensor.get("permutation") or list(range(len(shape)))
        if prod(shape) != size:
            raise ValueError(f"{size} elements in the shape {shape}")
        return items.reshape(column.length, *shape).transpose(0, *[axis + 1 for axis in axes])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ArrowError(f"column {field.name!r} is no tensor that can be read: {error}") from error


def to_series(field, chunks):
    """The chunks of a column as what pandas holds best."""
    import pandas

    kind = field.type
    if field.dictionary:
        return _categorical(chunks)
    array = to_array(field, chunks)
    if array is not None and array.ndim == 1:
        try:
            series = pandas.Series(array, copy=False)
            return _zoned(field, pandas.DatetimeIndex(series)) if kind[0] == "timestamp" and kind[2] else series
        except (pandas.errors.OutOfBoundsDatetime, pandas.errors.OutOfBoundsTimedelta):
            pass  # before pandas 2 all times are in nanoseconds, and objects where they do not fit
    rows = [row for chunk in chunks for row in to_list(chunk)]
    if kind[0] in ("int", "uint"):
        return pandas.array(rows, f"{'U' if kind[0] == 'uint' else ''}Int{kind[1]}")
    if kind[0] == "bool":
        return pandas.array(rows, "boolean")
    if kind[0] == "float":
        return numpy.array([numpy.nan if row is None else row for row in rows], _dtype(kind))
    objects = numpy.empty(len(rows), object)
    objects[:] = rows
    return pandas.Series(objects, dtype=object, copy=False)


def _zoned(field, moments):
    try:
        return moments.tz_localize("UTC").tz_convert(field.type[2])
    except (KeyError, ValueError, OSError) as error:
        raise ArrowError(f"column {field.name!r} is in the time zone {field.type[2]!r}, which is not known here") from error


def _categorical(chunks):
    """A categorical when the chunks share one dictionary of different values, else the values themselves."""
    import pandas

    rows = [row for chunk in chunks for row in to_list(chunk)]
    if chunks and all(chunk.dictionary is chunks[0].dictionary for chunk in chunks):
        values = [value for part in chunks[0].dictionary for value in to_list(part)]
        try:
            if None not in values and len(set(values)) == len(values):
                return pandas.Categorical(rows, values, ordered=chunks[0].ordered)
        except TypeError:
            pass  # lists and structs are no categories
    objects = numpy.empty(len(rows), object)
    objects[:] = rows
    return pandas.Series(objects, dtype=object, copy=False)
