"""Sends the calls of one client, and takes what comes of them."""

import math
import weakref
from collections import deque

from daskvine import records as r
from daskvine.bodies import BodyWriter, reference
from daskvine.failures import failure_of
from daskvine.interning import Interning
from daskvine.workflow.arrivals import Arrival, Memory
from daskvine.workflow.calls import FunctionCall
from daskvine.workflow.commands import Report, Result
from daskvine.workflow.library_table import function_of, number_of
from daskvine.workflow.shared_arguments import CallArguments, SharedArguments
from daskvine.workflow.submittable import now

_RESULTS = {
    r.RAISED: Result.SUCCESS,
    r.UNLOADABLE: Result.INPUT_MISSING,
    r.UNPICKLABLE: Result.OUTPUT_MISSING,
    r.DIED: Result.SIGNAL,
    r.LOST: Result.FORSAKEN,
    r.LIBRARY: Result.LIBRARY_EXIT,
}
_RAISED_EXIT_CODE = 1


class SentCall:
    """What of a call is at the manager: the node whose value is awaited, the arguments that it shares, and its library, if any."""

    # Its value is what comes of it.
    outputs = ()

    def __init__(self, node, arguments, installed):
        self.node = node
        self.arguments = arguments
        self.installed = installed


class _Outcome(Arrival):
    """The value of a call on its way, or its failure: `ended(report)` hears of either."""

    def __init__(self, call, ended):
        super().__init__(Memory(), self._take, lambda error: None)
        self._call = call
        self._ended = ended

    def refuse(self, record, payloads):
        call, (kind, message, *_) = self._call, record[5]
        call.failure = failure_of(record, payloads)
        self._report(_RESULTS.get(kind, Result.UNKNOWN), message, _RAISED_EXIT_CODE if kind == r.RAISED else -1)

    def _take(self, data):
        self._call.value = data
        self._call.metrics["bytes_received"] = len(data)
        self._report(Result.SUCCESS, "", 0)

    def _report(self, result, reason, exit_code):
        call = self._call
        call.metrics["time_when_retrieval"] = now()
        self._ended(Report(result, reason, exit_code, call.written.encode(errors="replace"), measured=call.measured))


class Calling:
    """Sends calls over `connection` as nodes of `session`, by `libraries`, a LibraryTable. Whoever calls it holds the session.

    With `discovers`, large arguments that come again are sent once.
    """

    def __init__(self, connection, session, libraries, *, discovers=True):
        self._connection = connection
        self._session = session
        self._libraries = libraries
        self._shared = SharedArguments() if discovers else None
        # Nodes of temporary outputs whose calls nobody has any more; filled wherever Python collects them.
        self._abandoned = deque()

    def send(self, call, label, files, ended):
        """What was sent of it; `ended(report)` is called later. A Report when it ends without being sent. `files` are the nodes of its inputs.

        Raises SerializationError, TypeError and ValueError for what cannot be sent.
        """
        self._forget_abandoned()
        installed = None
        if isinstance(call, FunctionCall):
            installed = self._libraries.find(call.library)
            if installed is None:
                there = ", ".join(self._libraries.names()) or "none"
                return Report(Result.MISSING_LIBRARY, f"no library {call.library} is installed, but: {there}")
        interning = Interning(self._connection)
        arguments = CallArguments(self._shared, interning)
        try:
            return self._send(call, label, files, ended, installed, interning, arguments)
        except _NoArgument as error:
            arguments.release()
            return Report(Result.INPUT_MISSING, str(error))
        except BaseException:
            arguments.release()
            raise

    def done(self, call, sent):
        """The call has ended."""
        sent.arguments.release()
        if sent.installed:
            self._libraries.use(sent.installed, -1)
        if call.is_temp and call.report.result == Result.SUCCESS and call.failure is None:
            weakref.finalize(call, self._abandoned.append, call.node).atexit = False
        else:
            if call.node != sent.node:
                self._session.prune([call.node], forget=True)
            call.node = None
        self._session.prune([sent.node], forget=True)

    def _send(self, call, label, files, ended, installed, interning, arguments):
        writer, inputs = BodyWriter(interning.number, discovers=False), []
        if installed:
            writer.begin_known(label, function_of(installed, call.function))
            library, cores, resources, files = installed.number, installed.cores, installed.resources, installed.nodes
        else:
            writer.begin_call(label, call.function)
            library, cores, resources = call.process and number_of(call.process, interning), math.ceil(call.cores or 0), {}
        functions, body = call.write_body(
            writer, lambda item: arguments.encode(item, call, writer), lambda other: self._refer(other, writer, arguments, inputs)
        )
        call.node, awaited = self._session.submit_call(
            functions, body, inputs + files, label, call.options(writer.locks, library, cores, resources), is_awaited=call.is_temp
        )
        call.home = self
        call.metrics["bytes_sent"] = len(body)
        if installed:
            self._libraries.use(installed, 1)
        sent = SentCall(call.node if awaited is None else awaited, arguments, installed)
        self._session.want(sent.node, _Outcome(call, ended))
        return sent

    def _refer(self, other, writer, arguments, inputs):
        if other.report is not None and not (other.is_temp and other.completed()):
            if other.exception is not None:
                raise _NoArgument(f"the call that was to make an argument failed: {other.result_string or other.exception}")
            return arguments.encode(other.output, other, writer)
        if other.home is not self or other.node is None:
            raise ValueError(f"{other!r} is an argument, so it has to be submitted first, to the same DaskVine, and without a time_start to come")
        if other.node not in inputs:
            inputs.append(other.node)
        return reference(inputs.index(other.node))

    def _forget_abandoned(self):
        nodes = []
        while self._abandoned:
            nodes.append(self._abandoned.popleft())
        self._session.prune(nodes, forget=True)


class _NoArgument(Exception):
    """The call that was to make an argument has failed."""
