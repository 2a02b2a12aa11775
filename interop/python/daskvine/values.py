"""Values: their bytes in memory, inline in a message, and in a file ("Values" in src/ARCHITECTURE.md).

A small scalar is plain: the byte 0xC1, then its MessagePack. What other runtimes are to read is an Arrow stream (`daskvine.arrow`). All
else is a pickle (first byte 0x80) or, when it holds large buffers, a container: ``DVP5``, u32 number of buffers,
u64 length of the pickle, u64 length of each buffer, then the pickle and each buffer, every one starting at a multiple
of 64 from the start. Imports neither dask nor zmq, and cloudpickle only for what the standard pickle cannot do.
"""

import _pickle as pickle  # the module pickle takes 6 ms more
import os
import struct
import sys

import msgpack

__all__ = ["Container", "decode", "dumps", "encode", "load_file", "loads", "write"]

ALIGNMENT = 64
# Below this, one copy is cheaper than a place of its own in a container.
OUT_OF_BAND = 16 * 1024
# Below this, reading a file is cheaper than mapping it (page faults; measured, more so when the task writes into it).
MAPPED = 4 * 1024 * 1024

_MAGIC = b"DVP5"
_PLAIN_MARK = b"\xc1"
_ARROW = b"\xff\xff\xff\xff"
# Text and bytes from this size are no plain values.
_PLAIN_BYTES = 4096
_HEAD = struct.Struct("<4sIQ")
_IOV_MAX = 1024
_ZEROS = bytes(ALIGNMENT)
_SCALARS = frozenset((bool, int, float, type(None)))
_TEXTS = frozenset((str, bytes))
_SIMPLE = frozenset((bool, int, float, complex, str, bytes, bytearray, type(None)))
_pack = msgpack.Packer().pack
# How a pickle refers to the module __main__: this process's, which is not the one that will read it.
_MAIN = b"\x8c\x08__main__"
_RAW_OPCODES = {bytes: b"\x80\x05\x8e", bytearray: b"\x80\x05\x96"}


class Container:
    """An encoded value in several pieces that nobody has joined yet.

    ``parts`` are bytes-like and in order; those of the value's own buffers are views of the caller's memory, so the
    value must not change before they are written. ``len()`` is the size in bytes, ``bytes()`` joins (a copy).
    """

    __slots__ = ("parts", "_size")

    def __init__(self, parts):
        self.parts = parts
        self._size = sum(len(part) for part in parts)

    def __len__(self):
        return self._size

    def __bytes__(self):
        return b"".join(self.parts)


def encode(value, neutral=False):
    """The encoded form of value: bytes, or a Container when it has large buffers. ``len()`` of either is its size.

    With `neutral` it is one that every runtime can read, if value has one that loses nothing. Raises what pickling raised (often PicklingError, TypeError or AttributeError) when value cannot be pickled.
    """
    kind = type(value)
    if kind in _SCALARS or (kind in _TEXTS and len(value) < _PLAIN_BYTES):
        try:
            return _PLAIN_MARK + _pack(value)
        except (OverflowError, UnicodeEncodeError):
            # A number beyond 64 bits, or half of a surrogate pair: fine in Python only.
            return pickle.dumps(value, 5)
    if neutral:
        from daskvine import arrow
        stream = arrow.encode(value)
        if stream is not None:
            return stream
    if kind in _SIMPLE:
        if kind in _RAW_OPCODES and len(value) >= OUT_OF_BAND:
            # pickle.dumps would copy it; this is the same pickle, with the payload left where it is.
            return Container([_RAW_OPCODES[kind] + len(value).to_bytes(8, "little"), memoryview(value), b"."])
        return pickle.dumps(value, 5)
    pickled, buffers = _pickle(value)
    return _container(pickled, buffers) if buffers else pickled


def dumps(value, neutral=False):
    """The encoded form of value as one bytes object; `neutral` is as for `encode`."""
    encoded = encode(value, neutral)
    return encoded if type(encoded) is bytes else bytes(encoded)


def write(descriptor, encoded):
    """Writes what encode returned to a blocking file descriptor. Raises OSError; a part may be written by then."""
    views = [memoryview(part) for part in (encoded.parts if type(encoded) is Container else (encoded,)) if len(part)]
    first = 0
    while first < len(views):
        written = os.writev(descriptor, views[first:first + _IOV_MAX])
        while first < len(views) and written >= len(views[first]):
            written -= len(views[first])
            first += 1
        if written:
            views[first] = views[first][written:]


def decode(data):
    """The value in data (bytes-like), which stays untouched: buffers are copies, writable where they were so before.

    Raises ValueError for a damaged container and whatever unpickling raises, such as ModuleNotFoundError.
    """
    first = data[0]
    if first == 0xC1:
        return msgpack.unpackb(data[1:], strict_map_key=False)
    if first == 0x80:
        return pickle.loads(data)
    if first == 0xFF:
        from daskvine import arrow
        return arrow.decode(memoryview(bytearray(data)))
    pickled, buffers = _split(memoryview(data))
    return pickle.loads(pickled, buffers=[bytearray(buffer) for buffer in buffers])


def loads(data):
    """The value in data, without copying: arrays are views of data, writable if data is. Raises as decode does."""
    view = memoryview(data)
    first = bytes(view[:1])
    if first == b"\x80":
        return pickle.loads(view)
    if first == _PLAIN_MARK:
        return msgpack.unpackb(view[1:], strict_map_key=False)
    if first == b"\xff":
        from daskvine import arrow
        return arrow.decode(view)
    pickled, buffers = _split(view)
    return pickle.loads(pickled, buffers=buffers)


def load_file(path):
    """The value in a file. Its arrays are private: writing into them changes neither the file nor another reader.

    A large file is mapped for as long as the value's buffers live. Raises OSError, or as decode does.
    """
    with open(path, "rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        # Only a container's and a stream's buffers stay in use; a plain pickle's contents are copied out anyway.
        mappable = size >= MAPPED and os.pread(file.fileno(), len(_MAGIC), 0) in (_MAGIC, _ARROW)
        view = _map_privately(file.fileno(), size) if mappable else None
        return loads(_read(file, size) if view is None else view)


def _pickle(value):
    """The pickle of value and its large buffers as flat views."""
    buffers = []

    def keep_in_band(buffer):
        view = buffer.raw()
        if view.nbytes < OUT_OF_BAND:
            return True
        buffers.append(view)
        return False

    try:
        pickled = pickle.dumps(value, 5, buffer_callback=keep_in_band)
    except MemoryError:
        raise
    except Exception:
        pickled = None  # a lambda, a local class, an odd reducer: cloudpickle can, or says why not
    if pickled is not None and not _needs_cloudpickle(pickled):
        return pickled, buffers
    import cloudpickle
    buffers.clear()
    return cloudpickle.dumps(value, 5, buffer_callback=keep_in_band), buffers


def _needs_cloudpickle(pickled):
    """True when the standard pickle names something that its reader will not find under that name."""
    if _MAIN in pickled:
        return True
    cloudpickle = sys.modules.get("cloudpickle")
    return cloudpickle is not None and any(
        name.encode() in pickled for name in cloudpickle.list_registry_pickle_by_value())


def _container(pickled, buffers):
    """Head, pickle and buffers in order, with the gaps between them filled."""
    lengths = struct.pack(f"<{len(buffers)}Q", *(buffer.nbytes for buffer in buffers))
    head = _HEAD.pack(_MAGIC, len(buffers), len(pickled)) + lengths
    parts = [head]
    last = len(head)
    for piece in (pickled, *buffers):
        gap = -last % ALIGNMENT
        if gap:
            parts.append(_ZEROS[:gap])
        parts.append(piece)
        last = len(piece)  # what precedes starts at a multiple of 64, so its length decides the next gap
    return Container(parts)


def _split(view):
    """The pickle and the buffers of a container, as slices of view."""
    size = view.nbytes
    if size < _HEAD.size:
        raise ValueError(f"not a value: {size} bytes are too few")
    magic, count, length = _HEAD.unpack_from(view)
    if magic != _MAGIC:
        raise ValueError(f"not a value: it starts with {magic!r}")
    position = _HEAD.size + 8 * count
    if position > size:
        raise ValueError(f"damaged value: {count} buffers in {size} bytes")
    pieces = []
    for length in (length, *struct.unpack_from(f"<{count}Q", view, _HEAD.size)):
        position += -position % ALIGNMENT
        if position + length > size:
            raise ValueError(f"damaged value: a piece ends at byte {position + length} of {size}")
        pieces.append(view[position:position + length])
        position += length
    return pieces[0], pieces[1:]


def _map_privately(descriptor, size):
    """A writable view of a file's pages, or None when the system refuses."""
    from daskvine.mapping import map_privately  # with ctypes, not for every process
    return map_privately(descriptor, size)


def _read(file, size):
    """The first size bytes of an unbuffered file, in memory of their own. Raises EOFError when it is shorter."""
    content = bytearray(size)
    view = memoryview(content)
    done = 0
    while done < size:  # one read returns 2 GiB at most
        count = file.readinto(view[done:])
        if not count:
            raise EOFError(f"{file.name} ends at byte {done} of {size}")
        done += count
    return content
