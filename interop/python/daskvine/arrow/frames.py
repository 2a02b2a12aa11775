"""pandas frames, series and indexes as columns. Their dtypes are those of `series`."""

from daskvine.arrow import series as columns_of
from daskvine.arrow import trees
from daskvine.arrow.columns import Piece
from daskvine.arrow.flatbuffers import ArrowError

__all__ = ["piece_of", "restore"]


class _Lossy(Exception):
    """Something of a frame that Arrow would not give back as it was."""


def piece_of(value):
    """An exact DataFrame, Series or Index taken apart, or None when Arrow would lose something of it."""
    import pandas

    try:
        if type(value) is pandas.DataFrame:
            return _frame_piece(value)
        if type(value) is pandas.Series:
            return _series_piece(value)
        if isinstance(value, pandas.Index):
            columns = []
            return Piece("index", _index_detail(value, columns), columns, len(value))
    except _Lossy:
        pass
    return None


def _frame_piece(frame):
    columns, described = [], []
    labels = _labels(frame.columns)
    for position in range(frame.shape[1]):
        one = frame.iloc[:, position]
        described.append(_add(str(one.name), one, columns))
    detail = {"columns": described, "labels": labels, "index": _index_detail(frame.index, columns), **_common(frame)}
    return Piece("table", detail, columns, len(frame))


def _series_piece(series):
    columns = []
    detail = {
        "column": _add("value", series, columns), "name": _inline(series.name), "index": _index_detail(series.index, columns),
        **_common(series)}
    return Piece("series", detail, columns, len(series))


def _common(value):
    """What frames and series have beside their data."""
    if not value.flags.allows_duplicate_labels:
        raise _Lossy
    return {"attrs": _inline(value.attrs)} if value.attrs else {}


def _add(name, values, columns):
    """Adds the column of a Series or Index; returns its detail."""
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise _Lossy from error
    made = columns_of.column_of(name, values)
    if made is None:
        raise _Lossy
    column, detail = made
    columns.append(column)
    return detail


def _inline(value):
    shape = trees.inline(value)
    if shape is None:
        raise _Lossy
    return shape[0]


def _is_plain(index):
    """True for an Index that pandas.Index() makes of an array of its dtype."""
    return type(index).__name__ in ("Index", "Int64Index", "UInt64Index", "Float64Index") and type(index).__module__.startswith("pandas.")


def _labels(index):
    """The labels of a frame's columns, wholly in the detail."""
    import numpy
    import pandas

    detail = {"names": _inline(list(index.names))}
    if type(index) is pandas.RangeIndex:
        return {**detail, "range": [index.start, index.stop, index.step]}
    if _is_plain(index) and type(index.dtype) is pandas.StringDtype:
        return {**detail, "labels": _inline(index.tolist()), "string": columns_of.string_detail(index.dtype)}
    if not _is_plain(index) or not isinstance(index.dtype, numpy.dtype) or index.dtype.kind not in "iufbO":
        raise _Lossy
    return {**detail, "labels": _inline(index.tolist()), "dtype": "O" if index.dtype == object else index.dtype.str}


def _index_detail(index, columns):
    """The detail of an index, whose columns are added."""
    import pandas

    detail = {"names": _inline(list(index.names))}
    if type(index) is pandas.RangeIndex:
        return {**detail, "range": [index.start, index.stop, index.step]}
    if type(index) is pandas.MultiIndex:
        return {**detail, "levels": [_add_level(index, level, columns) for level in range(index.nlevels)]}
    if type(index) in (pandas.DatetimeIndex, pandas.TimedeltaIndex):
        if index.freq is not None:
            detail["freq"] = columns_of.freq_text(index)
            if detail["freq"] is None:
                raise _Lossy
    elif type(index) is not pandas.CategoricalIndex and not _is_plain(index):
        raise _Lossy
    return {**detail, "index": _add("__index__", index, columns)}


def _add_level(index, level, columns):
    made = columns_of.coded(f"__index_{level}__", index.codes[level], index.levels[level], False)
    if made is None:
        raise _Lossy
    columns.append(made[0])
    return made[1]


def restore(kind, detail, columns, rows):
    """The value that piece_of took apart; its numbers lie in the columns' buffers."""
    import pandas

    columns = list(columns)
    if kind == "index":
        return _restore_index(detail, columns, rows)
    if kind == "series":
        values = columns_of.restore(detail["column"], columns.pop(0), rows)
        index = _restore_index(detail["index"], columns, rows)
        value = pandas.Series(_as_it_is(values, index), index=index, name=trees.from_shape(detail["name"]), copy=False)
    else:
        described = detail["columns"]
        index = _restore_index(detail["index"], columns[len(described):], rows)
        values = {
            position: _as_it_is(columns_of.restore(one, column, rows), index)
            for position, (one, column) in enumerate(zip(described, columns))}
        if len(values) != len(described):
            raise ArrowError(f"a frame of {len(described)} columns has {len(columns)}")
        value = pandas.DataFrame(values, index=index, copy=False)
        value.columns = _restore_labels(detail["labels"])
    if len(index) != rows:
        raise ArrowError(f"an index of {len(index)} rows in a value of {rows}")
    if "attrs" in detail:
        value.attrs = trees.from_shape(detail["attrs"])
    return value


def _as_it_is(values, index):
    """Values that pandas takes without looking for a better dtype than object."""
    import pandas

    return pandas.Series(values, index=index, dtype=object, copy=False) if values.dtype == object else values


def _restore_labels(detail):
    import pandas

    names = trees.from_shape(detail["names"])
    if "range" in detail:
        return pandas.RangeIndex(*detail["range"], name=names[0])
    dtype = columns_of.string_dtype(detail["string"]) if "string" in detail else detail["dtype"]
    return pandas.Index(trees.from_shape(detail["labels"]), dtype=dtype, tupleize_cols=False, name=names[0])


def _restore_index(detail, columns, rows):
    import pandas

    names = trees.from_shape(detail["names"])
    if "range" in detail:
        return pandas.RangeIndex(*detail["range"], name=names[0])
    if "levels" in detail:
        parts = [columns_of.restore_coded(level, column, rows) for level, column in zip(detail["levels"], columns)]
        if any(len(codes) and not -1 <= codes.min() <= codes.max() < len(values) for codes, values in parts):
            raise ArrowError("an index of several levels names values that its levels do not have")
        # Looking whether the levels are unique would leave a table of their values with each.
        return pandas.MultiIndex([values for _, values in parts], [codes for codes, _ in parts], names=names, verify_integrity=False)
    return columns_of.restore_index(detail["index"], columns[0], rows, names[0], detail.get("freq"))
