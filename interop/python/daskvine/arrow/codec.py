"""Any value to a stream and back: finds who takes it apart, and who puts it together."""

from daskvine import values
from daskvine.arrow import scalar
from daskvine.arrow.flatbuffers import ArrowError
from daskvine.arrow.messages import Stream, stream

__all__ = ["decode", "detail_of", "encode", "piece_of", "restore"]

KIND, DETAIL = "daskvine.value", "daskvine.detail"
_CONTAINERS = frozenset((tuple, list, dict))


def encode(value):
    """The Arrow stream of a value as a Container, or None when Arrow cannot hold it without loss.

    Its large parts are the value's own memory: the value must not change before they are written.
    """
    module = _module_of(value)
    if module == "daskvine.arrow.tables" and type(value).__name__ == "Table":
        return value.to_parts()
    if module.startswith("pyarrow."):
        from daskvine.arrow import foreign

        return foreign.encode(value)
    piece = piece_of(value)
    if piece is None:
        return None
    metadata = (KIND, piece.kind),
    if piece.detail:
        import json

        metadata += (DETAIL, json.dumps(piece.detail, separators=(",", ":"))),
    return stream(piece.columns, piece.rows, metadata)


def piece_of(value):
    """A value taken apart, or None."""
    if type(value) in _CONTAINERS:
        from daskvine.arrow import trees

        return trees.piece_of(value)
    module = _module_of(value)
    if module == "numpy":
        from daskvine.arrow import arrays

        return arrays.piece_of(value)
    if module.startswith("pandas."):
        from daskvine.arrow import frames

        return frames.piece_of(value)
    return scalar.piece_of(value)


def _module_of(value):
    module = type(value).__module__
    return module if type(module) is str else ""


def decode(view, loads=values.loads):
    """The value in a stream: arrays lie in view, and are writable if it is. What says no value of ours is a Table.

    Raises ArrowError, or ImportError when the value's package is missing here; `loads`, given the row of an opaque value, may raise too.
    """
    view = memoryview(view)
    read = Stream(view)
    metadata = dict(read.schema.metadata)
    kind = metadata.get(KIND)
    if kind is None or kind == "table" and DETAIL not in metadata:
        from daskvine.arrow.tables import Table

        return Table(read)
    detail = detail_of(metadata) if DETAIL in metadata else {}
    if "pyarrow" in detail:
        from daskvine.arrow import foreign

        return foreign.decode(view, read, detail)
    if len(read.batches) != 1:
        raise ArrowError(f"a value of kind {kind!r} is one batch, not {len(read.batches)}")
    return restore(kind, detail, read.batches[0].columns, read.batches[0].rows, loads)


def detail_of(metadata):
    """The detail in a stream's metadata. Raises ArrowError when it is no JSON object."""
    import json

    try:
        detail = json.loads(metadata[DETAIL])
    except (ValueError, RecursionError) as error:
        raise ArrowError(f"the detail of the value is no JSON: {error}") from error
    if type(detail) is not dict:
        raise ArrowError("the detail of the value is no JSON object")
    return detail


def restore(kind, detail, columns, rows, loads=values.loads):
    """The value of a kind that was taken apart."""
    if kind in scalar.KINDS:
        if rows != 1:
            raise ArrowError(f"{rows} values of kind {kind}, not one; scalars() reads them")
        return scalar.rows_of(kind, detail, columns, loads)[0]
    try:
        if kind == "array":
            from daskvine.arrow import arrays

            return arrays.restore(detail, columns, rows)
        if kind in ("table", "series", "index"):
            from daskvine.arrow import frames

            return frames.restore(kind, detail, columns, rows)
        if kind == "tree":
            from daskvine.arrow import trees

            return trees.restore(detail, columns)
    except (ArrowError, ImportError, MemoryError):
        raise
    except Exception as error:  # whatever numpy, pandas and a wrong detail may raise together
        raise ArrowError(f"the detail of a value of kind {kind!r} does not fit its columns: {error!r}") from error
    raise ArrowError(f"a value of kind {kind!r} cannot be read by this version")
