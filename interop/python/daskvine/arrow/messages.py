"""Streams: their messages, framed, with every buffer at a multiple of 64 bytes from the start."""

import functools
import struct

from daskvine.arrow import flatbuffers
from daskvine.arrow import schema as schemas
from daskvine.arrow.columns import Reader, dictionary_fields, numbered
from daskvine.arrow.flatbuffers import ArrowError, Structs
from daskvine.values import Container

__all__ = ["Batch", "END", "Stream", "batch_of", "message_at", "stream", "stream_of"]

ALIGNMENT = 64
END = b"\xff\xff\xff\xff\0\0\0\0"

_PREFIX = struct.Struct("<II")
_CONTINUATION = 0xFFFFFFFF
_PAIR = struct.Struct("<qq")
_ZEROS = bytes(ALIGNMENT)
_VERSION_4, _VERSION_5 = 3, 4
_SCHEMA, _DICTIONARY, _RECORDS = 1, 2, 3
# Up to this many bytes the message of a schema is worth keeping for the next stream that has it.
_SMALL_SCHEMA = 4096


def stream(columns, rows, metadata=()):
    """The stream of one batch of columns, as a Container: buffers are the columns' own, not copies."""
    return stream_of(schemas.Schema(numbered(columns), metadata), [Batch(columns, rows)])


def stream_of(schema, batches):
    """The stream of batches of a schema, as a Container."""
    small = sum([len(text) for _, text in schema.metadata]) <= _SMALL_SCHEMA
    parts = [(_schema_message if small else _schema_message.__wrapped__)(schema)]
    sent = {}
    for batch in batches:
        _add_dictionaries(parts, schema.fields, batch.columns, sent)
        _add_batch(parts, batch.columns, batch.rows)
    parts.append(END)
    return Container(parts)


def _add_dictionaries(parts, fields, columns, sent):
    """Appends those dictionaries of columns that were not the last ones sent under their ids; inner ones first."""
    for field, column in zip(fields, columns):
        if not field.dictionary:
            _add_dictionaries(parts, field.children, column.children, sent)
            continue
        number = field.dictionary[0]
        if sent.get(number) is column.dictionary:
            continue
        sent[number] = column.dictionary
        for index, values in enumerate(column.dictionary):
            _add_dictionaries(parts, field.children, values.children, sent)
            _add_batch(parts, [values], values.length, (number, index > 0))


@functools.lru_cache(maxsize=256)
def _schema_message(schema):
    """The message of a schema; its size is a multiple of 64."""
    return _framed(flatbuffers.build(_message(_SCHEMA, schemas.slots(schema), 0)))


def _message(kind, header, size):
    return [("h", _VERSION_5), ("B", kind), ("o", header), ("q", size)]


def _framed(message):
    message += bytes(-(len(message) + _PREFIX.size) % ALIGNMENT)
    return _PREFIX.pack(_CONTINUATION, len(message)) + message


def _add_batch(parts, columns, rows, dictionary=None):
    """Appends a batch; `dictionary` is the id of the dictionary that it belongs to, and whether it goes on with it."""
    nodes, buffers = [], []
    for column in columns:
        column.flatten(nodes, buffers)
    body, places, position = [], [], 0
    for buffer in buffers:
        size = 0 if buffer is None else len(buffer)
        places.append((position, size))
        if size:
            body.append(buffer)
            gap = -size % ALIGNMENT
            if gap:
                body.append(_ZEROS[:gap])
            position += size + gap
    header = [("q", rows), ("o", _pairs(nodes)), ("o", _pairs(places))]
    if dictionary:
        header = [("q", dictionary[0]), ("o", header), ("?", dictionary[1])]
    parts.append(_framed(flatbuffers.build(_message(_DICTIONARY if dictionary else _RECORDS, header, position))))
    parts.extend(body)


def _pairs(pairs):
    return Structs(len(pairs), b"".join([_PAIR.pack(*pair) for pair in pairs]))


class Batch:
    """The columns of a batch and how many rows they have."""

    __slots__ = ("columns", "rows")

    def __init__(self, columns, rows):
        self.columns = columns
        self.rows = rows


class Stream:
    """A stream that was read: its schema, and its batches, whose buffers are slices of what was given."""

    __slots__ = ("schema", "batches")

    def __init__(self, view):
        """`view` is a flat memoryview. Raises ArrowError when it is damaged or holds what is not supported."""
        size = _PREFIX.size + int.from_bytes(view[4:_PREFIX.size], "little")
        parse = _parsed if size <= _SMALL_SCHEMA else _parsed.__wrapped__
        self.schema, values = parse(bytes(view[:size]))
        self.batches = []
        dictionaries, position = {}, size
        while (message := message_at(view, position)) is not None:
            kind, header, body, position = message
            if kind == _RECORDS:
                self.batches.append(batch_of(header, body, self.schema.fields, dictionaries))
            elif kind == _DICTIONARY:
                _learn(header, body, values, dictionaries)
            else:
                raise ArrowError(f"damaged Arrow stream: a message of kind {kind} among the batches")

    @property
    def rows(self):
        """The rows of all batches."""
        return sum(batch.rows for batch in self.batches)


@functools.lru_cache(maxsize=64)
def _parsed(message):
    """The schema in a message, and the fields of its dictionaries."""
    kind, header, _, end = message_at(memoryview(message), 0)
    if kind != _SCHEMA or end != len(message):
        raise ArrowError("not an Arrow stream: it does not start with a schema")
    schema = schemas.parse(header)
    return schema, dictionary_fields(schema.fields)


def message_at(view, position):
    """Kind, table, body and end of the message at a position; None at the end of the stream."""
    if position == len(view) and position:
        return None
    if position + _PREFIX.size > len(view):
        raise ArrowError(f"damaged Arrow stream: it ends at byte {len(view)}, inside a message")
    mark, size = _PREFIX.unpack_from(view, position)
    if mark != _CONTINUATION:
        raise ArrowError(f"damaged Arrow stream: no message starts at byte {position}")
    if not size and position:
        return None
    start = position + _PREFIX.size
    if start + size > len(view):
        raise ArrowError(f"damaged Arrow stream: a message ends at byte {start + size} of {len(view)}")
    root = flatbuffers.root(bytes(view[start:start + size]))
    if root.number(0, "h") not in (_VERSION_4, _VERSION_5):
        raise ArrowError(f"Arrow metadata of version number {root.number(0, 'h')} is not supported")
    header, length = root.table(2), root.number(3, "q")
    end = start + size + length
    if header is None or length < 0 or end > len(view):
        raise ArrowError(f"damaged Arrow stream: a message at byte {position} has a body of {length} bytes")
    return root.number(1, "B"), header, view[start + size:end], end


def batch_of(header, body, fields, dictionaries):
    """The batch in a table that was read; its columns are views of body."""
    if header.table(3) is not None:
        raise ArrowError("compressed Arrow batches are not supported")
    rows = header.number(0, "q")
    reader = Reader(header.structs(1, _PAIR), header.structs(2, _PAIR), body, dictionaries)
    columns = [reader.column(field) for field in fields]
    for column in columns:
        if column.length != rows:
            raise ArrowError(f"damaged Arrow batch: column {column.name!r} has {column.length} rows of {rows}")
    if rows < 0:
        raise ArrowError(f"damaged Arrow batch: it has {rows} rows")
    return Batch(columns, rows)


def _learn(header, body, fields, dictionaries):
    """Takes a dictionary in: in place of an earlier one of this id, or after it."""
    number, records = header.number(0, "q"), header.table(1)
    if number not in fields or records is None:
        raise ArrowError(f"damaged Arrow stream: dictionary {number} belongs to no column")
    batch = batch_of(records, body, [fields[number]], dictionaries)
    earlier = dictionaries.get(number, ()) if header.number(2, "B") else ()
    dictionaries[number] = (*earlier, *batch.columns)
