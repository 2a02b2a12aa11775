"""A manager and worker in one thread of the test: speaks the client's side of the protocol on real sockets.

It runs a graph when it is sealed, unless a test has it react otherwise.
"""

import socket
import threading

import msgpack
import zmq
from fake_commands import Commands

from daskvine import records as r
from daskvine.host.calls import Calls

TOKEN = 4711


class FakeManager:
    """Listens on a Unix socket in `directory`; a context manager.

    `on_sealed(graph, client)`, if given, answers instead of running the graph; `on_hello(client, hello)` instead of
    welcoming. `credit` is what it grants; `chunk` the size of result pieces in bytes; `version` what its door speaks.
    `seen` are all records that came, in order, `messages` how many sequenced messages of how many `bytes` brought them, `commands` the Commands of
    each client in turn; with `pause` these run once `resume` was called. `on_call(client)`, if set, tells ``(value, failure)`` of calls.
    """

    def __init__(self, directory, *, on_sealed=None, on_hello=None, credit=1 << 20, chunk=1 << 30, version=r.PROTOCOL_VERSION, pause=False):
        self.directory = directory
        self.pause = pause
        self.commands = []
        self.on_call = None
        self.address = f"ipc://{directory}/door"
        self.version = version
        self.credit = credit
        self.chunk = chunk
        self.seen = []
        self.messages = 0
        self.bytes = 0
        self.largest_backlog = 0
        self.cancelled = threading.Event()
        self.sealed = threading.Event()
        self.goodbye = threading.Event()
        self._on_sealed = on_sealed or Client.run
        self._on_hello = on_hello or Client.welcome
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(f"{directory}/door")
        self._listener.listen()
        self._doors = []
        self._context = zmq.Context()
        self._router = self._context.socket(zmq.ROUTER)
        self._clients_endpoint = f"ipc://{directory}/clients"
        # It ignores the credit that clients grant, so ZeroMQ must hold what they have not read yet.
        self._router.sndhwm = 0
        self._router.bind(self._clients_endpoint)
        self._stop_receiver, self._stop_sender = socket.socketpair()
        self._clients = {}
        self._error = None
        self._thread = threading.Thread(target=self._guarded_loop)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exception):
        self.die()
        if self._error and exception[0] is None:
            raise self._error

    def die(self):
        """Close every door at once, as the end of the process would."""
        if self._thread.is_alive():
            self._stop_sender.send(b"!")
            self._thread.join()

    def resume(self):
        """Run the commands that came, and those that will."""
        self._stop_sender.send(b"r")

    def kinds(self):
        return [record[0] for record in self.seen]

    def _guarded_loop(self):
        try:
            self._loop()
        except BaseException as error:
            self._error = error
        finally:
            for end in (self._listener, *self._doors, self._stop_receiver):
                end.close()
            self._context.destroy(linger=0)

    def _loop(self):
        poller = zmq.Poller()
        for item in (self._router, self._listener, self._stop_receiver):
            poller.register(item, zmq.POLLIN)
        while True:
            ready = dict(poller.poll())
            if self._stop_receiver.fileno() in ready:
                if self._stop_receiver.recv(1) == b"!":
                    return
                self.pause = False
                for commands in self.commands:
                    commands.is_paused = False
                    commands.resume()
            if self._listener.fileno() in ready:
                door, _ = self._listener.accept()
                endpoints = {"clients": self._clients_endpoint, "workers": "ipc:///no"}
                frame = msgpack.packb({"daskvine": self.version, **endpoints, "token": TOKEN, "name": "fake"})
                door.sendall(len(frame).to_bytes(4, "little") + frame)
                self._doors.append(door)
            if self._router in ready:
                identity, header, *payloads = self._router.recv_multipart()
                epoch, seq, _, _, records = msgpack.unpackb(header)
                client = self._clients.setdefault(identity, Client(self, self._router, identity))
                client.receive(epoch, seq, records, payloads, len(header) + sum(map(len, payloads)))


class Client:
    """The manager's side of one link."""

    def __init__(self, manager, router, identity):
        self.manager = manager
        self.epoch = None
        self.sent = self.received = 0
        self.unacknowledged_bytes = 0
        self._router = router
        self._identity = identity
        self._codes = {}
        self._graphs = {}
        self._commands = None

    def receive(self, epoch, seq, records, payloads, size):
        if seq:
            assert epoch == self.epoch and seq == self.received + 1
            self.received = seq
            self.manager.messages += 1
            self.manager.bytes += size
            self.unacknowledged_bytes += size
            self.manager.largest_backlog = max(self.manager.largest_backlog, self.unacknowledged_bytes)
        for record in records:
            self.manager.seen.append(record)
            self._handle(record, epoch, payloads)
        if self.unacknowledged_bytes * 4 >= self.manager.credit:
            self.send(sequenced=False)

    def welcome(self, hello):
        self.send([r.WELCOME, "m", "fake", 1000], sequenced=False)

    def send(self, *records, payloads=(), sequenced=True, epoch=None, skip=0):
        self.unacknowledged_bytes = 0
        self.sent += sequenced + skip
        header = [epoch or self.epoch, self.sent if sequenced else 0, self.received, self.manager.credit, records]
        self._router.send_multipart([self._identity, msgpack.packb(header), *payloads])

    def run(self, graph):
        """Run every node, then send what is wanted, large values in pieces and as frames."""
        calls = self._calls()
        nodes, (count, wanted) = self._graphs.pop(graph)
        assert len(nodes) == count
        results = []
        for number, (functions, body, inputs, key) in enumerate(nodes):
            if functions is None:
                results.append(body)
                continue
            value, failure = _outcome(calls, functions, body, [results[i] for i in inputs])
            if failure:
                self.send([r.GRAPH_FAILED, graph, number, key, "w1", failure, "f"])
                return
            results.append(value)
        self.send([r.PROGRESS, graph, count, 0, count])
        for node in wanted:
            self._send_result(graph, node, results[node])

    def _calls(self):
        calls = Calls(inline_limit=1 << 40)
        for number, code in self._codes.items():
            calls.learn(number, "f", code)
        return calls

    def _run_node(self, functions, body, inputs):
        if self.manager.on_call:
            return self.manager.on_call(self)
        return _outcome(self._calls(), functions, body, inputs)

    def _send_result(self, graph, node, value):
        step = self.manager.chunk
        for offset in range(0, len(value), step):
            piece = value[offset:offset + step]
            if len(piece) < r.FRAME_FROM_BYTES:
                self.send([r.RESULT, graph, node, len(value), offset, piece])
            else:
                self.send([r.RESULT, graph, node, len(value), offset, 0], payloads=[piece])

    def _handle(self, record, epoch, payloads):
        def payload(value):
            return payloads[value] if isinstance(value, int) else value

        kind, *fields = record
        if kind == r.HELLO:
            assert fields[1] == "client" and fields[4] == TOKEN
            self.epoch = epoch
            self.manager._on_hello(self, record)
        elif kind == r.FUNCTION:
            self._codes[fields[0]] = payload(fields[3])
        elif kind == r.OPEN_GRAPH and fields[1] == 2:
            self._commands = Commands(self.send, fields[0], self.manager.directory, self._run_node, is_paused=self.manager.pause)
            self.manager.commands.append(self._commands)
        elif kind == r.OPEN_GRAPH:
            self._graphs[fields[0]] = [], None
        elif kind == r.SUBMIT_FILES and fields[0] in self._graphs:
            self._graphs[fields[0]][0].extend([None, b"\xc0", [], file] for file in fields[2])
        elif kind == r.SUBMIT_COMMAND and fields[0] in self._graphs:
            self._graphs[fields[0]][0].append([None, payload(fields[2]), fields[3], fields[4]])
        elif kind == r.FILE_DATA and fields[0] in self._graphs:
            pass
        elif kind in (r.SUBMIT_FILES, r.SUBMIT_COMMAND, r.WANT, r.PRUNE, r.FILE_DATA):
            self._handle_command(kind, [payload(field) if at == _PAYLOAD.get(kind) else field for at, field in enumerate(fields[1:])])
        elif kind == r.SUBMIT_NODES and fields[0] not in self._graphs:
            self._commands.call(fields[1], [[functions, payload(body), inputs, key] for functions, body, inputs, key, *_ in fields[2]])
        elif kind == r.SUBMIT_NODES:
            graph, first, nodes = fields
            known = self._graphs[graph][0]
            assert first == len(known)
            known += [[functions, payload(body), inputs, key] for functions, body, inputs, key, *_ in nodes]
        elif kind == r.SEAL_GRAPH:
            self._graphs[fields[0]] = self._graphs[fields[0]][0], fields[1:]
            self.manager._on_sealed(self, fields[0])
            self.manager.sealed.set()
        elif kind == r.CANCEL_GRAPH:
            self.manager.cancelled.set()
        elif kind == r.GOODBYE:
            self.manager.goodbye.set()

    def _handle_command(self, kind, fields):
        commands = self._commands
        handle = {
            r.SUBMIT_FILES: commands.declare, r.SUBMIT_COMMAND: commands.submit, r.WANT: commands.want, r.PRUNE: commands.prune,
            r.FILE_DATA: commands.take_data,
        }
        handle[kind](*fields)


def _outcome(calls, functions, body, inputs):
    """``(value, None)`` of a call, or ``(None, failure)``."""
    frame, _ = calls.run([5, 0, functions, body, inputs, "/nowhere", False, False])
    kind, _, _, *rest, _ = msgpack.unpackb(frame[4:])
    return (rest[1], None) if kind == 6 else (None, rest)


# Where the payload is, after the graph.
_PAYLOAD = {r.SUBMIT_COMMAND: 1, r.FILE_DATA: 2}
