"""Columns as lists of Python objects, without numpy."""

import struct

from daskvine.arrow.flatbuffers import ArrowError
from daskvine.arrow.schema import LARGE

__all__ = ["bits", "offsets_of", "to_list", "views"]

_CODES = {
    ("int", 8): "b", ("int", 16): "h", ("int", 32): "i", ("int", 64): "q", ("uint", 8): "B", ("uint", 16): "H", ("uint", 32): "I",
    ("uint", 64): "Q", ("float", 32): "f", ("float", 64): "d"}
_BITS = [tuple([bool(byte >> bit & 1) for bit in range(8)]) for byte in range(256)]
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_DAYS_BEFORE_EPOCH = 719163


def to_list(column):
    """The rows of a column: int, float, bool, str, bytes, Decimal, list, dict (struct), pairs (map), None.

    Dates and times are those of datetime, but nanoseconds: numpy.datetime64 and timedelta64 where numpy can be imported, else (and for a
    time of day) whole numbers. Raises ArrowError for what does not fit these.
    """
    rows = _dictionary(column) if column.dictionary is not None else _READERS[column.type[0]](column)
    if column.nulls and column.type[0] != "null" and column.buffers[0] is not None:
        return [row if valid else None for row, valid in zip(rows, bits(column.buffers[0], column.length))]
    return list(rows)


def bits(buffer, count):
    """The first count bits of a buffer, as bools."""
    rows = []
    for byte in buffer[:(count + 7) // 8]:
        rows += _BITS[byte]
    del rows[count:]
    return rows


def offsets_of(column, end):
    """The offsets of a column, one more than its rows. Raises ArrowError when they lead beyond end or back."""
    large = column.type[0] in LARGE
    size = (column.length + 1) * (8 if large else 4)
    buffer = column.buffers[1]
    if not column.length and len(buffer) < size:
        return [0]
    offsets = memoryview(buffer)[:size].cast("q" if large else "i").tolist()
    if offsets[0] < 0 or offsets[-1] > end or sorted(offsets) != offsets:
        raise ArrowError(f"damaged Arrow batch: column {column.name!r} has offsets that are out of order")
    return offsets


def _numbers(column):
    code = _CODES[column.type[:2]]
    return memoryview(column.buffers[1])[:column.length * struct.calcsize(code)].cast(code).tolist()


def _floats(column):
    if column.type[1] == 16:
        return struct.unpack_from(f"<{column.length}e", column.buffers[1])
    return _numbers(column)


def views(column):
    """The rows of a column of bytes, where they are. Raises ArrowError."""
    data = memoryview(column.buffers[2])
    offsets = offsets_of(column, len(data))
    return [data[start:end] for start, end in zip(offsets, offsets[1:])]


def _binaries(column):
    return list(map(bytes, views(column)))


def _texts(column):
    data = column.buffers[2]
    offsets = offsets_of(column, len(data))
    first = offsets[0]
    try:
        text = str(data[first:offsets[-1]], "utf-8")
        if column.length == 1:
            return [text]
        if first:
            offsets = [offset - first for offset in offsets]
        if len(text) == offsets[-1]:  # one byte for each character
            return [text[start:end] for start, end in zip(offsets, offsets[1:])]
        data = text.encode()
        return [data[start:end].decode() for start, end in zip(offsets, offsets[1:])]
    except UnicodeDecodeError as error:
        if column.nulls:  # what stands under a null may be anything
            return [str(data[start:end], "utf-8", "replace") for start, end in zip(offsets, offsets[1:])]
        raise ArrowError(f"damaged Arrow batch: column {column.name!r} is no UTF-8: {error}") from error


def _fixed_binaries(column):
    width, data = column.type[1], column.buffers[1]
    return [bytes(data[row * width:(row + 1) * width]) for row in range(column.length)]


def _decimals(column):
    from decimal import Context, Decimal

    exact, scale = Context(prec=80), -column.type[3]
    if abs(scale) > 1000:
        raise ArrowError(f"column {column.name!r} has decimals of scale {-scale}, which is not supported")
    width, data = column.type[1] // 8, column.buffers[1]
    numbers = [int.from_bytes(data[row * width:(row + 1) * width], "little", signed=True) for row in range(column.length)]
    return [Decimal(number).scaleb(scale, exact) for number in numbers]


def _lists(column):
    child = column.children[0]
    offsets = offsets_of(column, child.length)
    items = to_list(child)
    return [items[start:end] for start, end in zip(offsets, offsets[1:])]


def _maps(column):
    entries = column.children[0]
    offsets = offsets_of(column, entries.length)
    keys, values = [to_list(child) for child in entries.children]
    return [list(zip(keys[start:end], values[start:end])) for start, end in zip(offsets, offsets[1:])]


def _fixed_lists(column):
    size = column.type[1]
    items = to_list(column.children[0])
    return [items[row * size:(row + 1) * size] for row in range(column.length)]


def _structs(column):
    names = [child.name for child in column.children]
    rows = zip(*[to_list(child) for child in column.children]) if names else [()] * column.length
    return [dict(zip(names, row)) for row, _ in zip(rows, range(column.length))]


def _of_valid(column, numbers, make):
    """What make gives for each number that is not null."""
    valid = bits(column.buffers[0], column.length) if column.nulls else [True] * column.length
    try:
        return [make(number) if is_valid else None for number, is_valid in zip(numbers, valid)]
    except (OverflowError, ValueError) as error:
        raise ArrowError(f"column {column.name!r} of type {column.type[0]} goes beyond what Python's has: {error}") from error


def _dates(column):
    import datetime

    wide = column.type[1] == 64
    numbers = memoryview(column.buffers[1])[:column.length * (8 if wide else 4)].cast("q" if wide else "i")
    divisor = 86_400_000 if wide else 1
    return _of_valid(column, numbers, lambda number: datetime.date.fromordinal(number // divisor + _DAYS_BEFORE_EPOCH))


def _int64s(column):
    return memoryview(column.buffers[1])[:column.length * 8].cast("q")


def _times(column):
    import datetime

    unit, width = column.type[2], column.type[1]
    numbers = _int64s(column) if width == 64 else memoryview(column.buffers[1])[:column.length * 4].cast("i")
    if unit == "ns":
        return list(numbers)

    def time_of(number):
        seconds, rest = divmod(number, _PER_SECOND[unit])
        return datetime.time(seconds // 3600, seconds // 60 % 60, seconds % 60, rest * (1_000_000 // _PER_SECOND[unit]))
    return _of_valid(column, numbers, time_of)


def _timestamps(column):
    if column.type[1] == "ns":
        return _nanoseconds(column, "datetime64")
    import datetime

    zone = _zone(column)
    epoch = datetime.datetime(1970, 1, 1)
    if zone:
        epoch = epoch.replace(tzinfo=datetime.timezone.utc)
    scale = 1_000_000 // _PER_SECOND[column.type[1]]

    def moment_of(number):
        moment = epoch + datetime.timedelta(0, 0, number * scale)
        try:
            return moment.astimezone(zone) if zone else moment
        except OverflowError:
            return moment  # within a day of the year 1 or 9999: the same moment, in UTC
    return _of_valid(column, _int64s(column), moment_of)


def _zone(column):
    name = column.type[2]
    if not name:
        return None
    import datetime
    import zoneinfo

    if name == "UTC":
        return datetime.timezone.utc
    try:
        if name[0] in "+-":
            offset = datetime.timedelta(hours=int(name[1:3]), minutes=int(name[-2:]))
            return datetime.timezone(offset if name[0] == "+" else -offset)
        return zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ArrowError(f"column {column.name!r} is in the time zone {name!r}, which is not known here") from error


def _durations(column):
    if column.type[1] == "ns":
        return _nanoseconds(column, "timedelta64")
    import datetime

    scale = 1_000_000 // _PER_SECOND[column.type[1]]
    return _of_valid(column, _int64s(column), lambda number: datetime.timedelta(0, 0, number * scale))


def _nanoseconds(column, kind):
    numbers = _int64s(column)
    try:
        import numpy
    except ImportError:
        return list(numbers)
    return list(numpy.frombuffer(numbers, f"{kind}[ns]"))


def _dictionary(column):
    values = []
    for part in column.dictionary:
        values += to_list(part)
    indices = _numbers(column)
    if column.nulls:
        valid = bits(column.buffers[0], column.length)
        indices = [index if is_valid else None for index, is_valid in zip(indices, valid)]
    present = [index for index in indices if index is not None]
    if present and (min(present) < 0 or max(present) >= len(values)):
        raise ArrowError(f"damaged Arrow batch: column {column.name!r} has indices beyond its dictionary of {len(values)} values")
    return [None if index is None else values[index] for index in indices]


_READERS = {
    "null": lambda column: [None] * column.length, "int": _numbers, "uint": _numbers, "float": _floats,
    "bool": lambda column: bits(column.buffers[1], column.length), "utf8": _texts, "large_utf8": _texts, "binary": _binaries,
    "large_binary": _binaries, "fixed_binary": _fixed_binaries, "decimal": _decimals, "date": _dates, "time": _times,
    "timestamp": _timestamps, "duration": _durations, "list": _lists, "large_list": _lists, "fixed_list": _fixed_lists, "map": _maps,
    "struct": _structs}
