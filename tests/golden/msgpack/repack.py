#!/usr/bin/python3
"""Reads MessagePack values on stdin and writes each one again, as python3-msgpack encodes it, on stdout."""

import sys

import msgpack


class Pairs(list):
    """A map as its pairs: a dict would merge the keys 1, 1.0 and True."""


def pack(packer, value):
    if isinstance(value, Pairs):
        packer.pack_map_header(len(value))
        for key, item in value:
            pack(packer, key)
            pack(packer, item)
    elif isinstance(value, list):
        packer.pack_array_header(len(value))
        for item in value:
            pack(packer, item)
    elif isinstance(value, msgpack.ExtType):
        packer.pack_ext_type(value.code, value.data)
    else:
        packer.pack(value)


class AnyExtension(msgpack.ExtType):
    """An extension whose code may be negative, which ExtType itself refuses."""

    def __new__(cls, code, data):
        return tuple.__new__(cls, (code, data))


def main():
    unpacker = msgpack.Unpacker(
        sys.stdin.buffer, strict_map_key=False, object_pairs_hook=Pairs, ext_hook=AnyExtension, max_buffer_size=2**31 - 1
    )
    packer = msgpack.Packer(autoreset=False)
    for value in unpacker:
        pack(packer, value)
    sys.stdout.buffer.write(packer.bytes())


if __name__ == "__main__":
    main()
