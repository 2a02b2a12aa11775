"""Arrow streams: many scalars in one, what is damaged is refused, and reading costs little."""

import subprocess
import sys
import time
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from arrow_values import assert_same
from daskvine import arrow, values
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ROWS = {
    "int64": [1, -2, 2**63 - 1], "uint64": [0, 2**64 - 1], "double": [1.5, -0.0, float("inf")], "bool": [True, False] * 7,
    "null": [None] * 5, "utf8": ["a", "é", "", "nul\0"], "ascii": ["a", "bc", ""], "binary": [b"", b"\xff\0"]}


@pytest.mark.parametrize("name", ROWS)
def test_scalars_of_one_type_come_back_in_order(name):
    stream = arrow.write_scalars(ROWS[name])
    assert_same(arrow.scalars(stream), ROWS[name])
    assert_same(arrow.scalars(memoryview(stream)), ROWS[name])
    assert_same(arrow.decode(arrow.write_scalars(ROWS[name][:1])), ROWS[name][0])


def test_scalars_of_several_batches_are_one_list():
    from daskvine.arrow.messages import Batch, Stream, stream_of

    read = Stream(memoryview(arrow.write_scalars(["a", "b"])))
    both = bytes(stream_of(read.schema, [*read.batches, *read.batches, Batch(read.batches[0].columns, 2)]))
    assert arrow.scalars(both) == ["a", "b"] * 3


def test_scalars_of_numpy_keep_their_dtype():
    assert_same(arrow.scalars(bytes(arrow.encode(np.float32(1.5)))), [np.float32(1.5)])
    assert_same(arrow.scalars(bytes(arrow.encode(bytearray(b"x")))), [bytearray(b"x")])


def test_scalars_opaque_rows_go_through_loads():
    rows = [values.dumps({1, 2}), values.dumps(np.arange(20_000))]
    stream = arrow.write_scalars(rows, "pickle5")
    assert arrow.scalars(stream, loads=lambda row: row) == rows
    first, second = arrow.scalars(stream)
    assert first == {1, 2}
    assert_same(second.copy(), np.arange(20_000))
    assert arrow.decode(arrow.write_scalars(rows[:1], "pickle5")) == {1, 2}
    assert arrow.decode(arrow.write_scalars(rows[:1], "pickle5"), loads=len) == len(rows[0])


def test_scalars_what_loads_raises_is_passed_on():
    def refuse(row):
        raise ModuleNotFoundError("No module named 'missing'")

    for read in (arrow.scalars, arrow.decode):
        with pytest.raises(ModuleNotFoundError, match="missing"):
            read(arrow.write_scalars([b"\x80"], "pickle5"), refuse)


def test_scalars_plain_rows_are_messagepack():
    import msgpack

    rows = [{"x": 1, "y": [2.5, None]}, [1, "a"], {}]
    for mark in (b"", b"\xc1"):
        assert arrow.scalars(arrow.write_scalars([mark + msgpack.packb(row) for row in rows], "plain")) == rows
    with pytest.raises(arrow.ArrowError, match="no MessagePack value"):
        arrow.scalars(arrow.write_scalars([b"\x81"], "plain"))


@pytest.mark.parametrize("rows", [[1, "a"], [2**64], ["\ud800"], [object()], [1, True]], ids=repr)
def test_scalars_not_of_one_type_are_refused(rows):
    with pytest.raises(ValueError, match="not scalars of one type"):
        arrow.write_scalars(rows)


def test_scalars_of_another_kind_are_refused():
    with pytest.raises(arrow.ArrowError, match="kind 'array'"):
        arrow.scalars(bytes(arrow.encode(np.arange(3))))
    with pytest.raises(arrow.ArrowError, match=r"3 values of kind scalar, not one; scalars\(\) reads them"):
        arrow.decode(arrow.write_scalars([1, 2, 3]))


@pytest.mark.parametrize("rows", [list(range(10_000)), [0.5] * 10_000, [f"text {index}" for index in range(10_000)]],
                         ids=["int64", "double", "utf8"])
def test_scalars_ten_thousand_are_read_in_few_milliseconds(rows):
    stream = arrow.write_scalars(rows)

    def seconds():
        start = time.perf_counter()
        arrow.scalars(stream)
        return time.perf_counter() - start

    assert min(seconds() for _ in range(20)) < 0.005


def test_is_stream_tells_streams_from_the_other_forms():
    assert arrow.is_stream(bytes(arrow.encode(1)))
    assert arrow.is_stream(memoryview(arrow.write_scalars([1])))
    for other in (values.dumps(1), values.dumps(np.zeros(100_000)), b"\xc1\x01", b"", b"\xff\xff"):
        assert not arrow.is_stream(other[:4])


def seeds():
    index = pd.MultiIndex.from_product([["p"], [1, 2]])
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": pd.Categorical(["u", "v"])}, index=index)
    kept = [
        1, "text", np.float32(1), np.arange(5), np.zeros((2, 3)), np.array(["a", "bc"]), np.array(["NaT", "2020"], "M8[ns]"), frame,
        frame["b"], frame.index, {"a": [1, (2.5, None)], "b": np.arange(3), "c": frame, "d": list(range(20))}]
    table = arrow.Table.from_pydict({"a": [1, 2], "b": ["x", "y"]})
    return [bytes(arrow.encode(value)) for value in kept] + [arrow.write_scalars(ROWS["utf8"]), arrow.write_scalars([b"\x90"], "plain"),
                                                             table.to_stream()]


SEEDS = seeds()


def read_all(stream):
    """Whatever a reader may do with a stream; returns how many of these refused it."""
    refused = 0
    for read in (arrow.decode, arrow.scalars, lambda data: arrow.Table.from_stream(data).to_pydict(),
                 lambda data: arrow.Table.from_stream(data).to_pandas()):
        try:
            read(stream)
        except arrow.ArrowError:
            refused += 1
    return refused


@pytest.mark.parametrize("seed", SEEDS, ids=range(len(SEEDS)))
def test_stream_cut_short_is_refused(seed):
    for end in range(0, len(seed) - 8, 7 if len(seed) < 2000 else 41):
        try:
            arrow.decode(seed[:end])
        except arrow.ArrowError:
            continue
        # At the end of a message a stream may end; only that no batch came is then to be seen.
        assert end % 8 == 0 and not arrow.Table.from_stream(seed[:end]).num_rows or end > len(seed) - 72


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(SEEDS), st.lists(
    st.tuples(st.integers(0, 1 << 16), st.sampled_from([0, 1, 4, 8, 127, 128, 254, 255]) | st.integers(0, 255)), min_size=1, max_size=4))
def test_stream_damaged_is_refused_or_read_but_nothing_else(seed, changes):
    damaged = bytearray(seed)
    for position, byte in changes:
        damaged[position % len(damaged)] = byte
    tracemalloc.start()
    try:
        read_all(bytes(damaged))
        assert tracemalloc.get_traced_memory()[1] < 256 << 20
    finally:
        tracemalloc.stop()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_bytes_that_are_no_stream_are_refused(data):
    assert read_all(data) == 4
    assert read_all(b"\xff\xff\xff\xff" + data) == 4


@pytest.mark.parametrize(("kind", "detail", "message"), [
    ("array", {"dtype": "O"}, "not of the dtype"), ("array", {"dtype": "<U99999999"}, "not of the dtype"),
    ("array", {"dtype": "<i8", "shape": [1 << 40, 1 << 40]}, "no array|one array"), ("tree", {"tree": {"column": 7}}, "does not fit"),
    ("tree", {}, "does not fit"), ("odd", {}, "kind 'odd' cannot be read by this version"), ("table", {"columns": 1}, "does not fit"),
    ("index", {"names": [None], "range": [0, 1 << 62, 0]}, "does not fit"), ("array", {"dtype": "<f8"}, "not of the dtype")])
def test_detail_that_does_not_fit_is_refused(kind, detail, message):
    import json

    from daskvine.arrow.messages import Stream, stream

    columns = Stream(memoryview(arrow.write_scalars([1, 2]))).batches[0].columns
    damaged = bytes(stream(columns, 2, (("daskvine.value", kind), ("daskvine.detail", json.dumps(detail)))))
    with pytest.raises(arrow.ArrowError, match=message):
        arrow.decode(damaged)


def test_array_of_another_runtime_needs_no_detail():
    from daskvine.arrow.messages import Stream, stream

    for value, expected in (([1.5, 2.5], np.array([1.5, 2.5])), ([True, False], np.array([True, False]))):
        columns = Stream(memoryview(arrow.write_scalars(value))).batches[0].columns
        assert_same(arrow.decode(bytearray(bytes(stream(columns, 2, (("daskvine.value", "array"),))))), expected)
    tensor = Stream(memoryview(bytes(arrow.encode(np.eye(3))))).batches[0].columns
    assert_same(arrow.decode(bytearray(bytes(stream(tensor, 1, (("daskvine.value", "array"),))))), np.eye(3))
    texts = Stream(memoryview(arrow.write_scalars(["a"]))).batches[0].columns
    with pytest.raises(arrow.ArrowError, match="is no array of numpy"):
        arrow.decode(bytes(stream(texts, 1, (("daskvine.value", "array"),))))


@pytest.mark.parametrize("detail", ["[", "[]", "[" * 100_000, "1e999999", "9" * 10_000])
def test_detail_that_is_no_json_object_is_refused(detail):
    from daskvine.arrow.messages import Stream, stream

    columns = Stream(memoryview(arrow.write_scalars([1]))).batches[0].columns
    with pytest.raises(arrow.ArrowError, match="JSON"):
        arrow.decode(bytes(stream(columns, 1, (("daskvine.value", "array"), ("daskvine.detail", detail)))))


def test_stream_of_few_bytes_and_many_rows_is_refused():
    from daskvine.arrow.columns import Column
    from daskvine.arrow.messages import stream

    for kind, children in ((("null",), ()), (("fixed_list", 0), (Column("item", ("null",), 0, ()),)), (("struct",), ())):
        column = Column("value", kind, 1 << 40, () if kind == ("null",) else [None], children)
        with pytest.raises(arrow.ArrowError, match="rows without bytes"):
            arrow.decode(bytes(stream([column], 1 << 40)))


def test_text_beyond_small_offsets_is_large(monkeypatch):
    from daskvine.arrow import scalar
    from daskvine.arrow.messages import Stream

    monkeypatch.setattr(scalar, "_SMALL_OFFSETS", 10)
    for value, kind in (("x" * 20, "large_utf8"), (b"x" * 20, "large_binary"), ("x" * 10, "utf8")):
        stream = bytes(arrow.encode(value))
        assert Stream(memoryview(stream)).schema.fields[0].type == (kind,)
        assert arrow.decode(stream) == value


def test_stream_is_written_in_its_parts(tmp_path):
    value = {"a": np.arange(10_000), "b": pd.DataFrame({"x": ["y", None]})}
    with open(tmp_path / "value", "wb", buffering=0) as file:
        values.write(file.fileno(), arrow.encode(value))
    assert_same(arrow.decode(bytearray((tmp_path / "value").read_bytes())), value)


def run(code):
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


def test_package_imports_little():
    imported = run(
        "import sys; from daskvine.host import calls; before = set(sys.modules); from daskvine import arrow\n"
        "arrow.encode('a'); arrow.scalars(arrow.write_scalars([1]))\n"
        "print(*[name for name in set(sys.modules) - before if not name.startswith('daskvine.arrow')])")
    assert imported.split() == []


def test_plain_values_need_no_numpy():
    # None in sys.modules makes an import fail, as where it is not installed.
    assert run(
        "import sys; sys.modules.update(numpy=None, pandas=None, pyarrow=None); from daskvine import arrow\n"
        "value = {'a': [1, 2.5, None], 'b': list(range(20)), 'c': b'x'}\n"
        "assert arrow.decode(bytes(arrow.encode(value))) == value\n"
        "table = arrow.Table.from_pydict({'a': [1, 2], 'b': ['x', 'y']})\n"
        "print(table.to_pydict(), table.column('a'))") == "{'a': [1, 2], 'b': ['x', 'y']} [1, 2]\n"
