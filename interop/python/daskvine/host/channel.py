"""The stream between a host process and its worker: u32 length, then one MessagePack array, again and again."""

import _socket  # the module socket takes 2 ms more

import msgpack

HELLO, FORK, EXITED, FUNCTION, CALL, RETURNED, FAILED, UPLOAD, FORGET, SETUP, READY, LOADED = range(1, 13)

CAPACITY = 256 * 1024

_packer = msgpack.Packer(use_bin_type=True, unicode_errors="backslashreplace")


def frame(record):
    """One message, ready to send. What is not UTF-8 in a text (lone surrogates) is sent as an escape."""
    packed = _packer.pack(record)
    return len(packed).to_bytes(4, "little") + packed


class Channel:
    """A connected socket with a receive buffer. Invariant: start <= end <= len(buffer); what lies between is unread."""

    def __init__(self, path):
        """Connects to the Unix socket at path. Raises OSError."""
        self.socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        self.socket.connect(path)
        self.send = self.socket.sendall
        self._allocate(CAPACITY)
        self._start = self._end = 0

    def take(self):
        """The next record that is already here as a list, or None. Raises ValueError for bytes that are none."""
        body = self._start + 4
        if body > self._end:
            return None
        stop = body + int.from_bytes(self._view[self._start:body], "little")
        if stop > self._end:
            return None
        self._start = stop
        return msgpack.unpackb(self._view[body:stop])

    def fill(self):
        """Waits for more bytes, which need not complete a record. False at the end of the stream."""
        self._make_room()
        count = self.socket.recv_into(self._view[self._end:])
        self._end += count
        return count > 0

    def close(self):
        """Ends the use of it in this process, and frees what it has received."""
        self.socket.close()
        self._view = self._buffer = None

    def _make_room(self):
        """Sees to it that the record that has begun fits, and that a large one's buffer goes when it is done."""
        waiting = self._end - self._start
        needed = 4
        if waiting >= 4:
            needed += int.from_bytes(self._view[self._start:self._start + 4], "little")
        capacity = max(CAPACITY, needed)
        if self._start + capacity <= len(self._buffer) and waiting:
            return
        unread = bytes(self._view[self._start:self._end])
        if capacity != len(self._buffer):
            self._allocate(capacity)
        self._view[:waiting] = unread
        self._start, self._end = 0, waiting

    def _allocate(self, capacity):
        self._buffer = bytearray(capacity)
        self._view = memoryview(self._buffer)
