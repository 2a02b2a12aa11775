"""Columns: a type and the buffers that hold its rows, taken from a batch and laid out for one."""

import itertools
from collections import namedtuple

from daskvine.arrow.flatbuffers import ArrowError
from daskvine.arrow.schema import LARGE, OFFSETS, TEXTS, Field, width_of

__all__ = ["Column", "Piece", "Reader", "dictionary_fields", "numbered"]

# A value taken apart: `kind` and `detail` (for JSON) say how it is put together again from `rows` rows of `columns`.
Piece = namedtuple("Piece", "kind detail columns rows")

# Rows that take no bytes (nulls, empty structs) may be this many: whoever asks for them gets one object each.
ROWS_WITHOUT_BYTES = 1 << 24


class Column:
    """Rows of one type.

    ``buffers`` are bytes-like and flat, in Arrow's order: validity (None: all are valid), offsets, data, as the type has them.
    ``dictionary`` are the columns, one after the other, that hold the values of a dictionary; ``type`` is then that of the indices.
    """

    __slots__ = ("name", "type", "length", "nulls", "buffers", "children", "dictionary", "ordered", "metadata", "nullable")

    def __init__(self, name, kind, length, buffers, children=(), *, nulls=0, dictionary=None, ordered=False, metadata=(), nullable=True):
        self.name = name
        self.type = kind
        self.length = length
        self.nulls = nulls
        self.buffers = buffers
        self.children = children
        self.dictionary = dictionary
        self.ordered = ordered
        self.metadata = metadata
        self.nullable = nullable

    def field(self, ids):
        """The field of this column; each dictionary in it takes the next of ids."""
        if self.dictionary is None:
            children = tuple([child.field(ids) for child in self.children])
            return Field(self.name, self.type, self.nullable, children, self.metadata)
        values = self.dictionary[0].field(ids)
        dictionary = next(ids), self.type, self.ordered
        return Field(self.name, values.type, self.nullable, values.children, self.metadata, dictionary)

    def flatten(self, nodes, buffers):
        """Appends the nodes and buffers of this column and of its children, as a batch has them."""
        nodes.append((self.length, self.nulls))
        buffers.extend(self.buffers)
        for child in self.children:
            child.flatten(nodes, buffers)


def numbered(columns):
    """The fields of columns, every dictionary under an id of its own."""
    ids = itertools.count()
    return tuple([column.field(ids) for column in columns])


def dictionary_fields(fields, found=None):
    """Id → the field of a dictionary's values, for all dictionaries below fields."""
    found = {} if found is None else found
    for field in fields:
        dictionary_fields(field.children, found)
        if field.dictionary:
            found[field.dictionary[0]] = field._replace(dictionary=None, metadata=())
    return found


class Reader:
    """Takes columns from the nodes and buffers of one batch, in order."""

    def __init__(self, nodes, buffers, body, dictionaries):
        """`dictionaries` is id → columns, as they are at this batch."""
        self._nodes = iter(nodes)
        self._buffers = iter(buffers)
        self._body = body
        self._dictionaries = dictionaries

    def column(self, field):
        """The next column, whose field this is. Raises ArrowError when the batch does not hold it."""
        node = next(self._nodes, None)
        if node is None:
            raise ArrowError(f"damaged Arrow batch: column {field.name!r} is missing")
        length, nulls = node
        if not 0 <= nulls <= length:
            raise ArrowError(f"damaged Arrow batch: column {field.name!r} has {length} rows, {nulls} of them null")
        kind = field.dictionary[1] if field.dictionary else field.type
        buffers = self._take_buffers(field.name, kind, length, nulls)
        dictionary = self._dictionaries.get(field.dictionary[0], ()) if field.dictionary else None
        children = () if field.dictionary else tuple([self.column(child) for child in field.children])
        _check_children(field, length, children)
        if kind[0] == "null" and not field.dictionary:
            nulls = length
        return Column(
            field.name, kind, length, buffers, children, nulls=nulls, dictionary=dictionary,
            ordered=bool(field.dictionary and field.dictionary[2]), metadata=field.metadata, nullable=field.nullable)

    def _take_buffers(self, name, kind, length, nulls):
        if kind[0] == "null" or kind == ("struct",) or kind[-1] == 0 and kind[0] in ("fixed_list", "fixed_binary"):
            if length > ROWS_WITHOUT_BYTES and kind != ("struct",):
                raise ArrowError(f"column {name!r} has {length} rows without bytes; {ROWS_WITHOUT_BYTES} are supported")
        if kind[0] == "null":
            return ()
        validity = self._buffer(name)
        if nulls:
            _check_size(name, validity, (length + 7) // 8)
        buffers = [validity if nulls else None]
        if kind[0] in OFFSETS:
            offsets = self._buffer(name)
            if length or len(offsets):  # no rows may have no offsets
                _check_size(name, offsets, (length + 1) * (8 if kind[0] in LARGE else 4))
            buffers.append(offsets)
            if kind[0] in TEXTS:
                buffers.append(self._buffer(name))
        elif kind[0] not in ("struct", "fixed_list"):
            data = self._buffer(name)
            _check_size(name, data, (length * width_of(kind) + 7) // 8)
            buffers.append(data)
        return buffers

    def _buffer(self, name):
        buffer = next(self._buffers, None)
        if buffer is None:
            raise ArrowError(f"damaged Arrow batch: a buffer of column {name!r} is missing")
        offset, size = buffer
        if offset < 0 or size < 0 or offset + size > len(self._body):
            raise ArrowError(f"damaged Arrow batch: a buffer of column {name!r} leads out of it")
        return self._body[offset:offset + size]


def _check_size(name, buffer, size):
    if len(buffer) < size:
        raise ArrowError(f"damaged Arrow batch: a buffer of column {name!r} has {len(buffer)} bytes, not {size}")


def _check_children(field, length, children):
    if field.dictionary:
        return
    if field.type[0] == "struct":
        if not children and length > ROWS_WITHOUT_BYTES:
            raise ArrowError(f"column {field.name!r} has {length} rows without bytes; {ROWS_WITHOUT_BYTES} are supported")
        needed = length
    elif field.type[0] == "fixed_list":
        needed = length * field.type[1]
    else:
        return
    for child in children:
        if child.length < needed:
            raise ArrowError(f"damaged Arrow batch: column {field.name!r} needs {needed} rows of {child.name!r}, not {child.length}")
