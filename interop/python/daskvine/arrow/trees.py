"""Tuples, lists and dictionaries of other values: their shape as JSON, what is large in columns of one row.

In the shape null, true, false, numbers and strings are themselves and a list is a list. ``{"tuple": [...]}``, ``{"dict": [keys, values]}``,
``{"float": bits}`` (for what JSON has no number) and ``{"column": n, ...}`` (a value taken apart, its column n of the stream) are the rest.
"""

import struct

from daskvine.arrow import scalar
from daskvine.arrow.columns import Column, Piece
from daskvine.arrow.flatbuffers import ArrowError
from daskvine.arrow.lists import offsets_of, to_list

__all__ = ["from_shape", "inline", "is_repetitive", "piece_of", "restore"]

# Readers of JSON refuse more than 64 levels, of which a dictionary takes three.
_DEPTH = 18
_COLUMNS = 4096
# More parts than these make a pickle the better form.
_NODES = 1 << 18
# A list of this many values of one type is a column; a text from this length is one of its own.
_COLUMN_FROM = 16
_LONG = 1024
# Texts may repeat one another up to these bytes, and beyond them this many times: a pickle holds each only once.
_REPEATED_ANYWAY, _REPEATED = 16 << 20, 4

_INTEGERS = range(-1 << 63, 1 << 64)
_IN_COLUMNS = frozenset((int, float, str, bytes, bool))


class _Lossy(Exception):
    """Something that Arrow would not give back as it was."""


def piece_of(value):
    """An exact tuple, list or dict taken apart, or None when something in it cannot be, or is in it twice."""
    columns = []
    try:
        shape = _Walk(columns).node(value, 0)
    except _Lossy:
        return None
    return Piece("tree", {"tree": shape}, columns, 1)


def inline(value):
    """The shape of a value that needs no columns, in a tuple; None for others."""
    try:
        return _Walk(None).node(value, 0),
    except _Lossy:
        return None


def is_repetitive(texts):
    """True for str or bytes that hold few objects very often."""
    total = sum(map(len, texts))
    return total > _REPEATED_ANYWAY and total > _REPEATED * sum([len(text) for text in {id(text): text for text in texts}.values()])


class _Walk:
    """Takes one value apart. `_columns` is None when it must not need any."""

    def __init__(self, columns):
        self._columns = columns
        # Whatever an object must not be met twice for: what may change, and what is large.
        self._met = set()
        self._nodes = 0

    def node(self, value, depth):
        kind = type(value)
        if value is None or kind is bool or kind is int and value in _INTEGERS:
            return value
        if kind is float:
            return value if value - value == 0 else {"float": struct.pack("<d", value).hex()}
        if kind is str and len(value) < _LONG and value.isascii():
            return value
        if kind in (list, tuple, dict):
            return self._container(kind, value, depth)
        if kind is str and len(value) < _LONG:
            return _without_surrogates(value)
        return self._leaf(value)

    def _container(self, kind, value, depth):
        if depth == _DEPTH:
            raise _Lossy
        if value or kind is not tuple:
            self._meet(value)
        if kind is dict:
            return {"dict": [self._items(list(value), depth + 1), self._items(list(value.values()), depth + 1)]}
        items = self._items(value, depth + 1)
        return items if kind is list else {"tuple": items}

    def _items(self, items, depth):
        if len(items) >= _COLUMN_FROM and self._columns is not None:
            kinds = set(map(type, items))
            if len(kinds) == 1 and kinds <= _IN_COLUMNS:
                if kinds <= {str, bytes} and is_repetitive(items):
                    raise _Lossy
                column = scalar.column_of("item", items)
                if column is None:
                    raise _Lossy
                return {"column": self._add([column], len(items)), "rows": len(items)}
        self._nodes += len(items)
        if self._nodes > _NODES:
            raise _Lossy
        return [self.node(item, depth) for item in items]

    def _leaf(self, value):
        if self._columns is None:
            raise _Lossy
        from daskvine.arrow.codec import piece_of as any_piece

        piece = any_piece(value)
        if piece is None:
            raise _Lossy
        if piece.kind != "scalar" or type(value) is bytearray or type(value) in (str, bytes) and len(value) >= _LONG:
            self._meet(value)
        node = {"column": 0, "kind": piece.kind, "detail": piece.detail}
        if piece.kind in ("array", "scalar") and piece.rows == 1:
            node["column"] = self._append(piece.columns[0])
        else:
            node["rows"] = piece.rows
            node["column"] = self._add(piece.columns, piece.rows, piece.kind != "array")
        return node

    def _add(self, columns, rows, as_struct=False):
        """Adds columns as one row; returns where."""
        if as_struct:
            rows = rows if columns else 0
            column = Column("item", ("struct",), rows, [None], tuple(columns))
        else:
            column, = columns
            column.name = "item"
        return self._append(Column("", ("large_list",), 1, [None, struct.pack("<qq", 0, rows)], (column,)))

    def _append(self, column):
        number = len(self._columns)
        if number == _COLUMNS:
            raise _Lossy
        column.name = str(number)
        self._columns.append(column)
        return number

    def _meet(self, value):
        if id(value) in self._met:
            raise _Lossy
        self._met.add(id(value))


def _without_surrogates(text):
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _Lossy from error
    return text


def restore(detail, columns):
    """The value that piece_of took apart."""
    return from_shape(detail["tree"], columns)


def from_shape(node, columns=()):
    """The value that a shape stands for."""
    kind = type(node)
    if kind is list:
        return [from_shape(item, columns) for item in node]
    if kind is not dict:
        return node
    if "tuple" in node:
        return tuple(from_shape(node["tuple"], columns))
    if "dict" in node:
        keys, items = [from_shape(part, columns) for part in node["dict"]]
        if len(keys) != len(items):
            raise ArrowError(f"a dictionary has {len(keys)} keys and {len(items)} values")
        return dict(zip(keys, items))
    if "float" in node:
        return struct.unpack("<d", bytes.fromhex(node["float"]))[0]
    return _from_column(node, columns[node["column"]])


def _from_column(node, column):
    if column.length != 1:
        raise ArrowError(f"column {column.name!r} has {column.length} rows, and is one value")
    if "rows" not in node:
        return _restored(node, [column], 1)
    rows, item = node["rows"], column.children[0]
    if column.type[0] != "large_list" or offsets_of(column, item.length) != [0, item.length]:
        raise ArrowError(f"the row of column {column.name!r} is not all of its list")
    if "kind" not in node:
        return to_list(item)
    return _restored(node, item.children if item.type[0] == "struct" else [item], rows)


def _restored(node, columns, rows):
    from daskvine.arrow.codec import restore as restore_any

    return restore_any(node["kind"], node["detail"], columns, rows)
