"""Arrow tables for those who have no pyarrow: what a .NET function returns, and results with result_format="arrow"."""

from collections import namedtuple

from daskvine.arrow.columns import Column
from daskvine.arrow.flatbuffers import ArrowError
from daskvine.arrow.lists import to_list
from daskvine.arrow.messages import Stream, stream, stream_of
from daskvine.arrow.schema import type_text

__all__ = ["Table", "TableField", "TableSchema"]

# `type` is text such as int64 or list<utf8>; `metadata` is a dict of str.
TableField = namedtuple("TableField", "name type nullable metadata")
TableSchema = namedtuple("TableSchema", "fields metadata")


class Table:
    """Named columns of equal length, in one batch or more. It does not change; its columns lie in the bytes that it was read from."""

    def __init__(self, read):
        """`read` is a Stream; use from_stream or from_pydict."""
        self._read = read

    @classmethod
    def from_stream(cls, data):
        """The table in the bytes of an Arrow IPC stream. Raises ArrowError when they are damaged or hold a type that is not supported."""
        return cls(Stream(memoryview(data)))

    @classmethod
    def from_pydict(cls, columns):
        """A table of one batch from name → numpy array of one dimension, or list of one type (None, bool, int, float, str, bytes, those
        of datetime). Raises ArrowError for what is neither."""
        made = [_made(name, values) for name, values in columns.items()]
        lengths = {column.length for column in made}
        if len(lengths) > 1:
            raise ArrowError(f"the columns of a table are of one length, not of {sorted(lengths)}")
        return cls(Stream(memoryview(bytes(stream(made, lengths.pop() if lengths else 0)))))

    @property
    def schema(self):
        """A TableSchema: the fields in order, and the table's metadata as a dict."""
        fields = self._read.schema.fields
        return TableSchema(
            [TableField(field.name, type_text(field), field.nullable, dict(field.metadata)) for field in fields],
            dict(self._read.schema.metadata))

    @property
    def num_rows(self):
        """The number of rows."""
        return self._read.rows

    @property
    def num_columns(self):
        """The number of columns."""
        return len(self._read.schema.fields)

    @property
    def column_names(self):
        """The names in order; one may be there twice."""
        return [field.name for field in self._read.schema.fields]

    def __len__(self):
        return self.num_rows

    def __repr__(self):
        described = ", ".join(f"{field.name}: {type_text(field)}" for field in self._read.schema.fields)
        return f"<daskvine.arrow.Table of {self.num_rows} rows: {described}>"

    def column(self, name):
        """The column of a name or at a position, as a numpy array where it has such a form, else as a list (see to_pydict).

        Numbers, times (those of day are timedelta64) and fixed lists of them are arrays, in place when the table is one batch; NaT is a
        time that is missing. With other missing values, with text, and without numpy, it is a list. Raises KeyError, also for a name that
        is there twice.
        """
        chunks = self._chunks(self._position(name))
        try:
            from daskvine.arrow import views
        except ImportError:
            return _listed(chunks)
        array = views.to_array(self._read.schema.fields[self._position(name)], chunks)
        return _listed(chunks) if array is None else array

    def _position(self, name):
        if type(name) is int:
            return range(self.num_columns)[name]
        names = self.column_names
        if names.count(name) != 1:
            raise KeyError(f"{name!r} is {'twice' if name in names else 'not'} among the columns {names}")
        return names.index(name)

    def _chunks(self, position):
        return [batch.columns[position] for batch in self._read.batches]

    def to_pydict(self):
        """Name → list of Python objects: int, float, bool, str, bytes, Decimal, list, dict (struct), list of pairs (map), None, and dates
        and times as those of datetime (nanoseconds as numpy's, or whole). Raises ArrowError when two columns have one name."""
        names = self.column_names
        if len(set(names)) < len(names):
            raise ArrowError(f"two columns have one name: {names}; use column(position)")
        return {name: _listed(self._chunks(position)) for position, name in enumerate(names)}

    def to_pandas(self):
        """A DataFrame; the very one that was encoded, when it came from pandas. Raises ImportError without pandas.

        Whole numbers and bools with missing ones get pandas' nullable dtypes, dictionaries become categoricals, text object columns.
        """
        import pandas

        from daskvine.arrow import codec, views

        metadata = dict(self._read.schema.metadata)
        detail = codec.detail_of(metadata) if codec.DETAIL in metadata else {}
        if "labels" in detail and len(self._read.batches) == 1:
            return codec.restore("table", detail, self._read.batches[0].columns, self.num_rows)
        fields = self._read.schema.fields
        columns = {position: views.to_series(field, self._chunks(position)) for position, field in enumerate(fields)}
        frame = pandas.DataFrame(columns, index=pandas.RangeIndex(self.num_rows), copy=False)
        frame.columns = pandas.Index(self.column_names, dtype=object)
        return frame

    def to_pyarrow(self):
        """A pyarrow.Table. Raises ImportError without pyarrow."""
        import pyarrow

        return pyarrow.ipc.open_stream(pyarrow.py_buffer(self.to_stream())).read_all()

    def to_parts(self):
        """The stream as a Container, its buffers the table's own."""
        metadata = self._read.schema.metadata
        if not any(key == "daskvine.value" for key, _ in metadata):
            metadata = (*metadata, ("daskvine.value", "table"))
        return stream_of(self._read.schema._replace(metadata=metadata), self._read.batches)

    def to_stream(self):
        """The table as the bytes of an Arrow IPC stream, every buffer at a multiple of 64 from its start."""
        return bytes(self.to_parts())


def _listed(chunks):
    return [row for chunk in chunks for row in to_list(chunk)]


def _made(name, values):
    if type(values).__module__ == "numpy" and getattr(values, "ndim", 0) == 1:
        from daskvine.arrow import arrays

        piece = arrays.piece_of(values)
        column = piece and piece.columns[0]
        if column:
            column.name = name
    else:
        from daskvine.arrow import scalar

        column = scalar.column_of(name, list(values)) if values else Column(name, ("null",), 0, ())
    if column is None:
        raise ArrowError(f"column {name!r} is neither a numpy array nor a list of values of one type that Arrow has")
    return column
