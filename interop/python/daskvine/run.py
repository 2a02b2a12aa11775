"""One graph on its way through the manager: submission, results, failure."""

from daskvine import records as r
from daskvine.encode import Encoder
from daskvine.failures import failure_of
from daskvine.graph import resolve
from daskvine.intermediates import Intermediates
from daskvine.interning import Interning, printable, refuse_large
from daskvine.interrupts import deferred
from daskvine.locks import inherited
from daskvine.output import print_here
from daskvine.results import Results

MODES = ("function-calls", "tasks", "forked")
# What the manager knows of them: who runs in a library of its own makes function calls.
_TASKS, _CALLS = 1, 0

# The first chunk is small, so that the first tasks run while the rest is encoded.
_FIRST_CHUNK = 64
_CHUNK = 512
_CHUNK_BYTES = 1 << 20


class GraphRun:
    """Runs the computations that `wanted` keys of `dsk` need; one use, one thread.

    `mode` is one of MODES; `options` are TaskOptions; `intermediates`, if given, say what becomes of results. `progress` and `watch`, if
    given, hear how it goes, and what tasks print is printed here if `print_output`. `interning` numbers functions, and is released in
    the end. `libraries`, if given, are GraphLibraries, whose files are the first nodes of the graph. `neutral` are keys, beside those
    wanted, whose values other runtimes read. `discovers` is as for BodyWriter. With `as_tables` the results are Arrow tables, whatever they are.
    After `execute`, `failure` is the exception of a task that failed, or None.
    """

    def __init__(
        self, connection, dsk, wanted, mode, options, intermediates=None, *, interning=None, libraries=None, neutral=frozenset(), discovers=True,
        progress=None, watch=None, print_output=False, as_tables=False,
    ):
        self.failure = None
        self._connection = connection
        self._dsk = dsk
        self._wanted = wanted
        self._mode = _TASKS if mode == "tasks" and not (libraries and libraries.are_for_all) else _CALLS
        self._options = options
        self._intermediates = intermediates or Intermediates()
        self._progress = progress
        self._watch = watch
        self._reports = (r.REPORT_TASKS if watch else 0) | (r.REPORT_OUTPUT if print_output else 0)
        self._interning = interning or Interning(connection)
        self._encoder = Encoder(dsk, self._interning.number, discovers=discovers, neutral=neutral)
        self._libraries = libraries
        self._neutral = neutral
        # Key → node number, for every key that was met; at the manager it is higher by as many as there are files.
        self._numbers = {}
        self._files = 0
        self._mounted = []
        self._results = Results(self._key_of, seen=watch.take if watch else None, as_tables=as_tables)
        self._is_open = False
        # The nodes whose values are to come, once it is known.
        self._sought = []

    def execute(self):
        """The results by wanted key; nothing when it has failed.

        Raises SerializationError, KeyError, RuntimeError for a cycle, ResultTooLarge, ManagerLost or WorkersLost.
        Whatever ends it early, an interruption included, cancels the graph at the manager.
        """
        graph = None
        try:
            with deferred():
                graph, mailbox = self._connection.open_mailbox()
            self._submit(graph, mailbox)
            while not self._is_done():
                self._connection.wait_for_mail(mailbox, self._progress.tick() if self._progress else None)
                self._read(mailbox)
        except BaseException:
            if self._is_open:
                self._connection.cancel(graph)
            raise
        finally:
            try:
                self._let_go(graph)
            except BaseException:
                # An interruption may have come before anything of it was done, and what is done twice costs nothing.
                self._let_go(graph)
                raise
        return {} if self.failure else {key: self._results.by_node[self._numbers[key]] for key in self._wanted}

    def _let_go(self, graph):
        self._connection.close_mailbox(graph)
        self._interning.release()

    def _is_done(self):
        if self.failure:
            return True
        return len(self._results.by_node) == len(self._sought) and (self._watch is None or self._watch.is_complete)

    def _submit(self, graph, mailbox):
        """Encode and send the graph chunk by chunk, no faster than the manager takes it; stop when it has failed."""
        if self._libraries:
            self._open(graph)
            self._files, self._mounted = self._libraries.declare(graph)
        nodes, size, first, limit = [], 0, self._files, _FIRST_CHUNK
        option_number, have_options = self._options.number, self._options.are_given
        files, assemblies = self._files, self._encoder.assemblies
        neutral = self._neutral.union(self._wanted)
        for key, inputs, (functions, body, locks) in self._resolved():
            where, mounted = None, self._mounted
            if assemblies and functions and functions[0] in assemblies:
                where, mounted = self._libraries.places[assemblies[functions[0]].identity]
            options = option_number(key, locks, where) if (locks or have_options or where) and functions is not None else 0
            if files:
                inputs = [node + files for node in inputs] + (mounted if functions is not None else [])
            nodes.append([functions, body, inputs, _name_of(key), options, key in neutral])
            size += len(body)
            if size >= _CHUNK_BYTES or len(nodes) >= limit:
                if size > r.BODY_BYTES_MAX:
                    refuse_large(f"task {key!r} holds", len(body))
                self._post_chunk(graph, first, nodes)
                self._connection.flush()
                self._connection.wait_for_room(mailbox)
                self._read(mailbox)
                if self.failure:
                    return
                first += len(nodes)
                nodes, size, limit = [], 0, _CHUNK
        self._post_chunk(graph, first, nodes)
        self._sought = self._sought or self._requested()
        self._connection.post([r.SEAL_GRAPH, graph, first + len(nodes), [node + self._files for node in self._sought]])
        self._connection.flush()

    def _resolved(self):
        """The nodes in order; all at once when somebody watches, who is told the whole graph before it runs."""
        nodes = inherited(resolve(self._dsk, self._wanted, self._encoder.scan, self._numbers))
        if self._watch:
            nodes = list(nodes)
            self._sought = self._watch.plan(nodes, self._requested())
        return nodes

    def _requested(self):
        return list(dict.fromkeys(self._numbers[key] for key in self._wanted))

    def _open(self, graph):
        if not self._is_open:
            self._is_open = True
            label, kept = _name_of(self._wanted[0])[:100], self._intermediates
            self._connection.post([r.OPEN_GRAPH, graph, self._mode, label, self._reports, kept.returns, kept.prune_depth])

    def _post_chunk(self, graph, first, nodes):
        large = [(node, 1) for node in nodes if len(node[1]) >= r.FRAME_FROM_BYTES]
        self._open(graph)
        for record in self._options.records(graph):
            self._connection.post(record)
        if nodes:
            self._connection.post([r.SUBMIT_NODES, graph, first, nodes], large)

    def _read(self, mailbox):
        while mailbox:
            record, payloads = mailbox.popleft()
            kind = record[0]
            if kind == r.RESULTS:
                stream = record[3]
                nodes = [node - self._files for node in record[2]] if self._files else record[2]
                self._results.take_rows(nodes, payloads[stream] if isinstance(stream, int) else stream)
            elif kind == r.RESULT:
                _, _, node, size, offset, data, *_ = record
                self._results.take(node - self._files, size, offset, payloads[data] if isinstance(data, int) else data)
            elif kind == r.PROGRESS:
                if self._progress:
                    self._progress.update(*record[2:5])
            elif kind == r.TASK_EVENTS:
                self._watch.report([node - self._files for node in record[2]], [[end[0] - self._files, *end[1:]] for end in record[3]])
            elif kind == r.TASK_OUTPUT:
                print_here(*record[5:7])
            elif kind == r.GRAPH_FAILED:
                self.failure = failure_of(record, payloads)
                return

    def _key_of(self, node):
        return next(key for key, number in self._numbers.items() if number == node)


def _name_of(key):
    name = key if type(key) is str else str(key)
    return name if name.isascii() else printable(name)
