"""Small results as they come from the manager: many in one Arrow stream, a value in each row. And results as tables."""

import importlib.util

from daskvine import arrow, values

__all__ = ["Row", "decoded", "row_as_table", "rows_of", "table_of"]


class _Pickled:
    """A row that is not unpickled yet."""

    __slots__ = ("data",)

    def __init__(self, data):
        self.data = data


class Row:
    """A value in a stream; nothing of that is decoded before it is asked for. ``len()`` is its part of the stream's bytes."""

    def __init__(self, stream, index, count):
        self._stream = stream
        self._index = index
        self._count = count

    def __len__(self):
        return len(self._stream) // self._count

    def decode(self):
        """The value. Raises ArrowError, or what unpickling raises."""
        return decoded(rows_of(self._stream)[self._index])


def rows_of(stream):
    """The rows of a stream, each for `decoded`. Raises ArrowError."""
    return arrow.scalars(stream, _Pickled)


def decoded(row):
    """The value of a row. Raises what unpickling raises."""
    return values.decode(row.data) if type(row) is _Pickled else row


def row_as_table(row):
    """The value of a row as a table of one."""
    if type(row) is _Pickled:
        return table_of(arrow.write_scalars([bytes(row.data)], kind="pickle5"))
    stream = arrow.encode(row)
    if stream is None:
        return table_of(arrow.write_scalars([values.dumps(row)], kind="pickle5"))
    return table_of(bytes(stream))


def table_of(stream):
    """The bytes of a stream as a pyarrow.Table where pyarrow is installed, else as a daskvine.arrow.Table. Raises ArrowError."""
    table = arrow.Table.from_stream(stream)
    return table.to_pyarrow() if importlib.util.find_spec("pyarrow") else table
