"""Schemas: types, fields, metadata, and their FlatBuffers.

A type is a tuple: its kind, then what the kind needs, such as ("int", 64) or ("timestamp", "ns", "UTC").
"""

from collections import namedtuple

from daskvine.arrow.flatbuffers import ArrowError

__all__ = ["Field", "LARGE", "OFFSETS", "Schema", "TEXTS", "WIDTHS", "parse", "slots", "type_text", "width_of"]

UNITS = ("s", "ms", "us", "ns")
# Types whose offsets are 64 bits wide.
LARGE = frozenset(("large_utf8", "large_binary", "large_list"))
# Types that have offsets and bytes, and those that have offsets at all.
TEXTS = frozenset(("utf8", "binary", "large_utf8", "large_binary"))
OFFSETS = TEXTS | {"list", "large_list", "map"}
# Types of one buffer of numbers, and where in the tuple their width in bits stands.
WIDTHS = {"int": 1, "uint": 1, "float": 1, "date": 1, "time": 1, "decimal": 1}

_NESTED_AT_MOST = 64
_PLAIN_CODES = {
    "null": 1, "binary": 4, "utf8": 5, "bool": 6, "list": 12, "struct": 13, "large_binary": 19, "large_utf8": 20, "large_list": 21}
_PLAIN_KINDS = {code: kind for kind, code in _PLAIN_CODES.items()}
_OTHERS = {
    11: "interval", 14: "union", 22: "run_end_encoded", 23: "binary_view", 24: "utf8_view", 25: "list_view", 26: "large_list_view"}

# `children` are fields; `metadata` is pairs of str; `dictionary` is (id, type of its indices, ordered) or None, and then `type` and
# `children` are those of the dictionary's values.
Field = namedtuple("Field", "name type nullable children metadata dictionary", defaults=(True, (), (), None))
Schema = namedtuple("Schema", "fields metadata", defaults=((),))


def width_of(kind):
    """Bits of an element in a type's only buffer of data, 0 for types that have none or need offsets."""
    name = kind[0]
    if name in WIDTHS:
        return kind[1]
    if name in ("timestamp", "duration"):
        return 64
    if name == "bool":
        return 1
    return 8 * kind[1] if name == "fixed_binary" else 0


def type_text(field):
    """A field's type for people: int64, list<float32>, timestamp[ns, tz=UTC], dictionary<int8, utf8>."""
    name, *rest = kind = field.type
    children = ", ".join(
        (f"{child.name}: " if name == "struct" else "") + type_text(child) for child in field.children)
    if name in ("int", "uint", "float", "date"):
        text = f"{name}{rest[0]}"
    elif name == "decimal":
        text = f"decimal{kind[1]}[{kind[2]}, {kind[3]}]"
    elif name in ("time", "duration"):
        text = f"{name}[{rest[-1]}]"
    elif name == "timestamp":
        text = f"timestamp[{rest[0]}, tz={rest[1]}]" if rest[1] else f"timestamp[{rest[0]}]"
    elif name == "fixed_list":
        text = f"fixed_list<{children}>[{rest[0]}]"
    elif name == "fixed_binary":
        text = f"fixed_binary[{rest[0]}]"
    else:
        text = f"{name}<{children}>" if children or name == "struct" else name
    if field.dictionary:
        return f"dictionary<{field.dictionary[1][0]}{field.dictionary[1][1]}, {text}>"
    return text


def slots(schema):
    """The table of a schema, to be built."""
    return [None, ("o", [_field(field) for field in schema.fields]), _pairs(schema.metadata)]


def _pairs(metadata):
    return ("o", [[("o", key), ("o", value)] for key, value in metadata]) if metadata else None


def _field(field):
    code, table = _type(field.type)
    dictionary = None
    if field.dictionary:
        number, index, ordered = field.dictionary
        dictionary = ("o", [("q", number), ("o", _type(index)[1]), ("?", ordered)])
    children = [_field(child) for child in field.children]
    return [
        ("o", field.name), ("?", field.nullable), ("B", code), ("o", table), dictionary, ("o", children), _pairs(field.metadata)]


def _type(kind):
    """The code of a type and its table. A table of no slots gets an empty one, so that it is not an empty vector."""
    name = kind[0]
    if name in _PLAIN_CODES:
        return _PLAIN_CODES[name], [None]
    if name in ("int", "uint"):
        return 2, [("i", kind[1]), ("?", name == "int")]
    if name == "float":
        return 3, [("h", (16, 32, 64).index(kind[1]))]
    if name == "decimal":
        return 7, [("i", kind[2]), ("i", kind[3]), ("i", kind[1])]
    if name == "date":
        return 8, [("h", (32, 64).index(kind[1]))]
    if name == "time":
        return 9, [("h", UNITS.index(kind[2])), ("i", kind[1])]
    if name == "timestamp":
        return 10, [("h", UNITS.index(kind[1])), ("o", kind[2]) if kind[2] else None]
    if name == "duration":
        return 18, [("h", UNITS.index(kind[1]))]
    return {"fixed_binary": 15, "fixed_list": 16, "map": 17}[name], [("?" if name == "map" else "i", kind[1])]


def parse(table):
    """The schema in a table that was read. Raises ArrowError, which names a type that is not supported."""
    if table.number(0, "h"):
        raise ArrowError("big-endian Arrow streams are not supported")
    return Schema(tuple(_parse_field(field, 0) for field in table.tables(1)), _parse_pairs(table.tables(2)))


def _parse_pairs(tables):
    return tuple((pair.text(0) or "", pair.text(1) or "") for pair in tables)


def _parse_field(table, depth):
    if depth > _NESTED_AT_MOST:
        raise ArrowError(f"Arrow types nested deeper than {_NESTED_AT_MOST} are not supported")
    name = table.text(0) or ""
    code, details = table.number(2, "B"), table.table(3)
    children = tuple(_parse_field(child, depth + 1) for child in table.tables(5))
    kind = _parse_type(code, details, name)
    expected = {"list": 1, "large_list": 1, "fixed_list": 1, "map": 1, "struct": len(children)}.get(kind[0], 0)
    if len(children) != expected:
        raise ArrowError(f"damaged Arrow schema: column {name!r} of type {kind[0]} has {len(children)} children")
    if kind[0] == "map" and (children[0].type != ("struct",) or len(children[0].children) != 2):
        raise ArrowError(f"damaged Arrow schema: the entries of map {name!r} are not pairs")
    return Field(name, kind, bool(table.number(1, "B")), children, _parse_pairs(table.tables(6)), _parse_dictionary(table.table(4), name))


def _parse_dictionary(table, name):
    if table is None:
        return None
    index = table.table(1)
    return table.number(0, "q"), _parse_type(2, index, name) if index else ("int", 32), bool(table.number(2, "B"))


def _parse_type(code, table, name):
    if code in _PLAIN_KINDS:
        return (_PLAIN_KINDS[code],)
    if code in _OTHERS or not 1 <= code <= 26 or table is None:
        raise ArrowError(f"column {name!r} has the Arrow type {_OTHERS.get(code, f'number {code}')}, which is not supported")
    kind = _PARSERS[code](table)
    if None in kind:
        raise ArrowError(f"damaged Arrow schema: column {name!r} has an impossible {kind[0]}")
    return kind


def _among(allowed, value):
    return value if value in allowed else None


def _unit(table, default):
    number = table.number(0, "h", default)
    return UNITS[number] if 0 <= number < 4 else None


def _int(table):
    return "int" if table.number(1, "B") else "uint", _among((8, 16, 32, 64), table.number(0, "i"))


def _time(table):
    unit, width = _unit(table, 1), table.number(1, "i", 32)
    return "time", width if width == (32 if unit in ("s", "ms") else 64) else None, unit


_PARSERS = {
    2: _int,
    3: lambda table: ("float", {0: 16, 1: 32, 2: 64}.get(table.number(0, "h"))),
    7: lambda table: ("decimal", _among((128, 256), table.number(2, "i", 128)), table.number(0, "i"), table.number(1, "i")),
    8: lambda table: ("date", {0: 32, 1: 64}.get(table.number(0, "h", 1))),
    9: _time,
    10: lambda table: ("timestamp", _unit(table, 0), table.text(1) or ""),
    15: lambda table: ("fixed_binary", _not_negative(table.number(0, "i"))),
    16: lambda table: ("fixed_list", _not_negative(table.number(0, "i"))),
    17: lambda table: ("map", bool(table.number(0, "B"))),
    18: lambda table: ("duration", _unit(table, 1)),
}


def _not_negative(number):
    return number if number >= 0 else None
