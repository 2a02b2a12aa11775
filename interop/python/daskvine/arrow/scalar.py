"""Scalars of Python as rows, and rows as scalars: many small values travel as one stream."""

import itertools
import struct

from daskvine import values
from daskvine.arrow.columns import Column, Piece
from daskvine.arrow.flatbuffers import ArrowError
from daskvine.arrow.lists import to_list, views
from daskvine.arrow.messages import Stream, stream

__all__ = ["KINDS", "binary_column", "piece_of", "rows_of", "scalars", "text_column", "write_scalars"]

KINDS = frozenset(("scalar", "pickle5", "plain"))

_INT64, _UINT64 = range(-1 << 63, 1 << 63), range(1 << 64)
_SMALL_OFFSETS = (1 << 31) - 1
_EXTENSIONS = {"pickle5": "daskvine.pickle5", "plain": "daskvine.msgpack"}
_PLAIN_MARK = b"\xc1"
_TIMES = frozenset(("datetime", "date", "time", "timedelta"))


def piece_of(value):
    """An exact scalar of Python taken apart, or None when it is none or Arrow would lose something of it."""
    kind = type(value)
    if kind is bytearray:
        return Piece("scalar", {"python": "bytearray"}, [_binary_row(value)], 1)
    if kind is complex:
        parts = Column("item", ("float", 64), 2, [None, struct.pack("<dd", value.real, value.imag)], nullable=False)
        return Piece("scalar", {"python": "complex"}, [Column("value", ("fixed_list", 2), 1, [None], (parts,))], 1)
    if kind is bytes:
        return Piece("scalar", {}, [_binary_row(value)], 1)
    column = column_of("value", [value])
    return column and Piece("scalar", {}, [column], 1)


def column_of(name, scalars):
    """A column of exact scalars of one type (None, bool, int, float, str, bytes, those of datetime), or None."""
    kinds = set(map(type, scalars))
    if len(kinds) != 1:
        return None
    kind = kinds.pop()
    count = len(scalars)
    if kind is int:
        return _int_column(name, scalars)
    if kind is float:
        return Column(name, ("float", 64), count, [None, struct.pack(f"<{count}d", *scalars)])
    if kind is str:
        return text_column(name, scalars)
    if kind is bytes:
        return binary_column(name, scalars)
    if kind is bool:
        return Column(name, ("bool",), count, [None, _bits(scalars)])
    if kind is type(None):
        return Column(name, ("null",), count, (), nulls=count)
    return _time_column(name, kind, scalars) if kind.__module__ == "datetime" and kind.__name__ in _TIMES else None


def _bits(flags):
    number = int("".join(["1" if flag else "0" for flag in reversed(flags)]), 2)
    return number.to_bytes((len(flags) + 7) // 8, "little")


def _int_column(name, numbers):
    low, high = min(numbers), max(numbers)
    if low in _INT64 and high in _INT64:
        return Column(name, ("int", 64), len(numbers), [None, struct.pack(f"<{len(numbers)}q", *numbers)])
    if low in _UINT64 and high in _UINT64:
        return Column(name, ("uint", 64), len(numbers), [None, struct.pack(f"<{len(numbers)}Q", *numbers)])
    return None


def text_column(name, texts, validity=None, nulls=0):
    """A column of str, or None when one of them has a lone surrogate."""
    try:
        whole = "".join(texts)
        data = whole.encode()
        lengths = map(len, texts) if len(data) == len(whole) else [len(text.encode()) for text in texts]
    except UnicodeEncodeError:
        return None
    return _with_offsets(name, "utf8", lengths, data, validity, nulls)


def binary_column(name, binaries, validity=None, nulls=0):
    """A column of bytes."""
    return _with_offsets(name, "binary", map(len, binaries), b"".join(binaries), validity, nulls)


def _binary_row(value):
    """A column of one row that is the value's own memory."""
    return _with_offsets("value", "binary", [len(value)], memoryview(value), None, 0)


def _with_offsets(name, kind, lengths, data, validity, nulls):
    offsets = list(itertools.accumulate(lengths, initial=0))
    large = len(data) > _SMALL_OFFSETS
    packed = struct.pack(f"<{len(offsets)}{'q' if large else 'i'}", *offsets)
    return Column(name, ("large_" + kind if large else kind,), len(offsets) - 1, [validity, packed, data], nulls=nulls)


def _time_column(name, kind, moments):
    """Exact datetime (naive or UTC), date, time or timedelta, in microseconds; None for what is more than that."""
    import datetime

    if kind is datetime.date:
        days = [moment.toordinal() - 719163 for moment in moments]
        return Column(name, ("date", 32), len(days), [None, struct.pack(f"<{len(days)}i", *days)])
    microsecond = datetime.timedelta(0, 0, 1)
    if kind is datetime.timedelta:
        arrow, numbers = ("duration", "us"), [moment // microsecond for moment in moments]
    else:
        zones = {moment.tzinfo for moment in moments}
        if len(zones) > 1 or any(moment.fold for moment in moments):
            return None
        zone = zones.pop()
        if kind is datetime.time:
            arrow, midnight = ("time", 64, "us"), datetime.datetime(1, 1, 1)
            if zone is None:
                numbers = [(datetime.datetime.combine(midnight, moment) - midnight) // microsecond for moment in moments]
        else:
            arrow, epoch = ("timestamp", "us", "UTC" if zone else ""), datetime.datetime(1970, 1, 1, tzinfo=zone)
            if zone is None or zone is datetime.timezone.utc:
                numbers = [(moment - epoch) // microsecond for moment in moments]
        if zone is not None and (zone is not datetime.timezone.utc or kind is datetime.time):
            return None
    if min(numbers) not in _INT64 or max(numbers) not in _INT64:
        return None
    return Column(name, arrow, len(numbers), [None, struct.pack(f"<{len(numbers)}q", *numbers)])


def scalars(view, loads=values.loads):
    """The values in a stream of small values, one for each row. `loads` is given each row of kind pickle5.

    Raises ArrowError when the stream is damaged or holds something else, and what unpickling raises.
    """
    read = Stream(memoryview(view))
    metadata = dict(read.schema.metadata)
    kind = metadata.get("daskvine.value")
    if kind not in KINDS:
        raise ArrowError(f"not a stream of small values, but of kind {kind!r}")
    detail = {}
    if "daskvine.detail" in metadata:
        from daskvine.arrow.codec import detail_of

        detail = detail_of(metadata)
    rows = []
    for batch in read.batches:
        rows += rows_of(kind, detail, batch.columns, loads)
    return rows


def rows_of(kind, detail, columns, loads):
    """The values in the only column of a batch of a kind of KINDS."""
    if len(columns) != 1:
        raise ArrowError(f"values of kind {kind} are one column, not {len(columns)}")
    column, = columns
    if kind == "scalar":
        return _scalars(detail, column) if detail else to_list(column)
    if column.type[0] not in ("binary", "large_binary"):
        raise ArrowError(f"the rows of kind {kind} are of type {column.type[0]}, not binary")
    return [loads(row) for row in views(column)] if kind == "pickle5" else [_plain(row) for row in to_list(column)]


def _scalars(detail, column):
    """Values that are not what their rows are to everybody."""
    try:
        if "dtype" in detail:
            from daskvine.arrow import arrays

            return list(arrays.values_of(column, detail["dtype"], column.length))
        if "numpy" in detail:
            import numpy

            restored = {"str_": numpy.str_, "bytes_": numpy.bytes_}[detail["numpy"]]
        else:
            restored = {"bytearray": bytearray, "complex": lambda pair: complex(*pair)}[detail["python"]]
        return list(map(restored, to_list(column)))
    except (ArrowError, ImportError, MemoryError):
        raise
    except Exception as error:  # whatever a wrong detail may lead to
        raise ArrowError(f"the detail of a value of kind 'scalar' does not fit its column: {error!r}") from error


def _plain(row):
    import msgpack

    try:
        return msgpack.unpackb(row[1:] if row[:1] == _PLAIN_MARK else row, strict_map_key=False)
    except Exception as error:
        raise ArrowError(f"a row is no MessagePack value: {error}") from error


def write_scalars(rows, kind="scalar"):
    """The stream of rows: exact scalars of one type, or for kinds pickle5 and plain their bytes. Raises ValueError for others."""
    if kind == "scalar":
        column = column_of("value", rows)
    else:
        data = b"".join(rows)
        offsets = struct.pack(f"<{len(rows) + 1}q", *itertools.accumulate(map(len, rows), initial=0))
        metadata = (("ARROW:extension:name", _EXTENSIONS[kind]), ("ARROW:extension:metadata", ""))
        column = Column("value", ("large_binary",), len(rows), [None, offsets, data], metadata=metadata)
    if column is None:
        raise ValueError("these values are not scalars of one type")
    return bytes(stream([column], len(rows), (("daskvine.value", kind),)))
