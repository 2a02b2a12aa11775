"""The door of a manager: its one published address, and the connection that tells whether it is alive."""

import errno
import ipaddress
import select
import socket
import time
from urllib.parse import urlsplit

import msgpack

from daskvine.errors import ManagerUnreachable
from daskvine.records import PROTOCOL_VERSION

_FRAME_BYTES_MAX = 1 << 16
_HOW_TO_START = "start one with `daskvine manager --listen {address}`"


class Door:
    """An open connection to the manager at `address` (``ipc:///path`` or ``tcp://host:port``).

    `while_starting()`, when given, is asked between attempts and raises when there is no more hope; without it
    the first refusal is final. `timeout` is in seconds, for connecting and for the manager's first frame.
    Raises ManagerUnreachable.
    """

    def __init__(self, address, timeout=10.0, while_starting=None):
        self.address = address
        self._path, self._host = _parse(address)
        deadline = time.monotonic() + timeout
        self.socket = self._connect(deadline, while_starting)
        try:
            self._greet(_read_frame(self.socket, deadline))
        except (OSError, ValueError, KeyError, TypeError) as error:
            self.socket.close()
            raise ManagerUnreachable(f"what listens at {address} is not a DaskVine manager: {error}") from error
        self.socket.settimeout(None)

    @property
    def is_tcp(self):
        """Whether it may be on another machine."""
        return self._path is None

    @property
    def is_near(self):
        """Whether the manager is on this machine, and so sees the same files."""
        if not self.is_tcp:
            return True
        host = self.socket.getpeername()[0]
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback or host == self.socket.getsockname()[0]

    def is_closed(self):
        """Whether the manager's side is gone; to be asked when the socket is readable."""
        try:
            return not self.socket.recv(4096, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def closes_within(self, seconds):
        """Wait for the end of the manager's side; False when it has not come after `seconds`."""
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        return bool(poll.poll(seconds * 1000)) and self.is_closed()

    def close(self):
        self.socket.close()

    def _connect(self, deadline, while_starting):
        while True:
            try:
                door = self._connect_once(max(0.001, deadline - time.monotonic()))
            except OSError as error:
                if while_starting is None or time.monotonic() >= deadline or not _may_yet_open(error):
                    raise self._unreachable(error) from error
                while_starting()
                time.sleep(0.002)
                continue
            if self.is_tcp:
                _watch_for_partition(door)
            return door

    def _connect_once(self, timeout):
        if self.is_tcp:
            # Every address that the host has, of IPv6 and IPv4.
            return socket.create_connection(self._host, timeout)
        door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            door.settimeout(timeout)
            door.connect(self._path)
        except OSError:
            door.close()
            raise
        return door

    def _unreachable(self, error):
        how = _HOW_TO_START.format(address=self.address)
        reason = error.strerror or str(error)
        return ManagerUnreachable(f"no manager can be reached at {self.address}: {reason}; {how}")

    def _greet(self, frame):
        if frame.get("daskvine") != PROTOCOL_VERSION:
            raise ValueError(f"it speaks version {frame.get('daskvine')!r} of the protocol, this client {PROTOCOL_VERSION}")
        host = self.socket.getpeername()[0] if self.is_tcp else None
        self.clients = _reachable(frame["clients"], host)
        self.token = frame["token"]
        # Said in the open, so it only explains a failure and decides nothing.
        self.secured = frame.get("secured", False) is True
        self.name = frame["name"]


def _parse(address):
    """The path of a Unix socket, or a host with its port; the other is None."""
    if address.startswith("ipc://") and len(address) > len("ipc://"):
        return address[len("ipc://"):], None
    parts = urlsplit(address)
    if parts.scheme == "tcp" and parts.hostname and parts.port:
        return None, (parts.hostname, parts.port)
    raise ValueError(f"not the address of a manager: {address!r} (ipc:///path or tcp://host:port)")


def _may_yet_open(error):
    return error.errno in (errno.ECONNREFUSED, errno.ENOENT, errno.EAGAIN)


def _reachable(endpoint, host):
    """The star of ``tcp://*:PORT`` stands for the host that was connected to."""
    if host is None:
        return endpoint
    return endpoint.replace("*", f"[{host}]" if ":" in host else host)


def _read_frame(door, deadline):
    size = int.from_bytes(_read_exactly(door, 4, deadline), "little")
    if size > _FRAME_BYTES_MAX:
        raise ValueError(f"its first frame claims {size} bytes")
    return msgpack.unpackb(_read_exactly(door, size, deadline))


def _read_exactly(door, count, deadline):
    data = b""
    while len(data) < count:
        door.settimeout(max(0.001, deadline - time.monotonic()))
        part = door.recv(count - len(data))
        if not part:
            raise ValueError("it closed the connection")
        data += part
    return data


def _watch_for_partition(door):
    # A host that vanishes closes nothing: let TCP ask, and give up after about 25 s.
    door.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 10)
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5)
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
