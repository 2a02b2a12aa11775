"""The golden messages of tests/golden/records: that msgpack reads in them what the table in ARCHITECTURE.md says.

messages.* are made by C# (RecordGoldenTests.cs says how), client.* by the client's own code (make_client.py).
"""

import importlib.util
import json
import re
import struct
from pathlib import Path

import msgpack
import pytest

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden" / "records"
ARCHITECTURE = ROOT / "src" / "ARCHITECTURE.md"
FRAME_FROM_BYTES = 16 << 10
NAMES = ("messages", "client")

spec = importlib.util.spec_from_file_location("make_client", GOLDEN / "make_client.py")
make_client = importlib.util.module_from_spec(spec)
spec.loader.exec_module(make_client)


def table():
    """Kind → (name, {field: type}) of the table "Records"."""
    section = ARCHITECTURE.read_text(encoding="utf-8").split("### Records\n")[1].split("\n### ")[0]
    rows = re.findall(r"^\| (\d+) \| (\w+) \| [^|]+ \| (.+) \|$", section, re.MULTILINE)
    return {int(kind): (name, dict(map(field, split(fields)))) for kind, name, fields in rows}


def split(fields):
    """The fields of a row: parted by the commas that are outside brackets."""
    depth, start = 0, 0
    for at, character in enumerate(fields):
        depth += (character in "[({") - (character in "])}")
        if character == "," and not depth:
            yield fields[start:at].strip()
            start = at + 1
    if fields != "–":
        yield fields[start:].strip()


def field(text):
    """Name and type; what follows the type in parentheses or after a dash is for people."""
    name, _, kind = re.sub(r" \(.*\)$| – .*$", "", text).partition(":")
    return name, kind or name


def is_uint(value):
    return type(value) is int and 0 <= value < 1 << 63


def is_text(value):
    return type(value) is str


def is_pair(value):
    return len(value) == 2 and all(map(is_uint, value))


def is_list_of(check):
    return lambda value: type(value) is list and all(map(check, value))


def is_failure(value):
    kind, message, traceback, exception = value
    return kind in range(7) and is_text(message) and is_text(traceback) and (exception is None or is_payload(exception))


def is_node(value):
    functions, body, inputs, key, options, neutral = value
    calls = functions is None or is_numbers(functions)
    return calls and is_payload(body) and is_numbers(inputs) and is_text(key) and is_uint(options) and type(neutral) is bool


def is_ended(value):
    node, worker, duration = value
    return is_uint(node) and is_text(worker) and is_uint(duration)


def is_peer(value):
    return value is None or type(value) is list and len(value) == 4 and all(map(is_text, value))


def is_movement(value):
    source, target, *counts = value
    return is_text(source) and is_text(target) and len(counts) == 3 and all(map(is_uint, counts))


def is_declared(value):
    kind, source, name, size, level, shared = value
    return kind in range(5) and is_text(source) and is_text(name) and is_uint(size) and level in range(4) and type(shared) is bool


def is_output(value):
    return value is None or type(value) is list and len(value) == 2 and all(map(is_text, value))


def is_map_of(check):
    return lambda value: type(value) is dict and all(map(is_text, value)) and all(map(check, value.values()))


def is_payload(value):
    return is_uint(value) or type(value) is bytes and len(value) < FRAME_FROM_BYTES


is_numbers = is_list_of(is_uint)
CHECKS = {
    "uint": is_uint,
    "uint or nil": lambda value: value is None or is_uint(value),
    "int": lambda value: type(value) is int and -1 << 63 <= value < 1 << 63,
    "bool": lambda value: type(value) is bool,
    "str": is_text,
    "bin": lambda value: type(value) is bytes,
    "payload": is_payload,
    "payload or nil": lambda value: value is None or is_payload(value),
    "failure": is_failure,
    "[out, error] or nil": is_output,
    "{str:str}": is_map_of(is_text),
    "{str:uint}": is_map_of(is_uint),
    "[str…]": is_list_of(is_text),
    "[uint…]": is_numbers,
    "[node…]": is_numbers,
    "[[file, size]…]": is_list_of(is_pair),
    "[[task, attempt]…]": is_list_of(is_pair),
    "[bin or [file, size]…]": is_list_of(lambda value: type(value) is bytes or is_pair(value)),
    "[[functions, body:payload, inputs:[node…], key:str, options, neutral]…]": is_list_of(is_node),
    "[[node, worker:str, duration_us]…]": is_list_of(is_ended),
    "[[from:str, to:str, bytes, linked, files]…]": is_list_of(is_movement),
    "[address, token, host, directory] or nil": is_peer,
    "[[kind, source:str, name:str, size, level, shared:bool]…]": is_list_of(is_declared),
}
TABLE = table()


def messages(name):
    """The frames of each message in NAME.bin."""
    data, at, found = (GOLDEN / f"{name}.bin").read_bytes(), 0, []

    def number():
        nonlocal at
        at += 4
        return struct.unpack_from("<I", data, at - 4)[0]

    while at < len(data):
        frames = []
        for _ in range(number()):
            length = number()
            frames.append(data[at:at + length])
            at += length
        found.append(frames)
    assert at == len(data)
    return found


def descriptions(name):
    return json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


def records(name):
    """Every record with the payload frames of its message."""
    for header, *payloads in messages(name):
        for record in msgpack.unpackb(header)[4]:
            yield record, payloads


def described(value, payloads, kind=""):
    """A value as the json has it, payloads put in their places."""
    if kind.startswith("payload") and type(value) is int:
        value = payloads[value]
    if type(value) is bytes:
        return make_client.bytes_of(value)
    if kind == "failure":
        return [*value[:3], described(value[3], payloads, "payload")]
    if "body:payload" in kind:
        return [[functions, described(body, payloads, "payload"), *rest] for functions, body, *rest in value]
    return [described(item, payloads) for item in value] if type(value) is list else value


def test_table_has_a_check_for_every_type():
    assert len(TABLE) == 48
    assert {kind for _, fields in TABLE.values() for kind in fields.values()} == CHECKS.keys()


def test_messages_have_every_record_of_the_table():
    assert {record[0] for record, _ in records("messages")} == TABLE.keys()


@pytest.mark.parametrize("name", NAMES)
def test_records_have_the_fields_of_the_table(name):
    for (kind, *fields), _ in records(name):
        record, expected = TABLE[kind]
        assert len(fields) == len(expected), record
        for value, (label, type_name) in zip(fields, expected.items()):
            assert CHECKS[type_name](value), f"{record}.{label} is {value!r} and no {type_name}"


@pytest.mark.parametrize("name", NAMES)
def test_records_say_what_the_json_says(name):
    golden, said = messages(name), descriptions(name)
    assert len(golden) == len(said)
    for (header, *payloads), description in zip(golden, said):
        *link, found = msgpack.unpackb(header)
        assert link == description["link"]
        assert len(found) == len(description["records"])
        for (kind, *fields), expected in zip(found, description["records"]):
            record, types = TABLE[kind]
            assert (kind, record) == (expected["kind"], expected["record"])
            assert list(types) == list(expected["fields"])
            values = [described(value, payloads, types[label]) for label, value in zip(types, fields)]
            assert values == list(expected["fields"].values())


@pytest.mark.parametrize("name", NAMES)
def test_payload_frames_are_large_and_each_is_named_once_in_order(name):
    for header, *payloads in messages(name):
        named = []
        for kind, *fields in msgpack.unpackb(header)[4]:
            for value, type_name in zip(fields, TABLE[kind][1].values()):
                if type_name.startswith("payload"):
                    named.append(value)
                elif type_name == "failure":
                    named.append(value[3])
                elif "body:payload" in type_name:
                    named += [node[1] for node in value]
        assert [value for value in named if type(value) is int] == list(range(len(payloads)))
        assert all(len(payload) >= FRAME_FROM_BYTES for payload in payloads)


@pytest.mark.parametrize("name", NAMES)
def test_headers_repacked_keep_their_bytes(name):
    for header, *_ in messages(name):
        assert msgpack.packb(msgpack.unpackb(header)) == header


def test_client_writes_today_what_is_golden():
    made = make_client.messages()
    assert [make_client.describe(frames) for frames in made] == descriptions("client"), "see make_client.py"
    assert make_client.pack(made) == (GOLDEN / "client.bin").read_bytes()
