"""What a worker does with a library host, for tests: its socket, its pipe, and the records."""

import os
import pathlib
import signal
import socket
import subprocess
import sys

import cloudpickle
import msgpack

PACKAGES = str(pathlib.Path(__file__).resolve().parents[2] / "interop" / "python")
sys.path.insert(0, PACKAGES)

from daskvine import values  # noqa: E402

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # the host cannot import this file

HELLO, FORK, EXITED, FUNCTION, CALL, RETURNED, FAILED, UPLOAD, FORGET, SETUP, READY, LOADED = range(1, 13)
# Seconds until a test that waits for something fails.
PATIENCE = 30


def ext(code, *items):
    """An extension value: of an index (1, 4), of an array (2, 6), of a dict (5), or of ready bytes (3)."""
    if code in (1, 4):
        return msgpack.ExtType(code, items[0].to_bytes(max(1, (items[0].bit_length() + 7) // 8), "big"))
    if code == 3:
        return msgpack.ExtType(code, items[0])
    return msgpack.ExtType(code, msgpack.packb(items[0] if code == 5 else list(items)))


def spec_of(setup=None, *arguments, **spec):
    """The bytes of a library's spec, whose setup is a function, its pickle with arguments, or None."""
    if setup is not None and not isinstance(setup, bytes):
        setup = cloudpickle.dumps((setup, arguments, {}))
    return msgpack.packb({"name": "lib", "exec": "fork", "modules": [], "setup": setup, **spec})


class Link:
    """One host process's connection."""

    def __init__(self, accepted):
        self.socket = accepted
        self.socket.settimeout(PATIENCE)
        self._unpacked = b""
        self.hello = self.receive()

    def send(self, *records):
        packed = [msgpack.packb(record) for record in records]
        self.socket.sendall(b"".join(len(data).to_bytes(4, "little") + data for data in packed))

    def receive(self):
        """The next record, or None at the end of the stream."""
        while True:
            size = 4 + int.from_bytes(self._unpacked[:4], "little")
            if len(self._unpacked) >= max(size, 5):
                record, self._unpacked = self._unpacked[4:size], self._unpacked[size:]
                return msgpack.unpackb(record)
            data = self.socket.recv(1 << 20)
            if not data:
                return None
            self._unpacked += data

    def learn(self, number, function):
        code = function if isinstance(function, bytes) else cloudpickle.dumps(function)
        self.send([FUNCTION, number, getattr(function, "__name__", "function"), code])

    def load(self, number, function):
        """Has a library load a function; True if it did."""
        self.learn(number, function)
        kind, loaded, duration, is_loaded = self.receive()
        assert (kind, loaded) == (LOADED, number) and duration >= 0
        return is_loaded

    def set_up(self, setup=None, *arguments, **spec):
        """Has a library, or a child by itself, set up; None, or the message and the traceback of its failure."""
        self.send([SETUP, spec_of(setup, *arguments, **spec)])
        kind, duration, failure = self.receive()
        assert kind == READY and duration >= 0
        return failure

    def call(self, functions, *arguments, inputs=(), output="", call=1, capture=False, neutral=False):
        """Sends one call and waits for its end."""
        self.send([CALL, call, functions, msgpack.packb(list(arguments)), list(inputs), output, capture, neutral])
        return self.receive()


class Host:
    """A host process started as a worker starts it. Leaving the context ends it and everything it forked."""

    def __init__(self, directory, *arguments, **environment):
        self.directory = str(directory)
        path = os.path.join(self.directory, "s")
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.settimeout(PATIENCE)
        self._listener.bind(path)
        self._listener.listen()
        self._links = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "daskvine.host", arguments[0], path, *arguments[1:]],
            stdin=subprocess.PIPE, cwd=self.directory, stdout=environment.pop("stdout", None), stderr=environment.pop("stderr", None),
            env={**os.environ, "PYTHONPATH": PACKAGES, **environment})
        self.link = self.accept()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(PATIENCE)
        for link in self._links:
            link.socket.close()
        self._listener.close()

    def accept(self):
        accepted, _ = self._listener.accept()
        self._links.append(Link(accepted))
        return self._links[-1]

    def fork(self, slot):
        """Has a child forked and returns its link."""
        self.link.send([FORK, slot])
        return self.accept()

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)


def add(a, b=1):
    return a + b


def value_of(record):
    """The value of a call that returned it inline."""
    assert record[0] == RETURNED, record
    return values.decode(record[4])
