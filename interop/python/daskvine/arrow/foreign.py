"""Tables, batches and arrays of pyarrow: they are Arrow already. Without pyarrow they arrive as Table."""

from daskvine.arrow.flatbuffers import ArrowError
from daskvine.arrow.messages import Stream
from daskvine.values import Container

__all__ = ["decode", "encode"]

_OURS = (b"daskvine.value", b"daskvine.detail")


def encode(value):
    """The stream of an exact pyarrow Table or RecordBatch, or an Array; None for others and for types that we cannot read."""
    import pyarrow

    if type(value) is pyarrow.Table:
        kind, table = "Table", value
    elif type(value) is pyarrow.RecordBatch:
        kind, table = "RecordBatch", pyarrow.Table.from_batches([value])
    elif isinstance(value, pyarrow.Array):
        kind, table = "Array", pyarrow.Table.from_arrays([value], ["value"])
    else:
        return None
    metadata = {**(table.schema.metadata or {}), _OURS[0]: b"table", _OURS[1]: b'{"pyarrow":"%s"}' % kind.encode()}
    table = table.replace_schema_metadata(metadata)
    sink = pyarrow.BufferOutputStream()
    with pyarrow.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    view = memoryview(sink.getvalue()).cast("B")
    try:
        Stream(view)
    except ArrowError:
        return None
    return Container([view])


def decode(view, read, detail):
    """What encode was given; a Table when pyarrow cannot be imported here."""
    try:
        import pyarrow
    except ImportError:
        from daskvine.arrow.tables import Table

        return Table(read)
    with pyarrow.ipc.open_stream(pyarrow.py_buffer(view)) as reader:
        table = reader.read_all()
    kept = {key: text for key, text in (table.schema.metadata or {}).items() if key not in _OURS}
    table = table.replace_schema_metadata(kept or None)
    if detail["pyarrow"] == "Table":
        return table
    if detail["pyarrow"] == "Array":
        return table.column(0).combine_chunks()
    return pyarrow.RecordBatch.from_arrays([column.combine_chunks() for column in table.columns], schema=table.schema)
