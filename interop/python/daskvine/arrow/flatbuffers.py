"""The few FlatBuffers that Arrow's messages are made of: written from lists, read with every bound checked.

A table to write is a list of slots: None, or (code, value) with a code of the module struct, or ("o", child), where a
child is a table, a str, a list of tables, or Structs.
"""

import struct

__all__ = ["ArrowError", "Structs", "Table", "build", "root"]

_SIZES = {"?": 1, "B": 1, "b": 1, "h": 2, "i": 4, "o": 4, "q": 8}
_OFFSET = struct.Struct("<I")
_CODES = {code: struct.Struct("<" + code) for code in "?BbhiqHI"}
# Tables and strings may be shared inside a message; what is read of it in all stays within this many times its size.
_SHARING = 2


class ArrowError(ValueError):
    """Bytes that are no Arrow stream, or one that cannot be read here. The message says what is wrong with it."""


class Structs:
    """A vector of structs to write: how many, and their bytes. They are aligned to 8."""

    __slots__ = ("count", "data")

    def __init__(self, count, data):
        self.count = count
        self.data = data


def build(table):
    """The bytes of a message whose root is table."""
    out = bytearray(4)
    _OFFSET.pack_into(out, 0, _write_table(out, table))
    return out


def _write(out, child):
    """Appends a child; returns its position."""
    kind = type(child)
    if kind is list and (not child or type(child[0]) is list):
        return _write_tables(out, child)
    if kind is list:
        return _write_table(out, child)
    if kind is Structs:
        out += bytes((4 - len(out)) % 8)  # what follows the count stands at a multiple of 8
        position = len(out)
        out += _OFFSET.pack(child.count)
        out += child.data
        return position
    encoded = child.encode()
    out += bytes(-len(out) % 4)
    position = len(out)
    out += _OFFSET.pack(len(encoded))
    out += encoded
    out.append(0)
    return position


def _write_tables(out, tables):
    out += bytes(-len(out) % 4)
    position = len(out)
    out += _OFFSET.pack(len(tables)) + bytes(4 * len(tables))
    for index, table in enumerate(tables):
        reference = position + 4 + 4 * index
        _OFFSET.pack_into(out, reference, _write_table(out, table) - reference)
    return position


def _write_table(out, slots):
    count = len(slots)
    out += bytes((4 - len(out) - 4 - 2 * count) % 8)
    vtable = len(out)
    start = vtable + 4 + 2 * count
    places, end = [0] * count, 4
    # The widest first: each then stands at a multiple of its size.
    for index in sorted((index for index in range(count) if slots[index]), key=lambda index: -_SIZES[slots[index][0]]):
        places[index] = end
        end += _SIZES[slots[index][0]]
    out += struct.pack(f"<{count + 2}H", 4 + 2 * count, end, *places)
    out += struct.pack("<i", start - vtable) + bytes(end - 4)
    for place, slot in zip(places, slots):
        if slot is None:
            continue
        code, value = slot
        if code == "o":
            _OFFSET.pack_into(out, start + place, _write(out, value) - start - place)
        else:
            _CODES[code].pack_into(out, start + place, value)
    return start


def root(data):
    """The root table of a message, which is bytes. Raises ArrowError."""
    message = _Message(data)
    return Table(message, message.read("I", 0))


class _Message:
    """The bytes of a message, and how many more of them may be read."""

    __slots__ = ("data", "left")

    def __init__(self, data):
        self.data = data
        self.left = _SHARING * len(data) + 1024

    def read(self, code, position):
        size = _CODES[code].size
        if not 0 <= position <= len(self.data) - size:
            raise ArrowError("damaged Arrow message: an offset leads out of it")
        return _CODES[code].unpack_from(self.data, position)[0]

    def spend(self, size):
        self.left -= size
        if self.left < 0:
            raise ArrowError("damaged Arrow message: its parts refer to one another too often")


class Table:
    """A table of a message. Every method takes a slot and raises ArrowError when it leads out of the message."""

    __slots__ = ("_message", "_start", "_vtable", "_slots")

    def __init__(self, message, start):
        message.spend(8)
        self._message = message
        self._start = start
        self._vtable = start - message.read("i", start)
        self._slots = (message.read("H", self._vtable) - 4) // 2

    def _place(self, slot):
        if slot >= self._slots:
            return 0
        offset = self._message.read("H", self._vtable + 4 + 2 * slot)
        return self._start + offset if offset else 0

    def number(self, slot, code, default=0):
        """The number in a slot."""
        place = self._place(slot)
        return self._message.read(code, place) if place else default

    def _target(self, slot):
        place = self._place(slot)
        return place + self._message.read("I", place) if place else 0

    def table(self, slot):
        """The table in a slot, or None."""
        target = self._target(slot)
        return Table(self._message, target) if target else None

    def text(self, slot):
        """The string in a slot, or None."""
        target = self._target(slot)
        if not target:
            return None
        try:
            return bytes(self._span(target, 1)).decode()
        except UnicodeDecodeError as error:
            raise ArrowError(f"damaged Arrow message: {error}") from error

    def tables(self, slot):
        """The tables of the vector in a slot."""
        target = self._target(slot)
        if not target:
            return []
        count = len(self._span(target, 4)) // 4
        return [
            Table(self._message, place + self._message.read("I", place)) for place in range(target + 4, target + 4 + 4 * count, 4)]

    def structs(self, slot, layout):
        """The structs of the vector in a slot, as tuples; layout is a struct.Struct."""
        target = self._target(slot)
        return list(layout.iter_unpack(self._span(target, layout.size))) if target else []

    def _span(self, target, width):
        """The elements of a vector, as bytes."""
        count = self._message.read("I", target)
        end = target + 4 + count * width
        if end > len(self._message.data):
            raise ArrowError(f"damaged Arrow message: a vector of {count} elements leads out of it")
        self._message.spend(count * width)
        return self._message.data[target + 4:end]
