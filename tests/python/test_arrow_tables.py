"""Tables without pyarrow, and Arrow's own golden files."""

import datetime
import decimal
import gzip
import json
import pathlib

import numpy as np
import pandas as pd
import pytest
from daskvine import arrow
from daskvine.arrow import lists, scalar
from daskvine.arrow.columns import Column
from daskvine.arrow.messages import Stream, stream

FILES = (
    "custom_metadata", "datetime", "decimal", "decimal256", "dictionary", "dictionary_unsigned", "duplicate_fieldnames", "extension", "map",
    "map_non_canonical", "nested", "nested_dictionary", "nested_large_offsets", "null", "null_trivial", "primitive",
    "primitive_large_offsets", "primitive_no_batches", "primitive_zerolength", "recursive_nested")


def golden(name):
    for folder in pathlib.Path(__file__).resolve().parents:
        path = folder / "shared" / "data" / "arrow-golden" / name
        if path.exists():
            return path.read_bytes()
    raise AssertionError(f"no folder above {__file__} has shared/data/arrow-golden/{name}: Arrow's golden files belong beside the checkout")


def expected(field, column, dictionaries):
    """The rows that the integration JSON says."""
    if "dictionary" in field:
        values = dictionaries[field["dictionary"]["id"]]
        rows = [values[index] if valid else None for index, valid in zip(column["DATA"], column["VALIDITY"])]
        return rows
    rows = READERS.get(field["type"]["name"], lambda field, column, _: column["DATA"])(field, column, dictionaries)
    return [row if valid else None for row, valid in zip(rows, column.get("VALIDITY", [1] * column["count"]))]


def child_of(field, column, dictionaries, index=0):
    return expected(field["children"][index], column["children"][index], dictionaries)


def listed(field, column, dictionaries):
    items, offsets = child_of(field, column, dictionaries), list(map(int, column["OFFSET"]))
    return [items[start:end] for start, end in zip(offsets, offsets[1:])]


def fixed(field, column, dictionaries):
    items, size = child_of(field, column, dictionaries), field["type"]["listSize"]
    return [items[row * size:(row + 1) * size] for row in range(column["count"])]


def structs(field, column, dictionaries):
    names = [child["name"] for child in field["children"]]
    children = [child_of(field, column, dictionaries, index) for index in range(len(names))]
    return [dict(zip(names, row)) for row in zip(*children)]


def floats(field, column, _):
    dtype = {"HALF": "f2", "SINGLE": "f4", "DOUBLE": "f8"}[field["type"]["precision"]]
    return np.array(column["DATA"], dtype).tolist()


def decimals(field, column, _):
    exact = decimal.Context(prec=100)
    return [decimal.Decimal(text).scaleb(-field["type"]["scale"], exact) for text in column["DATA"]]


READERS = {
    "int": lambda field, column, _: list(map(int, column["DATA"])), "bool": lambda field, column, _: list(map(bool, column["DATA"])),
    "floatingpoint": floats, "binary": lambda field, column, _: list(map(bytes.fromhex, column["DATA"])), "list": listed,
    "largelist": listed, "fixedsizelist": fixed, "struct": structs, "decimal": decimals,
    "null": lambda field, column, _: [None] * column["count"],
    "map": lambda field, column, dictionaries: [[tuple(pair.values()) for pair in rows] for rows in listed(field, column, dictionaries)]}
READERS["largebinary"] = READERS["fixedsizebinary"] = READERS["binary"]
TIMES = {"date", "time", "timestamp"}


def dictionaries_of(content):
    """Id → rows of each dictionary, inner ones first."""
    fields, rows = {}, {}

    def collect(field):
        for child in field["children"]:
            collect(child)
        if "dictionary" in field:
            fields[field["dictionary"]["id"]] = {key: part for key, part in field.items() if key != "dictionary"}

    for field in content["schema"]["fields"]:
        collect(field)
    waiting = {one["id"]: one["data"]["columns"][0] for one in content.get("dictionaries", [])}
    while waiting:
        for number in list(waiting):
            try:
                rows[number] = expected(fields[number], waiting[number], rows)
            except KeyError:
                continue  # one inside it is not there yet
            del waiting[number]
    return rows


@pytest.mark.parametrize("is_rewritten", [False, True], ids=["read", "rewritten"])
@pytest.mark.parametrize("name", FILES)
def test_golden_file_has_the_values_of_its_json(name, is_rewritten):
    content = json.loads(gzip.decompress(golden(f"generated_{name}.json.gz")))
    table = arrow.Table.from_stream(golden(f"generated_{name}.stream"))
    if is_rewritten:
        table = arrow.Table.from_stream(table.to_stream())
    fields = content["schema"]["fields"]
    assert [(field.name, field.nullable) for field in table.schema.fields] == [(field["name"], field["nullable"]) for field in fields]
    for field, read in zip(fields, table.schema.fields):
        assert read.metadata == {pair["key"]: pair["value"] for pair in field.get("metadata", [])}
    dictionaries = dictionaries_of(content)
    assert table.num_rows == sum(batch["count"] for batch in content["batches"])
    for position, field in enumerate(fields):
        rows = [row for batch in content["batches"] for row in expected(field, batch["columns"][position], dictionaries)]
        column = table.column(position)
        if field["type"]["name"] in TIMES:
            missing = -1 << 63
            assert column.astype("i8").tolist() == [missing if row is None else int(row) for row in rows]
        else:
            assert repr(list(column.tolist() if isinstance(column, np.ndarray) else column)) == repr(rows)


@pytest.mark.parametrize(("name", "kind"), [("interval", "interval"), ("union", "union")])
def test_golden_file_of_a_type_that_is_not_supported_names_it(name, kind):
    with pytest.raises(arrow.ArrowError, match=f"has the Arrow type {kind}, which is not supported"):
        arrow.Table.from_stream(golden(f"generated_{name}.stream"))


@pytest.mark.parametrize("name", [name for name in FILES if name != "datetime"])
def test_golden_file_becomes_a_frame(name):
    table = arrow.Table.from_stream(golden(f"generated_{name}.stream"))
    frame = table.to_pandas()
    assert list(frame.columns) == table.column_names and len(frame) == table.num_rows


def some_table():
    return arrow.Table.from_pydict({
        "i": np.arange(3, dtype="i4"), "f": [1.5, 2.5, 3.5], "t": ["a", "é", ""], "b": [True, False, True],
        "m": np.array(["2020", "NaT", "1"], "M8[ms]"), "d": [datetime.date(2020, 1, 2)] * 3, "x": [b"a", b"", b"c"]})


def test_table_tells_its_schema():
    table = some_table()
    assert table.num_rows == len(table) == 3 and table.num_columns == 7
    assert [f"{field.name}: {field.type}" for field in table.schema.fields] == [
        "i: int32", "f: float64", "t: utf8", "b: bool", "m: timestamp[ms]", "d: date32", "x: binary"]
    assert repr(table).startswith("<daskvine.arrow.Table of 3 rows: i: int32, f: float64")


def test_table_columns_are_arrays_in_place_or_lists():
    table = arrow.Table.from_stream(stream := bytearray(some_table().to_stream()))
    assert table.column("i").tolist() == [0, 1, 2] and table.column("i").dtype == "i4"
    assert np.shares_memory(table.column("f"), np.frombuffer(stream, "u1"))
    assert table.column("b").tolist() == [True, False, True]
    assert table.column("t") == ["a", "é", ""]
    assert np.isnat(table.column("m")).tolist() == [False, True, False]
    assert table.column(5).tolist() == [datetime.date(2020, 1, 2)] * 3


def test_table_column_that_is_not_one_is_named():
    with pytest.raises(KeyError, match="'z' is not among the columns"):
        some_table().column("z")
    twice = arrow.Table.from_stream(golden("generated_duplicate_fieldnames.stream"))
    with pytest.raises(KeyError, match="'ints' is twice among the columns"):
        twice.column("ints")
    with pytest.raises(arrow.ArrowError, match="two columns have one name"):
        twice.to_pydict()
    assert list(twice.to_pandas().columns) == ["ints", "ints", "struct"]


def test_table_to_pydict_has_objects_of_python():
    table = some_table().to_pydict()
    assert table["m"] == [datetime.datetime(2020, 1, 1), None, datetime.datetime(1, 1, 1)]
    assert table["d"] == [datetime.date(2020, 1, 2)] * 3 and table["x"] == [b"a", b"", b"c"]


def test_table_to_pandas_keeps_what_is_missing():
    batch = [
        Column("i", ("int", 16), 2, [b"\1", b"\5\0\0\0"], nulls=1), Column("b", ("bool",), 2, [b"\1", b"\1"], nulls=1),
        Column("z", ("timestamp", "s", "Europe/Berlin"), 2, [None, bytes(16)]),
        Column("c", ("int", 8), 2, [None, b"\1\0"], dictionary=(scalar.text_column("", ["x", "y"]),)),
        Column("f", ("float", 32), 2, [b"\1", bytes(8)], nulls=1), Column("t", ("utf8",), 2, [b"\1", bytes(12), b""], nulls=1)]
    frame = arrow.decode(bytes(stream(batch, 2))).to_pandas()
    assert [str(dtype) for dtype in frame.dtypes] == ["Int16", "boolean", "datetime64[ns, Europe/Berlin]", "category", "float32", "object"]
    assert frame["i"].tolist() == [5, pd.NA] and frame["c"].tolist() == ["y", "x"] and frame["t"].tolist() == ["", None]


def test_table_to_pandas_takes_times_beyond_its_nanoseconds():
    table = arrow.Table.from_pydict({"d": [datetime.date(9999, 12, 31)], "m": [datetime.datetime(1, 1, 1)]})
    assert [str(value)[:10] for value in table.to_pandas().iloc[0]] == ["9999-12-31", "0001-01-01"]


def test_table_of_a_frame_is_that_frame():
    frame = pd.DataFrame({"a": [1, 2]}, index=pd.Index(["x", "y"], name="n"))
    table = arrow.Table.from_stream(bytes(arrow.encode(frame)))
    assert table.column_names == ["a", "__index__"]
    pd.testing.assert_frame_equal(table.to_pandas(), frame)


def test_table_is_a_value_and_comes_back_as_one():
    table = some_table()
    encoded = arrow.encode(table)
    assert dict(Stream(memoryview(bytes(encoded))).schema.metadata) == {"daskvine.value": "table"}
    back = arrow.decode(bytes(encoded))
    assert type(back) is arrow.Table and back.to_pydict() == table.to_pydict() and back.to_stream() == table.to_stream()


def test_table_tensor_column_is_an_array_of_its_shape():
    array = np.arange(6.0).reshape(2, 3)
    for made in (array, np.asfortranarray(array)):
        assert np.array_equal(arrow.Table.from_stream(bytes(arrow.encode(made))).column("value"), [array])


@pytest.mark.parametrize(("columns", "message"), [
    ({"a": [1], "b": [1, 2]}, "of one length"), ({"a": [1, "x"]}, "'a' is neither"), ({"a": np.zeros(1, "V1")}, "'a' is neither")])
def test_table_of_what_is_no_column_is_refused(columns, message):
    with pytest.raises(arrow.ArrowError, match=message):
        arrow.Table.from_pydict(columns)


def test_table_of_pyarrow_is_one_again_where_it_can_be_imported():
    try:
        import pyarrow
    except ImportError:
        columns = Stream(memoryview(some_table().to_stream())).batches[0].columns
        metadata = (("daskvine.value", "table"), ("daskvine.detail", '{"pyarrow":"Table"}'))
        assert arrow.decode(bytes(stream(columns, 3, metadata))).to_pydict() == some_table().to_pydict()
    else:
        made = some_table().to_pyarrow().replace_schema_metadata({"k": "v"})
        for value in (made, made.to_batches()[0], made.column("t").chunk(0)):
            back = arrow.decode(bytes(arrow.encode(value)))
            assert type(back) is type(value) and back.equals(value)


def test_table_without_pyarrow_says_so():
    try:
        import pyarrow
    except ImportError:
        with pytest.raises(ImportError, match="pyarrow"):
            some_table().to_pyarrow()
    else:
        assert some_table().to_pyarrow().equals(pyarrow.ipc.open_stream(some_table().to_stream()).read_all())


@pytest.mark.parametrize(("column", "message"), [
    (Column("c", ("utf8",), 1, [None, b"\5\0\0\0\1\0\0\0", b"abc"]), "out of order"),
    (Column("c", ("utf8",), 1, [None, bytes(4) + b"\1\0\0\0", b"\xff"]), "no UTF-8"),
    (Column("c", ("int", 8), 1, [None, b"\5"], dictionary=(Column("", ("bool",), 1, [None, b"\1"]),)), "beyond its dictionary"),
    (Column("c", ("int", 8), 1, [None, b"\0"], dictionary=()), "beyond its dictionary"),
    (Column("c", ("date", 32), 1, [None, b"\xff\xff\xff\x7f"]), "beyond what Python's has"),
    (Column("c", ("timestamp", "s", "Mars/Base"), 1, [None, bytes(8)]), "'Mars/Base', which is not known here")])
def test_column_with_impossible_rows_is_refused(column, message):
    with pytest.raises(arrow.ArrowError, match=message):
        lists.to_list(column)
