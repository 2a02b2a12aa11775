#!/usr/bin/python3
"""Writes values.bin, many values as python3-msgpack encodes them, and values.json, what they are."""

import json
import struct
from pathlib import Path

import msgpack

INTEGERS = sorted(
    {sign * (2**bits) + step for bits in (0, 5, 7, 8, 15, 16, 31, 32, 53, 63) for sign in (1, -1) for step in (-1, 0, 1)}
    | {2**64 - 2, 2**64 - 1}
)
FLOATS = [0.0, -0.0, 1.5, -1e300, 5e-324, 0.1, float("inf"), float("-inf"), float("nan")]
LENGTHS = [0, 1, 31, 32, 255, 256, 65535, 65536]
COUNTS = [0, 1, 15, 16, 65535, 65536]
EXTENSION_LENGTHS = [0, 1, 2, 3, 4, 5, 8, 9, 16, 17, 255, 256, 65535, 65536]
TEXTS = ["key", "\u00e9\u4f60\U0001f377", "nul\0tab\t\"quote\"", "\u00e9" * 16, "\U0001f377" * 64]
NESTED = [
    [[], {}, [None, [True, [False, [1.5]]]]],
    {"op": "task-finished", "key": ["x", 1, -1], "nbytes": 2**40, "frames": [b"\x00\xff", b""], "extra": {"a": {"b": {}}}},
    {1: "int", -1: "negative", 2.5: "float", None: "nil", b"k": "binary"},
    {f"key-{number}": number for number in range(16)},
]
TIMESTAMPS = [msgpack.Timestamp(1), msgpack.Timestamp(2**33, 5), msgpack.Timestamp(-1, 7)]


def values():
    yield from (None, False, True)
    yield from (number for number in INTEGERS if -(2**63) <= number < 2**64)
    yield from FLOATS
    yield from ("a" * length for length in LENGTHS)
    yield from TEXTS
    yield from (b"\xa5" * length for length in LENGTHS)
    yield from ([None] * count for count in COUNTS)
    yield from (dict.fromkeys(range(count), True) for count in (0, 1, 15, 16, 300))
    yield from (msgpack.ExtType(42, b"\x5a" * length) for length in EXTENSION_LENGTHS)
    yield from TIMESTAMPS
    yield from NESTED


def run_of(sequence):
    """The one element and its count if a long sequence repeats it; keeps values.json readable."""
    if len(sequence) > 64 and all(element == sequence[0] for element in sequence):
        return sequence[:1], len(sequence)
    return sequence, 1


def describe(value):
    if value is None:
        return {"type": "nil"}
    if isinstance(value, bool):
        return {"type": "bool", "value": value}
    if isinstance(value, int):
        return {"type": "int", "value": str(value)}
    if isinstance(value, float):
        return {"type": "float", "bits": struct.pack(">d", value).hex()}
    if isinstance(value, str):
        text, times = run_of(value)
        return {"type": "str", "value": text, "times": times}
    if isinstance(value, bytes):
        data, times = run_of(value)
        return {"type": "bin", "hex": data.hex(), "times": times}
    if isinstance(value, msgpack.Timestamp):
        return {"type": "ext", "code": -1, "hex": value.to_bytes().hex(), "times": 1}
    if isinstance(value, msgpack.ExtType):
        data, times = run_of(value.data)
        return {"type": "ext", "code": value.code, "hex": data.hex(), "times": times}
    if isinstance(value, list):
        items, times = run_of(value)
        return {"type": "array", "items": [describe(item) for item in items], "times": times}
    return {"type": "map", "pairs": [[describe(key), describe(item)] for key, item in value.items()]}


def main():
    folder = Path(__file__).parent
    packed, described = [], []
    for value in values():
        packed.append(msgpack.packb(value))
        described.append(describe(value))
    for value in FLOATS[:3]:
        packed.append(msgpack.packb(value, use_single_float=True))
        described.append(describe(value) | {"single": True})
    (folder / "values.bin").write_bytes(b"".join(packed))
    lines = ",\n".join(json.dumps(line) for line in described)
    (folder / "values.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
