"""The graph of a client's declared files and commands, which is open for as long as the client is."""

import threading
import time
from collections import deque
from contextlib import contextmanager

import msgpack

from daskvine import records as r
from daskvine.errors import DaskVineError, FileUnavailable
from daskvine.interrupts import deferred
from daskvine.rows import Row

# A command, and a file that a command makes, are what the manager calls so.
PATH, URL, OUTPUT, DATA, SHARED = range(5)

_MODE_COMMANDS = 2
_KEEP_ALL = 0
# Of an expression that is None.
_NONE_BODY = msgpack.packb([None])
_PIECE_BYTES = 1 << 20


class Session:
    """Numbers files and commands, sends them, and hands out what the manager sends; for any number of threads.

    `on_ended(node, worker, duration)` hears where a task ran and for how many µs, `on_output(node, text)` what a function printed.
    Its callbacks and those of arrivals are called by a thread that waits here, which holds the session's lock.
    With `graph`, which somebody else has opened and listens to, it only numbers and sends what comes first in that.
    """

    def __init__(self, connection, graph=None):
        self.on_ended = lambda node, worker, duration: None
        self.on_output = lambda node, text: None
        self._connection = connection
        self._lock = threading.RLock()
        self._graph = graph
        self._mailbox = None if graph is None else deque()
        self._nodes = 0
        # What is asked for commands → its number.
        self._options = {}
        # Node → the arrivals that wait for its value; what the manager is asked for is the first one's.
        self._arrivals = {}
        # Node → the Follower that hears how it grows.
        self._followers = {}
        self._failure = None

    @property
    def count(self):
        """How many nodes there are."""
        return self._nodes

    @contextmanager
    def exclusively(self):
        """Nobody else sends or reads meanwhile, and an interruption comes afterwards: nothing is half sent. May be nested."""
        with deferred(), self._lock:
            yield

    def declare_file(self, kind, *, source="", name="", size=0, level=0, shared=True):
        """The node of a file that is now declared; of kind DATA, `send_data` has to follow."""
        with self._next_node() as node:
            self._connection.post([r.SUBMIT_FILES, self._graph, node, [[kind, source, name, size, level, shared]]])
        return node

    def submit_command(self, body, inputs, outputs, key, options=None, mini=False):
        """The node of a command. `options` are the fields of TaskOptions from priority on, None for nothing asked."""
        with self._next_node() as node:
            record = [r.SUBMIT_COMMAND, self._graph, node, body, inputs, outputs, key, self._option_number(options), mini]
            self._connection.post(record, [(record, 3)])
        return node

    def submit_call(self, functions, body, inputs, key, options=None, *, is_awaited=False):
        """The node of a call; with `is_awaited`, of one more that has a value when the call has returned, and which is None else."""
        with self._next_node() as node:
            nodes = [[functions, body, inputs, key, self._option_number(options), True]]
            if is_awaited:
                nodes.append([[], _NONE_BODY, [node], f"{key}: awaited", 0, False])
            self._connection.post([r.SUBMIT_NODES, self._graph, node, nodes], [(nodes[0], 1)])
            self._nodes += is_awaited
        return node, node + 1 if is_awaited else None

    def send_data(self, node, file, size):
        """Send the `size` bytes of a binary file, no faster than the manager takes them. Raises OSError when they are not there."""
        offset = 0
        while True:
            data = file.read(min(_PIECE_BYTES, size - offset))
            if not data and offset < size:
                raise OSError(f"it has {offset} bytes, but had {size} when it was declared")
            record = [r.FILE_DATA, self._graph, node, offset, data]
            self._connection.post(record, [(record, 4)])
            self.flush()
            offset += len(data)
            if offset >= size:
                return

    def want(self, node, arrival):
        """Ask for the value of a node; `arrival` takes it."""
        with self.exclusively():
            waiting = self._arrivals.setdefault(node, deque())
            waiting.append(arrival)
            if len(waiting) == 1:
                self._connection.post([r.WANT, self._graph, [node]])

    def follow(self, node, follower):
        """Have `follower` take what comes of an output that is watched, until `unfollow`."""
        with self.exclusively():
            self._followers[node] = follower

    def unfollow(self, node):
        """What still comes of it is dropped. Whether it was followed does not matter."""
        with self.exclusively():
            self._followers.pop(node, None)

    def prune(self, nodes, *, forget):
        """Delete files at the workers; `forget`: they, or these commands, will not be named again. Whoever waits for them has failed."""
        if not nodes:
            return
        with self.exclusively():
            self._connection.post([r.PRUNE, self._graph, list(nodes), forget])
            for node in nodes if forget else ():
                for arrival in self._arrivals.pop(node, ()):
                    arrival.fail(FileUnavailable("it was undeclared"))

    def flush(self):
        """Send what was posted, and return when the manager has credit for more. Raises what ended the connection."""
        self._connection.flush()
        while self._mailbox is not None:
            self._connection.wait_for_room(self._mailbox)
            if not self._mailbox:
                return
            self._read()

    def wake(self):
        """Have every wait look again whether it is over."""
        self._connection.wake()

    def wait_until(self, is_ready, timeout=None):
        """Take in what comes until `is_ready()`, or for `timeout` seconds. Raises what ended the session."""
        deadline = None if timeout is None else time.monotonic() + timeout
        self._read()
        while not is_ready():
            self._raise_failure()
            remaining = None if deadline is None else deadline - time.monotonic()
            if remaining is not None and remaining <= 0:
                return
            self._connection.wait_until(lambda: self._mailbox or is_ready(), remaining)
            self._read()

    @contextmanager
    def _next_node(self):
        with self.exclusively():
            self._raise_failure()
            if self._graph is None:
                self._graph, self._mailbox = self._connection.open_mailbox()
                record = [r.OPEN_GRAPH, self._graph, _MODE_COMMANDS, "commands", r.REPORT_TASKS | r.REPORT_OUTPUT, False, _KEEP_ALL]
                self._connection.post(record)
            yield self._nodes
            self._nodes += 1

    def _option_number(self, options):
        if options is None:
            return 0
        identity = repr(options)
        number = self._options.get(identity)
        if number is None:
            number = self._options[identity] = len(self._options) + 1
            self._connection.post([r.TASK_OPTIONS, self._graph, number, *options])
        return number

    def _read(self):
        if not self._mailbox:
            return
        with self.exclusively():
            while self._mailbox:
                record, payloads = self._mailbox.popleft()
                if record[0] == r.RESULT:
                    self._take(record, payloads)
                elif record[0] == r.RESULTS:
                    self._take_rows(record, payloads)
                elif record[0] == r.WATCHED_OUTPUT:
                    self._take_piece(record, payloads)
                elif record[0] == r.GRAPH_FAILED:
                    self._take_failure(record, payloads)
                elif record[0] == r.TASK_EVENTS:
                    for ended in record[3]:
                        self.on_ended(*ended[:3])
                elif record[0] == r.TASK_OUTPUT:
                    self.on_output(record[2], record[5] + record[6])
        self._connection.flush()
        # Others may have waited for what this thread has read.
        self._connection.wake()

    def _raise_failure(self):
        if self._failure:
            raise DaskVineError(self._failure)

    def _take(self, record, payloads):
        _, _, node, size, offset, data, *_ = record
        waiting = self._arrivals.get(node)
        if waiting is None:
            # It was cancelled or forgotten meanwhile.
            return
        if isinstance(data, int):
            data = payloads[data]
        if waiting[0].take(size, offset, data):
            self._next_arrival(node, waiting).finish()

    def _take_rows(self, record, payloads):
        _, _, nodes, stream, *_ = record
        if isinstance(stream, int):
            stream = payloads[stream]
        for index, node in enumerate(nodes):
            waiting = self._arrivals.get(node)
            # Nobody waits any more for what was cancelled or forgotten meanwhile.
            if waiting is not None:
                self._next_arrival(node, waiting).take_whole(Row(stream, index, len(nodes)))

    def _take_piece(self, record, payloads):
        _, _, node, offset, data, *_ = record
        follower = self._followers.get(node)
        if follower is not None:
            follower.take(offset, payloads[data] if isinstance(data, int) else data)

    def _take_failure(self, record, payloads):
        _, _, node, _, _, (kind, message, *_), *_ = record
        if kind == r.INVALID:
            # It is of the graph as a whole, and nothing comes any more.
            self._failure = f"the manager gave up the files and commands of this client: {message}"
            self._connection.wake()
            return
        waiting = self._arrivals.get(node)
        # Nobody waits any more for what was cancelled or forgotten meanwhile.
        if waiting is not None:
            self._next_arrival(node, waiting).refuse(record, payloads)

    def _next_arrival(self, node, waiting):
        """The arrival whose turn it was; the next one's begins."""
        arrival = waiting.popleft()
        if waiting:
            self._connection.post([r.WANT, self._graph, [node]])
        else:
            del self._arrivals[node]
        return arrival
