#!/usr/bin/python3
"""Writes client.bin, messages as the Python client sends them, and client.json, what they say.

client.bin has the form that RecordGoldenFiles.cs describes. What differs from run to run and from machine to machine (the epoch,
names, versions) is replaced; everything else is what the client's own code makes of a graph.
"""

import hashlib
import json
import operator
import struct
import sys
import tempfile
import threading
from collections import deque
from functools import partial
from pathlib import Path
from unittest import mock

FOLDER = Path(__file__).resolve().parent
FIELDS = {
    1: ["protocol", "role", "instance", "name", "token", "versions", "cores", "files", "tasks", "resources", "peer", "disk", "memory"],
    6: ["reason"],
    10: ["number", "hash", "name", "code"],
    11: ["graph", "mode", "label", "reports", "returns", "prune_depth"],
    12: ["graph", "first", "nodes"],
    13: ["graph", "count", "wanted"],
    14: ["graph"],
    15: ["graph", "number", "priority", "retries", "workers", "elsewhere", "resources", "locks", "checkpoint", "library", "cores"],
    16: ["name", "hash", "data"],
}
NAMES = {
    1: "Hello", 6: "Goodbye", 10: "Function", 11: "OpenGraph", 12: "SubmitNodes", 13: "SealGraph", 14: "CancelGraph",
    15: "TaskOptions", 16: "Upload",
}
EPOCH = (1 << 63) - 5


class Interrupted(Exception):
    """Ends a run where a client would wait for results."""


class Socket:
    """Keeps what is sent instead of sending it."""

    def __init__(self):
        self.messages = []

    def connect(self, endpoint):
        pass

    def send_multipart(self, frames):
        self.messages.append([bytes(frame) for frame in frames])


def messages():
    """Each message of a client's life as a list of frames: hello, two graphs, a module, an acknowledgement, goodbye."""
    from daskvine import link, records, run
    from daskvine.uploads import upload_record

    socket = Socket()
    channel = _channel(socket)
    channel.say_hello(token=(1 << 62) + 1)
    # A welcome grants the credit without which only one message would leave.
    list(channel._link.receive(link.Link(epoch=EPOCH).unsequenced([records.WELCOME, "m", "vine", 1000])))
    client = _offline_connection(channel)
    for mode, (graph, wanted) in zip(run.MODES, graphs()):
        try:
            run.GraphRun(client, graph, wanted, mode, _options(), print_output=mode == "tasks").execute()
        except Interrupted:
            continue
    with tempfile.TemporaryDirectory() as folder:
        module = Path(folder, "module.py")
        module.write_text("large = 1\n" * 2_000)
        upload = upload_record(module)
    channel.add(upload, [(upload, 3)])
    channel.send()
    socket.messages.append(channel._link.unsequenced())
    channel.add([records.GOODBYE, "the client closes"])
    channel.send()
    return socket.messages


def _options():
    """Wishes of every kind, some for all tasks and some for one."""
    from daskvine.annotations import TaskOptions

    special = {"priority": -1.5, "retries": 2, "workers": ["w1", "w2"], "allow_other_workers": True, "resources": {"GPU": 0.5}}
    return TaskOptions({("x", 1): special}, {"priority": lambda key: 2 if key == "top" else 0})


def _channel(socket):
    """A channel of the client's that sends into `socket` and knows nothing of this machine."""
    from daskvine import channel, link

    class Nowhere(channel.Channel):
        def say_hello(self, token):
            with (
                mock.patch.object(channel.platform, "node", lambda: "d\u00e9sk"),
                mock.patch.object(channel.os, "getpid", lambda: 4711),
                mock.patch.object(channel, "_versions", lambda: {"daskvine": "0.1.0", "python": "3.11.2"}),
            ):
                super().say_hello(token)

    with (
        mock.patch.object(channel.zmq, "Context") as context,
        mock.patch.object(channel, "Link", partial(link.Link, epoch=EPOCH)),
        mock.patch.object(channel.uuid, "uuid4", lambda: mock.Mock(hex="0" * 32)),
    ):
        context.return_value.socket.return_value = socket
        return Nowhere("ipc:///nowhere")


def _offline_connection(channel):
    """A connection without its sockets and waiting; what makes records is the client's own."""
    from daskvine import connection, records

    class Offline:
        function_number = connection.Connection.function_number
        post = connection.Connection.post

        def __init__(self):
            self._lock = threading.Condition()
            self._function_numbers, self._functions, self._large = {}, 0, {}
            self._channel = channel
            self._graphs = 0

        def open_mailbox(self):
            self._graphs += 1
            return self._graphs, deque()

        def flush(self):
            channel.send()

        def wait_for_room(self, mailbox):
            pass

        def wait_for_mail(self, mailbox, timeout=None):
            raise Interrupted

        def cancel(self, graph):
            channel.add([records.CANCEL_GRAPH, graph])
            channel.send()

        def close_mailbox(self, graph):
            pass

    return Offline()


def graphs():
    """Values, large and small, calls, calls in calls, expressions, keyword-like arguments and keys of every kind."""
    from dask.utils import SerializableLock

    first = {
        "small": 5,
        "large": b"\xab" * 20_000,
        ("x", 0): (operator.add, "small", 1),
        ("x", 1): (operator.mul, (operator.add, ("x", 0), 2), [("x", 0), 1.5, None, True, "é"], SerializableLock("one at a time")),
        "list": [("x", 0), ("x", 1)],
        "literal": b"\xcd" * 16_384,
        "top": (sum, ["list", "large", "literal", map, {"a": {1}}]),
    }
    # More nodes than fit in one chunk.
    second = {("t", i): (operator.neg, i) for i in range(100)} | {"all": (max, [("t", i) for i in range(100)])}
    return (first, ["top", ("x", 1)]), (second, ["all"])


def bytes_of(value):
    """The bytes, or what tells them from others when they are many."""
    if len(value) <= 64:
        return {"hex": value.hex()}
    return {"sha256": hashlib.sha256(value).hexdigest(), "length": len(value)}


def describe(frames):
    """What a message says: the header's numbers, and each record's fields by name, payloads put in their places."""
    import msgpack

    *numbers, records = msgpack.unpackb(frames[0])
    return {"link": numbers, "records": [_record(record, frames[1:]) for record in records]}


def _record(record, payloads):
    kind, *fields = record

    def payload(value):
        return bytes_of(payloads[value] if isinstance(value, int) else value)

    if kind == 10:
        fields[1], fields[3] = bytes_of(fields[1]), payload(fields[3])
    elif kind == 12:
        fields[2] = [[functions, payload(body), *rest] for functions, body, *rest in fields[2]]
    elif kind == 16:
        fields[1], fields[2] = bytes_of(fields[1]), payload(fields[2])
    return {"kind": kind, "record": NAMES[kind], "fields": dict(zip(FIELDS[kind], fields, strict=True))}


def pack(all_messages):
    """The contents of a .bin file."""
    parts = []
    for frames in all_messages:
        parts.append(struct.pack("<I", len(frames)))
        for frame in frames:
            parts += [struct.pack("<I", len(frame)), frame]
    return b"".join(parts)


def main():
    sys.path.insert(0, str(FOLDER.parents[2] / "interop" / "python"))
    made = messages()
    (FOLDER / "client.bin").write_bytes(pack(made))
    lines = ",\n".join(json.dumps(describe(frames), ensure_ascii=False, separators=(",", ":")) for frames in made)
    (FOLDER / "client.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
