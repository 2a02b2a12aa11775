"""One graph on its way through the manager: submission, results, failure."""

import hashlib

from dask.utils import funcname

from daskvine import records as r
from daskvine import values
from daskvine.encode import Encoder, pickle_function
from daskvine.errors import SerializationError
from daskvine.failures import failure_of
from daskvine.graph import resolve
from daskvine.shuffles import refuse_disk_shuffle

MODES = ("function-calls", "tasks")

# The first chunk is small, so that the first tasks run while the rest is encoded.
_FIRST_CHUNK = 64
_CHUNK = 512
_CHUNK_BYTES = 1 << 20


class GraphRun:
    """Runs the computations that `wanted` keys of `dsk` need; one use, one thread.

    `mode` is one of MODES; `progress` has ``update(done, running, total)`` or is None.
    """

    def __init__(self, connection, dsk, wanted, mode, progress=None):
        self._connection = connection
        self._dsk = dsk
        self._wanted = wanted
        self._mode = MODES.index(mode)
        self._progress = progress
        self._encoder = Encoder(dsk, self._function_number)
        # Key → node number, for every key that was met.
        self._numbers = {}
        # Node → decoded result, node → bytes of it that have arrived so far, and the failure if there is one.
        self._results = {}
        self._parts = {}
        self._failure = None
        self._is_open = False
        self._expected = 0

    def execute(self):
        """The results by wanted key.

        Raises what a task raised, SerializationError, KeyError, RuntimeError for a cycle, ManagerLost or WorkersLost.
        Whatever ends it early, an interruption included, cancels the graph at the manager.
        """
        graph, mailbox = self._connection.open_mailbox()
        try:
            self._submit(graph, mailbox)
            while not self._failure and len(self._results) < self._expected:
                self._connection.wait_for_mail(mailbox)
                self._read(mailbox)
        except BaseException:
            if self._is_open:
                self._connection.cancel(graph)
            raise
        finally:
            self._connection.close_mailbox(graph)
        if self._failure:
            raise self._failure
        return {key: self._results[self._numbers[key]] for key in self._wanted}

    def _submit(self, graph, mailbox):
        """Encode and send the graph chunk by chunk, no faster than the manager takes it; stop when it has failed."""
        nodes, size, first, limit = [], 0, 0, _FIRST_CHUNK
        for key, inputs, (functions, body, locks) in resolve(self._dsk, self._wanted, self._encoder.scan, self._numbers):
            nodes.append([functions, body, inputs, _name_of(key), 0])
            size += len(body)
            if len(nodes) >= limit or size >= _CHUNK_BYTES:
                self._post_chunk(graph, first, nodes)
                self._connection.flush()
                self._connection.wait_for_room(mailbox)
                self._read(mailbox)
                if self._failure:
                    return
                first += len(nodes)
                nodes, size, limit = [], 0, _CHUNK
        self._post_chunk(graph, first, nodes)
        wanted_nodes = list(dict.fromkeys(self._numbers[key] for key in self._wanted))
        self._expected = len(wanted_nodes)
        self._connection.post([r.SEAL_GRAPH, graph, first + len(nodes), wanted_nodes])
        self._connection.flush()

    def _post_chunk(self, graph, first, nodes):
        large = [(node, 1) for node in nodes if len(node[1]) >= r.FRAME_FROM_BYTES]
        if not self._is_open:
            self._is_open = True
            self._connection.post([r.OPEN_GRAPH, graph, self._mode, _name_of(self._wanted[0])[:100], 0])
        if nodes:
            self._connection.post([r.SUBMIT_NODES, graph, first, nodes], large)

    def _function_number(self, function):
        refuse_disk_shuffle(function)
        code = pickle_function(function)
        content_hash = hashlib.blake2b(code, digest_size=16).digest()
        return self._connection.function_number(content_hash, _printable(funcname(function)), code)

    def _read(self, mailbox):
        while mailbox:
            record, payloads = mailbox.popleft()
            kind = record[0]
            if kind == r.RESULT:
                self._keep(record, payloads)
            elif kind == r.PROGRESS:
                if self._progress:
                    self._progress.update(*record[2:5])
            elif kind == r.GRAPH_FAILED:
                self._failure = failure_of(record, payloads)
                return

    def _keep(self, record, payloads):
        """Take one piece of a result; decode it when it is complete."""
        _, _, node, size, offset, data, *_ = record
        if isinstance(data, int):
            data = payloads[data]
        if len(data) == size:
            self._results[node] = self._decoded(values.decode, node, data)
            return
        whole, arrived = self._parts.get(node) or (bytearray(size), 0)
        whole[offset:offset + len(data)] = data
        arrived += len(data)
        self._parts[node] = whole, arrived
        if arrived == size:
            del self._parts[node]
            self._results[node] = self._decoded(values.loads, node, whole)

    def _decoded(self, decode, node, data):
        try:
            return decode(data)
        except Exception as error:
            key = next(key for key, number in self._numbers.items() if number == node)
            raise SerializationError(
                f"the result of task {key!r} cannot be unpickled here: {type(error).__name__}: {error}"
            ) from error


def _name_of(key):
    return _printable(key if type(key) is str else str(key))


def _printable(text):
    # MessagePack strings are UTF-8, which has no lone surrogates.
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()
