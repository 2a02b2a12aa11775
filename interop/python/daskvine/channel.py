"""The ZeroMQ socket to the manager with its link: records in, records out. Not for several threads at once."""

import os
import platform
import sys
import uuid

import cloudpickle
import dask
import msgpack
import zmq

from daskvine import __version__
from daskvine import records as r
from daskvine.link import Link
from daskvine.versions import installed


_REFUSED = zmq.EVENT_HANDSHAKE_FAILED_AUTH
_BROKEN = zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
# One may come of a manager that ends; several in a row mean that the keys do not fit.
_BROKEN_MAX = 3


class Channel:
    """A DEALER connected to `endpoint`; nothing is sent before `say_hello`. With `keys`, ClientKeys, it is encrypted."""

    def __init__(self, endpoint, keys=None):
        self._instance = "client-" + uuid.uuid4().hex
        self._link = Link()
        # Records and payload frames of the next message.
        self._batch, self._frames = [], []
        self._context = zmq.Context()
        self.socket = self._context.socket(zmq.DEALER)
        self.socket.identity = self._instance.encode()
        # Unlimited: ZeroMQ drops what is above its marks, and the link's credit bounds both sides already.
        self.socket.sndhwm = self.socket.rcvhwm = 0
        self.socket.ipv6 = "[" in endpoint
        self._keys = keys
        self._broken = 0
        self.monitor = None
        if keys:
            self.socket.curve_serverkey = keys.manager
            self.socket.curve_publickey, self.socket.curve_secretkey = keys.public, keys.secret
            self.monitor = self.socket.get_monitor_socket(_REFUSED | _BROKEN | zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_DISCONNECTED)
        self.socket.connect(endpoint)

    @property
    def sockets(self):
        """What turns readable when there is something to receive or to ask `connection_trouble` about."""
        return (self.socket, self.monitor) if self.monitor else (self.socket,)

    @property
    def is_blocked(self):
        """Whether messages wait for the manager's credit."""
        return self._link.is_blocked

    def say_hello(self, token):
        """Introduce this client; `token` is what the manager's door gave out."""
        name = f"{platform.node()}-{os.getpid()}"
        hello = [r.HELLO, r.PROTOCOL_VERSION, "client", self._instance, name, token, _versions(), 0, [], [], {}, None, 0, 0]
        self.socket.send_multipart(self._link.unsequenced(hello))

    def add(self, record, places=()):
        """Put a record into the next message.

        `places` are ``(list, index)`` pairs in it that hold bytes; large ones travel as frames of their own.
        """
        self._batch.append(record)
        for container, index in places:
            payload = container[index]
            if len(payload) >= r.FRAME_FROM_BYTES:
                container[index] = len(self._frames)
                self._frames.append(payload)

    def receive(self):
        """Yield ``(record, payload frames)`` of everything that has arrived. Raises LinkBroken."""
        while True:
            try:
                frames = self.socket.recv_multipart(zmq.NOBLOCK, copy=False)
            except zmq.Again:
                return
            buffers = [frame.buffer for frame in frames]
            for record in self._link.receive(buffers):
                yield record, buffers[1:]

    def send(self):
        """Send what was added, as far as there is credit, or an acknowledgement if one is due."""
        if self._batch:
            self._link.submit(self._batch, self._frames)
            self._batch, self._frames = [], []
        for frames in self._link.sendable():
            self.socket.send_multipart(frames)
        acknowledgement = self._link.acknowledgement()
        if acknowledgement:
            self.socket.send_multipart(acknowledgement)

    def connection_trouble(self):
        """Why an encrypted connection did not come about or is no more, as text, or None while there is hope."""
        trouble = None
        while True:
            try:
                frames = self.monitor.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return trouble
            event = int.from_bytes(frames[0][:2], sys.byteorder)
            if event & _REFUSED:
                trouble = (
                    f"it refuses the key of this client ({self._keys.public[:8].decode()}… in {self._keys.directory}): "
                    "it is not authorized as a client there, or was revoked"
                )
            elif event & _BROKEN:
                self._broken += 1
                if self._broken >= _BROKEN_MAX:
                    trouble = f"it breaks encrypted connections off: the key in {self._keys.directory}/manager.public is another manager's"
            elif event == zmq.EVENT_HANDSHAKE_SUCCEEDED:
                self._broken = 0
            elif not self._broken:
                trouble = trouble or "the encrypted connection to it broke"

    def answer_heartbeat(self, sent):
        """Tell the manager what was sent here. Raises LinkBroken when not all that it has sent has come."""
        self.socket.send_multipart(self._link.answer_heartbeat(sent))

    def close(self, linger_ms):
        """Close, after giving what was sent `linger_ms` to leave."""
        if self.monitor:
            self.socket.disable_monitor()
        self._context.destroy(linger=linger_ms)


def _versions():
    versions = {
        "daskvine": __version__,
        "python": platform.python_version(),
        "dask": dask.__version__,
        "cloudpickle": cloudpickle.__version__,
        "msgpack": ".".join(map(str, msgpack.version)),
        "pyzmq": zmq.__version__,
        "pickle": "5",
        **installed(("numpy", "pandas")),
    }
    # As a checkout of Dask calls itself that was never built.
    return {name: version for name, version in versions.items() if version != "unknown"}
