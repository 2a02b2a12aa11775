"""numpy's arrays and scalars as Arrow: the same to the last bit, in place, or not as Arrow at all."""

import struct

import numpy as np
import pytest
from arrow_values import assert_same, travelled
from daskvine import arrow
from daskvine.arrow.messages import Stream
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

NUMBERS = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]
TIMES = [
    "M8[s]", "M8[ms]", "M8[us]", "M8[ns]", "m8[s]", "m8[ms]", "m8[us]", "m8[ns]", "M8[D]", "M8[h]", "M8[Y]", "m8[D]", "m8", "M8",
    "M8[25s]"]
STRINGS = ["S1", "S7", "U1", "U9"]
SHAPES = [(), (0,), (1,), (7,), (2, 3), (3, 0, 2), (2, 3, 4), (1, 1)]


# numpy makes strings of no width only as a part of something.
EMPTY_TEXTS = np.zeros(2, [("S", "S0"), ("U", "U0"), ("i", "i1")])


class Mine(np.ndarray):
    """A subclass, which Arrow does not know."""


def some(dtype, shape):
    """An array with every bit pattern that the dtype allows, more or less."""
    count = int(np.prod(shape))
    dtype = np.dtype(dtype)
    if dtype.kind in "SU":
        return np.array([("é" if dtype.kind == "U" else "x") * (index % 3) for index in range(count)], dtype).reshape(shape)
    if dtype.kind == "b":
        return (np.arange(count) % 3 == 0).reshape(shape)
    random = np.random.default_rng(count)
    return np.frombuffer(random.bytes(count * dtype.itemsize), dtype).copy().reshape(shape) if count else np.empty(shape, dtype)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", NUMBERS + TIMES + STRINGS)
@pytest.mark.parametrize("byteorder", "<>")
def test_array_every_dtype_and_shape_comes_back_the_same(dtype, shape, byteorder):
    array = some(np.dtype(dtype).newbyteorder(byteorder), shape)
    assert_same(travelled(array), array)


@pytest.mark.parametrize("array", [
    np.asfortranarray(some("f8", (3, 4))), some("f8", (3, 4)).T, np.asfortranarray(some("c8", (2, 3, 4))), some("i4", (20,))[::3],
    some("i4", (20,))[::-1], some("f8", (6, 6))[1:4, 2:5], np.transpose(some("f4", (2, 3, 4)), (0, 2, 1)), some("U4", (3, 4)).T,
    np.broadcast_to(some("f8", (3,)), (2, 3))],
    ids=["fortran", "transposed", "fortran3", "strided", "reversed", "cut", "permuted", "strings", "broadcast"])
def test_array_any_layout_comes_back_the_same(array):
    assert_same(travelled(array), array)


def test_array_read_only_stays_so():
    array = np.arange(5)
    array.flags.writeable = False
    assert not travelled(array).flags.writeable
    assert travelled(array.copy()).flags.writeable


def test_array_of_fixed_bytes_keeps_its_width_and_text_its_padding():
    array = np.array(["a", "bcd\0e", ""], "U20")
    assert_same(travelled(array), array)
    array = np.array([b"a\0b", b""], "S9")
    assert_same(travelled(array), array)


def test_array_nan_payloads_and_negative_zeros_survive():
    for dtype, bits in (("f4", "u4"), ("f8", "u8"), ("f2", "u2")):
        array = np.array([0x7FF8000000000123 >> (64 - 8 * np.dtype(bits).itemsize) | 0x7F00 if bits == "u2" else 1, 3], bits).view(dtype)
        assert_same(travelled(array), array)
    signalling = np.array([0x7FF0000000000001, 1 << 63], "u8").view("f8")
    assert_same(travelled(signalling), signalling)
    assert_same(travelled(signalling.astype("f8").byteswap().view(">f8")), signalling.byteswap().view(">f8"))


@pytest.mark.parametrize("array", [
    np.array([1, "a", None], object), np.zeros(2, [("a", "i4"), ("b", "f8")]), np.zeros(2, "V3"), np.zeros(2, np.longdouble),
    np.zeros(2, np.clongdouble), EMPTY_TEXTS["S"], EMPTY_TEXTS["U"], np.ma.array([1, 2], mask=[0, 1]), np.arange(3).view(Mine),
    np.array(["\ud800"]), np.zeros(2, np.dtype("i4", metadata={"a": 1})), np.zeros((1000, 2), "U1000"),
    np.rec.array([(1,)], dtype=[("a", "i4")]), np.full(3, 0xFFFFFFFF, "u4").view("U1")],
    ids=["object", "structured", "void", "longdouble", "clongdouble", "S0", "U0", "masked", "subclass", "surrogate", "metadata", "padded",
         "record", "no-code-points"])
def test_array_that_arrow_would_lose_has_no_stream(array):
    assert arrow.encode(array) is None


@pytest.mark.parametrize("value", [
    np.bool_(True), np.int8(-3), np.uint64(2**64 - 1), np.float16(1.5), np.float32("nan"), np.float64(-0.0), np.complex64(1 - 2j),
    np.datetime64("2020-01-02T03:04:05", "ns"), np.datetime64("NaT", "s"), np.timedelta64(5, "D"), np.datetime64("2020", "Y"),
    np.str_("text"), np.str_("nul\0"), np.bytes_(b"by\0"), np.str_("")], ids=repr)
def test_numpy_scalar_comes_back_of_its_type(value):
    assert_same(travelled(value), value)


@pytest.mark.parametrize("value", [np.longdouble(1), np.void(b"ab"), np.longlong(1), np.dtype("i4"), np.float64, np.ufunc, np.add])
def test_numpy_object_that_arrow_would_lose_has_no_stream(value):
    assert np.longlong is np.int64 or arrow.encode(value) is None


@settings(max_examples=300, deadline=None)
@given(hnp.arrays(
    st.one_of(
        hnp.boolean_dtypes(), hnp.integer_dtypes(), hnp.unsigned_integer_dtypes(), hnp.floating_dtypes(sizes=(16, 32, 64)),
        hnp.complex_number_dtypes(sizes=(64, 128)), hnp.datetime64_dtypes(), hnp.timedelta64_dtypes(), hnp.byte_string_dtypes(),
        hnp.unicode_string_dtypes()),
    hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)), st.booleans(), st.booleans())
def test_array_any_comes_back_the_same(array, is_transposed, is_cut):
    if is_cut and array.ndim:
        array = array[::2]
    if is_transposed:
        array = array.T
    encoded = arrow.encode(array)
    if encoded is None:  # nothing but text that UTF-8 has not
        assert array.dtype.kind == "U" and any("\ud800" <= letter <= "\udfff" for text in array.flat for letter in text)
    else:
        assert_same(arrow.decode(bytearray(bytes(encoded))), array)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["f8", "u2", "c8", "M8[us]"]).flatmap(lambda name: hnp.from_dtype(np.dtype(name))))
def test_numpy_scalar_any_comes_back_the_same(value):
    assert_same(travelled(value), value)


def addresses(parts):
    return [(np.frombuffer(part, "u1").__array_interface__["data"][0], len(part)) for part in parts if len(part)]


@pytest.mark.parametrize("array", [
    np.zeros(1000), np.zeros((10, 100), order="F"), np.zeros(1000, bool), np.zeros((5, 5), "c16"), np.zeros(100, "M8[ns]"),
    np.zeros(100, "S8"), np.array(3.0)], ids=["1d", "fortran", "bool", "complex", "times", "bytes", "0d"])
def test_array_is_copied_neither_out_nor_in(array):
    encoded = arrow.encode(array)
    assert (array.__array_interface__["data"][0], array.nbytes) in addresses(encoded.parts)
    stream = bytearray(bytes(encoded))
    start = np.frombuffer(stream, "u1").__array_interface__["data"][0]
    result = arrow.decode(stream)
    position = result.__array_interface__["data"][0] - start
    assert 0 <= position <= len(stream) - array.nbytes
    assert position % 64 == 0
    result.ravel("K").view("u1")[...] = 1
    assert arrow.decode(stream).tobytes() == result.tobytes() != array.tobytes()


def test_array_over_bytes_is_read_only():
    assert not arrow.decode(bytes(arrow.encode(np.arange(5)))).flags.writeable


@pytest.mark.parametrize("value", [
    np.zeros(1000), np.zeros((3, 5)), np.zeros(3, "U3"), "text" * 1000, (np.zeros(3), np.zeros(5, "i1"), [1] * 100),
    np.array(["NaT", "2020"], "M8[s]")], ids=["array", "matrix", "texts", "text", "tree", "times"])
def test_stream_every_buffer_stands_at_a_multiple_of_64(value):
    stream = bytes(arrow.encode(value))
    start = np.frombuffer(stream, "u1").__array_interface__["data"][0]
    pending, seen = list(Stream(memoryview(stream)).batches[0].columns), 0
    while pending:
        column = pending.pop()
        pending += column.children
        for buffer in column.buffers:
            if buffer is not None and len(buffer):
                assert (np.frombuffer(buffer, "u1").__array_interface__["data"][0] - start) % 64 == 0
                seen += 1
    assert seen


def test_array_of_many_dimensions_is_a_tensor_to_others():
    described = dict(Stream(memoryview(bytes(arrow.encode(np.zeros((2, 3), order="F"))))).schema.fields[0].metadata)
    assert described == {
        "ARROW:extension:name": "arrow.fixed_shape_tensor", "ARROW:extension:metadata": '{"shape":[3, 2],"permutation":[1, 0]}'}


def test_array_too_long_for_a_fixed_list_is_a_large_one(monkeypatch):
    from daskvine.arrow import arrays

    monkeypatch.setattr(arrays, "_FIXED_LIST_AT_MOST", 5)
    array = np.arange(12).reshape(3, 4)
    assert_same(travelled(array), array)
    assert Stream(memoryview(bytes(arrow.encode(array)))).schema.fields[0].type == ("large_list",)


def test_array_missing_times_are_null_to_others():
    column = Stream(memoryview(bytes(arrow.encode(np.array(["NaT", 1, 2], "M8[s]"))))).batches[0].columns[0]
    assert column.nulls == 1 and column.buffers[0][0] & 7 == 0b110
    assert struct.unpack("<q", column.buffers[1][:8])[0] == -1 << 63
