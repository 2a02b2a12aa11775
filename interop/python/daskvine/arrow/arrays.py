"""numpy's arrays and scalars as columns, their memory in place."""

import struct
from math import prod

from daskvine.arrow.columns import Column, Piece
from daskvine.arrow.flatbuffers import ArrowError
from daskvine.arrow.lists import offsets_of, to_list

__all__ = ["column_of", "pack", "piece_of", "restore", "values_of"]

_FIXED_LIST_AT_MOST = (1 << 31) - 1
_TENSOR = "arrow.fixed_shape_tensor"
_UNITS = ("s", "ms", "us", "ns")
_LAST_CODE_POINT = 0x10FFFF
# Padded strings may take this many times the bytes of their text, and this many bytes whatever the text.
_PADDING, _PADDED_ANYWAY = 64, 1 << 20


def piece_of(array):
    """An exact numpy.ndarray or a numpy scalar taken apart, or None when Arrow would lose something of it."""
    import numpy

    if type(array) is not numpy.ndarray:
        return _scalar_piece(array)
    if _storage(array.dtype) is None:
        return None
    if array.flags.c_contiguous:
        order, flat = "C", array
    elif array.flags.f_contiguous:
        order, flat = "F", array.T
    else:
        order, flat = "C", array.copy("C")
    column = column_of("value", flat.reshape(-1))
    if column is None:
        return None
    detail = {"dtype": array.dtype.str}
    if not array.flags.writeable:
        detail["readonly"] = True
    rows = array.size
    if array.ndim != 1:
        detail["shape"] = list(array.shape)
        if order == "F":
            detail["order"] = order
        rows = 1
        if array.ndim:
            column = _row_of(column, array.shape, order)
    return Piece("array", detail, [column], rows)


def column_of(name, flat):
    """A contiguous array of one dimension as a column, or None for a dtype that is not kept. Bools are bytes, complex numbers pairs;
    NaT is null, and kept below it."""
    import numpy

    dtype = flat.dtype
    kind = _storage(dtype)
    if kind is None or dtype.metadata or numpy.dtype(dtype.str) != dtype:
        return None
    if kind[0] == "utf8":
        return _text_column(name, flat)
    if dtype.byteorder == ">":
        flat = flat.byteswap().view(dtype.newbyteorder("<"))
    data = memoryview(flat.view(numpy.uint8))
    if dtype.kind == "c":
        parts = Column("item", ("float", kind[1]), 2 * flat.size, [None, data], nullable=False)
        return Column(name, ("fixed_list", 2), flat.size, [None], (parts,))
    validity, nulls = None, 0
    if dtype.kind in "mM":
        missing = numpy.isnat(flat)
        nulls = int(missing.sum())
        validity = pack(~missing) if nulls else None
    return Column(name, kind, flat.size, [validity, data], nulls=nulls)


def pack(valid):
    """An array of bools as bits."""
    import numpy

    return memoryview(numpy.packbits(valid, bitorder="little"))


def _storage(dtype):
    """The type of the column for a dtype; for complex numbers, that of their parts. None for what is not kept."""
    import numpy

    kind, bits = dtype.kind, 8 * dtype.itemsize
    if kind == "b":
        return "uint", 8
    if kind in "iu":
        return "int" if kind == "i" else "uint", bits
    if kind == "f":
        return ("float", bits) if bits <= 64 else None
    if kind == "c":
        return ("float", bits // 2) if bits <= 128 else None
    if kind in "mM":
        unit, step = numpy.datetime_data(dtype)
        if unit not in _UNITS or step != 1:
            return "int", 64
        return ("timestamp", unit, "") if kind == "M" else ("duration", unit)
    if kind in "SU" and bits:
        return ("fixed_binary", dtype.itemsize) if kind == "S" else ("utf8",)
    return None


def _text_column(name, flat):
    """Padded strings as text; None when they are not text, or padded so widely that a pickle is better."""
    from daskvine.arrow.scalar import text_column

    if flat.view(flat.dtype.byteorder + "u4").max(initial=0) > _LAST_CODE_POINT:
        return None
    column = text_column(name, flat.tolist())
    if column is None or flat.nbytes > _padded_at_most(column):
        return None
    return column


def _padded_at_most(column):
    return _PADDED_ANYWAY + _PADDING * len(column.buffers[2])


def _row_of(column, shape, order):
    """All rows of a column as one row of lists."""
    size = column.length
    column.name = "item"
    if size > _FIXED_LIST_AT_MOST:
        return Column("value", ("large_list",), 1, [None, struct.pack("<qq", 0, size)], (column,))
    metadata = ()
    if not column.children and column.type[0] != "utf8":
        described = f'{{"shape":{list(shape)}}}'
        if order == "F":
            axes = list(range(len(shape)))[::-1]
            described = f'{{"shape":{list(shape)[::-1]},"permutation":{axes}}}'
        metadata = ("ARROW:extension:name", _TENSOR), ("ARROW:extension:metadata", described)
    return Column("value", ("fixed_list", size), 1, [None], (column,), metadata=metadata)


def restore(detail, columns, rows):
    """The array that piece_of took apart; it lies in the column's buffer, and is writable if that is and the array was."""
    column, = columns
    if "dtype" not in detail:
        return _of_others(column)
    shape = detail.get("shape")
    count = rows
    if shape is not None:
        count = prod(shape)
        if len(shape):
            column = _all_of_one(column)
    array = values_of(column, detail["dtype"], count)
    if shape is not None:
        array = array.reshape(shape, order=detail.get("order", "C"))
    if detail.get("readonly"):
        array.flags.writeable = False
    return array


def _of_others(column):
    """The array in a column that another runtime made of one: the column itself, or its only row."""
    import itertools

    from daskvine.arrow import views

    array = views.to_array(column.field(itertools.count()), [column])
    if array is None:
        raise ArrowError(f"column {column.name!r} of type {column.type[0]}, {column.nulls} rows of it null, is no array of numpy")
    if column.type[0] != "fixed_list":
        return array
    if len(array) != 1:
        raise ArrowError(f"column {column.name!r} has {len(array)} rows, and is one array")
    return array[0]


def _all_of_one(column):
    """The rows of the only list of a column."""
    if column.length != 1:
        raise ArrowError(f"column {column.name!r} has {column.length} rows, and is one array")
    if column.type[0] == "large_list":
        child = column.children[0]
        if offsets_of(column, child.length) != [0, child.length]:
            raise ArrowError(f"the row of column {column.name!r} is not all of its list")
        return child
    if column.type[0] != "fixed_list":
        raise ArrowError(f"column {column.name!r} of type {column.type[0]} is no array")
    return column.children[0]


def values_of(column, dtype, count):
    """The first rows of a column as an array of the dtype (text) that it was made of. Raises ArrowError when it was not."""
    import numpy

    dtype = numpy.dtype(str(dtype))
    kind = _storage(dtype)
    of_parts = dtype.kind == "c"
    if kind is None or (column.type != ("fixed_list", 2) if of_parts else column.type != kind) or column.dictionary is not None:
        raise ArrowError(f"column {column.name!r} of type {column.type[0]} is not of the dtype {dtype.str}")
    if not 0 <= count <= column.length:
        raise ArrowError(f"column {column.name!r} has {column.length} rows, not {count}")
    if kind[0] == "utf8":
        if dtype.itemsize * count > _padded_at_most(column):
            raise ArrowError(f"column {column.name!r} of the dtype {dtype.str} is padded too widely")
        return numpy.array(to_list(column)[:count], dtype)
    if of_parts:
        column = column.children[0]
        if column.type != kind:
            raise ArrowError(f"column {column.name!r} of type {column.type[0]} is not of the dtype {dtype.str}")
    if not count:
        return numpy.empty(0, dtype)
    if dtype.byteorder == ">":
        return numpy.frombuffer(column.buffers[1], dtype.newbyteorder("<"), count).byteswap().view(dtype)
    return numpy.frombuffer(column.buffers[1], dtype, count)


def _scalar_piece(value):
    """An exact numpy scalar taken apart, or None."""
    import numpy

    if type(value) in (numpy.str_, numpy.bytes_):
        from daskvine.arrow.scalar import piece_of as plain_piece

        piece = plain_piece(value[:])  # str() would strip what numpy takes for padding
        return piece and piece._replace(detail={"numpy": type(value).__name__})
    if not isinstance(value, numpy.generic):
        return None
    array = numpy.array(value)
    if numpy.dtype(array.dtype.str).type is not type(value):
        return None
    column = column_of("value", array.reshape(1))
    return column and Piece("scalar", {"dtype": array.dtype.str}, [column], 1)
